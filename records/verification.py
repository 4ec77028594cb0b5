"""How far memberships and indexes have been compared with the records, kept so that the comparison goes on for ever.

A pass goes through a portal's contacts by vid, page by page, with pauses between pages, and begins anew an hour after
its end. Differences are repaired by marks, like everything else (design rule 2); here they are only counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import Update, func, or_, select, update
from sqlalchemy.orm import Session

from records.clock import now
from records.lists import DONE
from records.models import ContactList, Verification

LEASE_MS = 60_000
PAUSE_MS = 1_000
"""The time between two pages; with pages of two hundred, a million contacts take an hour and a half."""

REST_MS = 3_600_000
"""The time between the end of a pass and the begin of the next."""

DOCUMENT = 0
"""Stands in the place of a list's id for the contact's document in the index."""

Doubt = tuple[int, int]
"""A vid and the list, or DOCUMENT, in which it is not as the records say."""


def create(session: Session, portal_id: int) -> None:
    """Have a new portal verified, for the first time in an hour."""
    session.add(Verification(portal_id=portal_id, next_at=now(session) + REST_MS, doubted=[]))
    session.flush()


def due_portals(session: Session) -> list[int]:
    """Return the portals whose next page is due; one that is too far ahead is so because the clock went back."""
    moment = now(session)
    due = or_(Verification.next_at <= moment, Verification.next_at > moment + 2 * REST_MS)
    return list(session.execute(select(Verification.portal_id).where(due).order_by(Verification.next_at)).scalars())


def begin_now(session: Session, portal_id: int) -> Verification:
    """Begin a pass anew at once and return the row, which has no end of a pass any more."""
    row = session.get_one(Verification, portal_id, populate_existing=True, with_for_update=True)
    row.cursor, row.begun_at, row.next_at, row.leased_until = 0, now(session), 0, 0
    row.verified_at, row.doubted = None, []
    session.flush()
    return row


def find(session: Session, portal_id: int) -> Verification:
    """Return the portal's row."""
    return session.get_one(Verification, portal_id, populate_existing=True)


def drift(session: Session) -> tuple[int, int]:
    """Return how many differences were ever found in all portals, and how many of them are repaired."""
    columns = (func.sum(Verification.drift_found), func.sum(Verification.drift_repaired))
    found, repaired = session.execute(select(*columns)).one()
    return int(found or 0), int(repaired or 0)


def lease(session: Session, portal_id: int) -> Verification | None:
    """Take the right to compare the portal's next page, and return the row; None while another process has it."""
    moment = now(session)
    row = session.get_one(Verification, portal_id, populate_existing=True, with_for_update=True)
    if moment < row.leased_until <= moment + 2 * LEASE_MS:
        return None
    row.leased_until = moment + LEASE_MS
    if row.cursor == 0:
        row.begun_at = moment
    session.flush()
    return row


def wait(session: Session, portal_id: int) -> None:
    """Look again after a pause."""
    session.execute(_of(portal_id).values(next_at=now(session) + PAUSE_MS, leased_until=0))


def save_page(session: Session, portal_id: int, cursor: int, doubted: Collection[Doubt]) -> None:
    """Note a compared page that ends at vid `cursor`, and what was found in it."""
    moment = now(session)
    session.execute(
        _of(portal_id).values(
            cursor=cursor,
            doubted=[list(doubt) for doubt in doubted],
            next_at=moment + PAUSE_MS,
            leased_until=0,
            drift_found=Verification.drift_found + len(doubted),
        )
    )
    _count(session, portal_id, doubted, "drift_found")


def note_repaired(session: Session, portal_id: int, left: Iterable[Doubt], repaired: Collection[Doubt]) -> None:
    """Note which differences of the last page are gone and which are left to be looked at again."""
    session.execute(
        _of(portal_id).values(
            doubted=[list(doubt) for doubt in left], drift_repaired=Verification.drift_repaired + len(repaired)
        )
    )
    _count(session, portal_id, repaired, "drift_repaired")


def end_pass(session: Session, row: Verification) -> None:
    """Note that every contact has been compared, and rest."""
    moment = now(session)
    session.execute(
        _of(row.portal_id).values(cursor=0, verified_at=moment, next_at=moment + REST_MS, leased_until=0, doubted=[])
    )
    seen = (ContactList.portal_id == row.portal_id, ContactList.state == DONE, ContactList.dynamic)
    session.execute(
        update(ContactList).where(*seen, ContactList.state_changed_at <= row.begun_at).values(verified_at=moment)
    )


def _count(session: Session, portal_id: int, doubts: Collection[Doubt], column: str) -> None:
    for list_id, count in sorted(Counter(list_id for _, list_id in doubts if list_id != DOCUMENT).items()):
        session.execute(
            update(ContactList)
            .where(ContactList.portal_id == portal_id, ContactList.list_id == list_id)
            .values({column: getattr(ContactList, column) + count})
        )


def _of(portal_id: int) -> Update:
    return update(Verification).where(Verification.portal_id == portal_id)
