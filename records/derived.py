"""Values that the service itself writes when others are written (contract S1.2)."""

from collections.abc import Mapping

from queries.values import email_key

ADDITIONAL_EMAILS = "hs_additional_emails"
LIFECYCLE_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)


def first_values(moment: int) -> dict[str, str]:
    """Return what a contact created at `moment` (milliseconds) starts with; given values take precedence."""
    return {"createdate": str(moment), "lifecyclestage": "subscriber"}


def derived_values(written: Mapping[str, str], stored: Mapping[str, str], moment: int) -> dict[str, str]:
    """Return what follows from written values, given the ones stored before.

    That is the date of a reached stage, the domain of an e-mail, and the further e-mails without one that became the
    primary e-mail.
    """
    derived: dict[str, str] = {}
    if written.get("lifecyclestage") in LIFECYCLE_STAGES:
        derived[stage_date(written["lifecyclestage"])] = str(moment)
    if "email" in written:
        derived["hs_email_domain"] = written["email"].rpartition("@")[2].lower()
        further = split_emails(stored.get(ADDITIONAL_EMAILS, ""))
        derived[ADDITIONAL_EMAILS] = without_email(further, written["email"])
    return derived


def split_emails(value: str) -> list[str]:
    """Return the addresses of a value of `hs_additional_emails`."""
    return [email for email in value.split(";") if email]


def without_email(emails: list[str], email: str) -> str:
    """Return the value of `hs_additional_emails` that holds the addresses save one."""
    return ";".join(other for other in emails if email_key(other) != email_key(email))


def stage_date(stage: str) -> str:
    """Return the property that tells when a contact reached a lifecycle stage."""
    return f"hs_lifecyclestage_{stage}_date"
