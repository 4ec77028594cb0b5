"""The job side of a list's row: leases, the scan's cursor, and the way to DONE (design rules 6 and 7)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Update, exists, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from records import marks, memberships
from records.clock import now
from records.feed import Kind
from records.lists import DONE, INITIALIZING, PROCESSING
from records.marks import Urgency
from records.models import ContactList, Membership, PortalClock

LEASE_MS = 60_000

UNFINISHED: ColumnElement[bool] = ContactList.state != literal_column(f"'{DONE}'")
"""The condition that a list is to be initialised, evaluated anew or deleted, in the words of the index of those."""


def unfinished(session: Session, portal_id: int) -> dict[int, str]:
    """Return list id -> state of the lists that are not DONE."""
    statement = select(ContactList.list_id, ContactList.state).where(ContactList.portal_id == portal_id, UNFINISHED)
    return {list_id: state for list_id, state in session.execute(statement)}


def portals_with_work(session: Session) -> list[int]:
    """Return the portals that have lists to initialise, re-evaluate or delete."""
    busy = exists().where(ContactList.portal_id == PortalClock.portal_id, UNFINISHED)
    return list(session.execute(select(PortalClock.portal_id).where(busy).order_by(PortalClock.portal_id)).scalars())


def forget_list(session: Session, portal_id: int, list_id: int) -> None:
    """Note that a deleted list has no members left; its row stays, so that its id is not used again."""
    session.execute(
        update(ContactList)
        .where(ContactList.portal_id == portal_id, ContactList.list_id == list_id)
        .values(state=DONE, state_changed_at=now(session))
    )


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
        .where(ContactList.portal_id == portal_id, UNFINISHED, free)
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
