"""Pins: contacts that are in a smart list, or out of it, whatever its criteria say (design rule 9).

A pin is a mark of the contact, so it outlives every re-evaluation, and setting one is a write like any other.
"""

from sqlalchemy.orm import Session

from queries.fields import pin_mark
from records import lists
from records.errors import ContactMissing, ListRefused
from records.writes import Change, Source, lock_contacts, write_contacts

IN = "in"
OUT = "out"
_BY_HAND = Source("API")


def pin(session: Session, portal_id: int, list_id: int, vid: int, direction: str) -> None:
    """Pin a contact `in` or `out` of a smart list, in place of the opposite pin; a merged vid means its survivor.

    Raises ListMissing, ListRefused for a static list, and ContactMissing.
    """
    opposite = pin_mark(list_id, OUT if direction == IN else IN)
    _replace(session, portal_id, list_id, vid, opposite, pin_mark(list_id, direction))


def unpin(session: Session, portal_id: int, list_id: int, vid: int, direction: str) -> None:
    """Take a pin away, if it is there. Raises ListMissing, ListRefused for a static list, and ContactMissing."""
    _replace(session, portal_id, list_id, vid, pin_mark(list_id, direction), None)


def without_contradictions(marks: set[str]) -> set[str]:
    """Return the marks of a merged contact: where it is pinned in and out of a list, out wins."""
    return {mark for mark in marks if not (mark.startswith(f"{IN}:") and mark.replace(IN, OUT, 1) in marks)}


def _replace(session: Session, portal_id: int, list_id: int, vid: int, old: str, new: str | None) -> None:
    if not lists.get_list(session, portal_id, list_id).dynamic:
        raise ListRefused(f"List {list_id} is static: add the contact to it or remove it instead of pinning it")
    contact = lock_contacts(session, portal_id, [vid]).get(vid)
    if contact is None:
        raise ContactMissing(vid)
    kept = tuple(mark for mark in contact.marks if mark not in (old, new))
    marks = kept if new is None else (*kept, new)
    if set(marks) != set(contact.marks):
        write_contacts(session, portal_id, [Change(contact, {}, _BY_HAND, marks)])
