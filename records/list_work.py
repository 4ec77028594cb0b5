"""The job side of a list's row: leases, the scan's cursor, and the way to DONE (design rules 6 and 7)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Update, func, or_, select, update
from sqlalchemy.orm import Session

from records import marks, memberships
from records.clock import now
from records.feed import Kind
from records.lists import DONE, INITIALIZING, PROCESSING
from records.marks import Urgency
from records.models import ContactList, Membership

LEASE_MS = 60_000


def fill_kind(state: str, cause: str) -> Kind:
    """Return why contacts join and leave while a list is scanned, given its state and cause."""
    return Kind.FIRST_FILL if state == INITIALIZING else Kind(cause)


def fill_kinds(session: Session, portal_id: int) -> dict[int, Kind]:
    """Return list id -> why contacts join and leave it, for the lists that are being scanned."""
    statement = select(ContactList.list_id, ContactList.state, ContactList.cause).where(
        ContactList.portal_id == portal_id, ContactList.state.in_((INITIALIZING, PROCESSING))
    )
    return {list_id: fill_kind(state, cause) for list_id, state, cause in session.execute(statement)}


def lease_next(session: Session, portal_id: int) -> ContactList | None:
    """Lease and return the portal's unfinished list that has waited longest, or None.

    Lists that may have to wait for contacts, static ones and those whose scan has ended, come after the others.
    """
    moment = now(session)
    free = or_(ContactList.leased_until <= moment, ContactList.leased_until > moment + 2 * LEASE_MS)
    chosen = (
        select(ContactList)
        .where(ContactList.portal_id == portal_id, ContactList.state != DONE, free)
        .order_by(
            ContactList.scan_ended_at.is_not(None),
            ContactList.dynamic.desc(),
            ContactList.state_changed_at,
            ContactList.list_id,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(chosen).scalar_one_or_none()
    if row is not None:
        row.leased_until = moment + LEASE_MS
        session.flush()
    return row


def release(session: Session, row: ContactList) -> None:
    """End the lease, unless the list was saved meanwhile and the lease is another's."""
    session.execute(_same_revision(row).values(leased_until=0))


def note_error(session: Session, row: ContactList, words: str) -> None:
    """Keep what the engine said against the list; the lease runs on, so that it is tried again after a minute."""
    session.execute(_same_revision(row).values(error=words))


def is_current(session: Session, row: ContactList) -> bool:
    """Return whether the list still has the revision and state that the job began with."""
    statement = select(ContactList.revision, ContactList.state).where(
        ContactList.portal_id == row.portal_id, ContactList.list_id == row.list_id
    )
    return tuple(session.execute(statement).one()) == (row.revision, row.state)


def note_registered(session: Session, row: ContactList, unselective: bool = False) -> None:
    """Note that the percolator knows this revision of the list, or knows it no more when the list is being deleted.

    `unselective` is whether the stored query must be tested for every contact.
    """
    session.execute(_same_revision(row).values(registered=row.revision, unselective=unselective))


def note_unselective(session: Session, portal_id: int, lists: Iterable[tuple[int, int]]) -> None:
    """Note which lists, by id and revision, have a stored query that must be tested for every contact."""
    for list_id, revision in lists:
        mine = (ContactList.portal_id == portal_id, ContactList.list_id == list_id, ContactList.revision == revision)
        session.execute(update(ContactList).where(*mine).values(unselective=True))


def save_cursor(session: Session, row: ContactList, vid: int) -> None:
    """Note the vid up to which the scan has come."""
    session.execute(_same_revision(row).values(scan_cursor=vid))


def end_scan(session: Session, row: ContactList) -> None:
    """Note that the scan has reached its end now."""
    session.execute(_same_revision(row).values(scan_ended_at=now(session)))


def complete(session: Session, row: ContactList) -> bool:
    """Make the list DONE when no contact that was marked before its scan ended still waits; return whether it is."""
    if row.scan_ended_at is None or marks.waiting_since(session, row.portal_id, row.scan_ended_at):
        return False
    session.execute(_same_revision(row).values(state=DONE, error="", state_changed_at=now(session)))
    return True


def doubt_page(session: Session, row: ContactList, after: int, limit: int) -> Sequence[int]:
    """Mark the next members that no scan has confirmed for this revision, and return their vids."""
    stale = memberships.stale_members(session, row.portal_id, row.list_id, row.revision, after, limit)
    marks.mark(session, row.portal_id, {vid: (marks.list_name(row.list_id),) for vid in stale}, Urgency.NOW)
    return stale


def member_page(session: Session, row: ContactList, limit: int) -> list[int]:
    """Return up to `limit` members by vid."""
    statement = (
        select(Membership.vid)
        .where(Membership.portal_id == row.portal_id, Membership.list_id == row.list_id)
        .order_by(Membership.vid)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def _same_revision(row: ContactList) -> Update:
    return update(ContactList).where(
        ContactList.portal_id == row.portal_id,
        ContactList.list_id == row.list_id,
        ContactList.revision == row.revision,
    )


def most_smart_lists(session: Session) -> int:
    """Return how many smart lists the portal with the most of them has."""
    counted = (
        select(func.count())
        .select_from(ContactList)
        .where(ContactList.dynamic.is_(True), ContactList.deleted.is_(False))
        .group_by(ContactList.portal_id)
    )
    return max(session.execute(counted).scalars(), default=0)
