"""Values that the service itself writes when others are written (contract S1.2)."""

from collections.abc import Mapping

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


def derived_values(written: Mapping[str, str], moment: int) -> dict[str, str]:
    """Return what follows from written values: the date of a reached stage, the domain of an e-mail."""
    derived: dict[str, str] = {}
    if written.get("lifecyclestage") in LIFECYCLE_STAGES:
        derived[stage_date(written["lifecyclestage"])] = str(moment)
    if "email" in written:
        derived["hs_email_domain"] = written["email"].rpartition("@")[2].lower()
    return derived


def stage_date(stage: str) -> str:
    """Return the property that tells when a contact reached a lifecycle stage."""
    return f"hs_lifecyclestage_{stage}_date"
