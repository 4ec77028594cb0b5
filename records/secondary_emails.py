"""A contact's further e-mail addresses: identities by which it is found, listed in `hs_additional_emails`."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from queries.values import email_key
from records import identities
from records.clock import now
from records.derived import ADDITIONAL_EMAILS, split_emails
from records.errors import ContactMissing, EmailMissing, EmailRefused
from records.identities import EmailClaim
from records.writes import CALCULATED, Change, ContactState, lock_contacts, write_contacts


def add_email(session: Session, portal_id: int, vid: int, email: str) -> list[str]:
    """Give a contact a secondary address and return all of them; one that it has already stays as it is.

    Raises ContactMissing, EmailRefused for its primary address, ContactExists for another contact's.
    """
    contact = _locked(session, portal_id, vid)
    emails = split_emails(contact.properties.get(ADDITIONAL_EMAILS, ""))
    if _index(emails, email) is not None:
        return emails
    _claim(session, portal_id, contact, email)
    return _store(session, portal_id, contact, [*emails, email])


def replace_email(session: Session, portal_id: int, vid: int, old: str, new: str) -> list[str]:
    """Put a new secondary address in the place of an old one and return all of them.

    Raises ContactMissing, EmailMissing for an old one that the contact has not, EmailRefused and ContactExists.
    """
    contact = _locked(session, portal_id, vid)
    emails = split_emails(contact.properties.get(ADDITIONAL_EMAILS, ""))
    place = _place(emails, old)
    if _index(emails, new) not in (None, place):
        raise EmailRefused(new, "is a secondary e-mail of the contact already")
    identities.release_email(session, portal_id, contact.vid, old)
    _claim(session, portal_id, contact, new)
    return _store(session, portal_id, contact, [*emails[:place], new, *emails[place + 1 :]])


def remove_email(session: Session, portal_id: int, vid: int, email: str) -> list[str]:
    """Take a secondary address from a contact and return those left. Raises ContactMissing and EmailMissing."""
    contact = _locked(session, portal_id, vid)
    emails = split_emails(contact.properties.get(ADDITIONAL_EMAILS, ""))
    place = _place(emails, email)
    identities.release_email(session, portal_id, contact.vid, email)
    return _store(session, portal_id, contact, [*emails[:place], *emails[place + 1 :]])


def _locked(session: Session, portal_id: int, vid: int) -> ContactState:
    contact = lock_contacts(session, portal_id, [vid]).get(vid)
    if contact is None:
        raise ContactMissing(vid)
    return contact


def _index(emails: Sequence[str], email: str) -> int | None:
    keys = [email_key(other) for other in emails]
    return keys.index(email_key(email)) if email_key(email) in keys else None


def _place(emails: Sequence[str], email: str) -> int:
    place = _index(emails, email)
    if place is None:
        raise EmailMissing(email)
    return place


def _claim(session: Session, portal_id: int, contact: ContactState, email: str) -> None:
    if email_key(contact.properties.get("email", "")) == email_key(email):
        raise EmailRefused(email, "is the contact's primary e-mail")
    identities.claim_addresses(session, portal_id, [EmailClaim(contact.vid, email, now(session), is_primary=False)])


def _store(session: Session, portal_id: int, contact: ContactState, emails: list[str]) -> list[str]:
    values = {ADDITIONAL_EMAILS: ";".join(emails)}
    write_contacts(session, portal_id, [Change(contact, values, CALCULATED)])
    return emails
