"""Deletes a contact: values, addresses, submissions and memberships go, a stub stays, so that its vid is never reused.

The lists that it was in tell so in the feed, in the same transaction (design rule 14).
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records import conversions, feed, identities, memberships
from records.errors import ContactMissing
from records.feed import Kind, Move
from records.models import Contact, MergeAudit, PropertyVersion
from records.writes import ContactState, lock_contacts, store_stubs


def delete_contact(session: Session, portal_id: int, vid: int) -> None:
    """Delete the contact that has this vid, or the one that it was merged into. Raises ContactMissing."""
    contact = lock_contacts(session, portal_id, [vid]).get(vid)
    if contact is None:
        raise ContactMissing(vid)
    identities.release_all(session, portal_id, contact.vid)
    _forget(session, portal_id, contact.vid)
    conversions.forget(session, portal_id, contact.vid)
    store_stubs(session, portal_id, [contact])
    leaves = memberships.remove(
        session, portal_id, leaving(session, portal_id, contact, feed.reason(Kind.CONTACT_DELETED))
    )
    feed.append(session, feed.lock_clock(session, portal_id), (), leaves)


def leaving(session: Session, portal_id: int, contact: ContactState, reason: dict[str, object]) -> list[Move]:
    """Return the moves by which a contact that becomes a stub leaves every list it is in."""
    members = memberships.of_contacts(session, portal_id, [contact.vid])[contact.vid]
    return [
        Move(list_id, contact.vid, membership.revision, contact.version + 1, reason)
        for list_id, membership in members.items()
    ]


def _forget(session: Session, portal_id: int, vid: int) -> None:
    """Remove the history of a contact and of the records merged into it, and what is known of those merges."""
    merged = select(Contact.vid).where(Contact.portal_id == portal_id, Contact.merged_into == vid)
    vids = [vid, *session.execute(merged).scalars()]
    session.execute(
        delete(PropertyVersion).where(PropertyVersion.portal_id == portal_id, PropertyVersion.vid.in_(vids))
    )
    session.execute(delete(MergeAudit).where(MergeAudit.portal_id == portal_id, MergeAudit.canonical_vid == vid))
