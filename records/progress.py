"""How far the background work of a portal has come, and when it may be through, for those who watch it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import engine_state, sweeps
from records.clock import now
from records.contacts import highest_vid
from records.imports import PROCESSING
from records.list_work import UNFINISHED
from records.lists import DELETING
from records.models import ContactImport, ContactList, Dirty, EngineState, Membership, Verification
from records.verification import find as find_verification


@dataclass(frozen=True, slots=True)
class Progress:
    """A piece of work: how much of it is done, out of how much, since how many milliseconds, and who is at it now."""

    done: int
    total: int
    elapsed_ms: int
    running: bool

    @property
    def share(self) -> float:
        """The part that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0

    @property
    def eta_ms(self) -> int | None:
        """The milliseconds that the rest takes at the pace so far; None before there is a pace."""
        return round(self.elapsed_ms * (1 - self.share) / self.share) if self.share else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A portal's marks: how many, the age of the oldest, how many are in work, and how many the engine refuses."""

    contacts: int
    oldest_ms: int
    in_work: int
    parked: int


@dataclass(frozen=True, slots=True)
class ListWork:
    """A list with work to be done: its row and how far its scan, or its members' leaving, has come."""

    row: ContactList
    progress: Progress


@dataclass(frozen=True, slots=True)
class ImportWork:
    """A file that is being imported: its row, and how many of the file's rows have been worked off."""

    row: ContactImport
    progress: Progress


@dataclass(frozen=True, slots=True)
class PortalState:
    """All background work of a portal at one moment; `rebuild` is None while no index is wanted or being built.

    `clock_behind_ms` says for how long contacts have been due to be moved by the clock.
    """

    waiting: Waiting
    clock_behind_ms: int
    lists: list[ListWork]
    imports: list[ImportWork]
    index: EngineState | None
    rebuild: Progress | None
    verification: Verification
    verifying: Progress


def read_portal(session: Session, portal_id: int) -> PortalState:
    """Return the state of a portal's background work."""
    moment, highest = now(session), highest_vid(session, portal_id)
    index = engine_state.find_state(session, portal_id)
    verification = find_verification(session, portal_id)
    looked = Progress(
        verification.cursor, highest, moment - verification.begun_at, _is_leased(verification.leased_until, moment)
    )
    rows = _unfinished(session, portal_id)
    lists = [ListWork(row, list_progress(session, row, highest, moment)) for row in rows]
    return PortalState(
        waiting=_waiting(session, portal_id, moment),
        clock_behind_ms=_clock_behind(session, portal_id, moment),
        lists=lists,
        imports=_imports(session, portal_id, moment),
        index=index,
        rebuild=_rebuild(index, highest, moment),
        verification=verification,
        verifying=looked,
    )


def list_progress(session: Session, row: ContactList, highest: int, moment: int) -> Progress:
    """Return how far a list is scanned, up to the highest vid, or how many members of a deleted one have left."""
    elapsed, running = moment - row.state_changed_at, _is_leased(row.leased_until, moment)
    if row.state == DELETING:
        left = select(func.count()).where(Membership.portal_id == row.portal_id, Membership.list_id == row.list_id)
        return Progress(0, session.execute(left).scalar_one(), elapsed, running)
    done = row.scan_cursor if row.scan_ended_at is None else highest
    return Progress(done, highest, elapsed, running)


def _waiting(session: Session, portal_id: int, moment: int) -> Waiting:
    leased = Dirty.leased_until > moment
    statement = select(
        func.count(),
        func.min(Dirty.queued_at),
        func.count().filter(leased),
        func.count().filter(Dirty.next_at > 0),
    ).where(Dirty.portal_id == portal_id)
    contacts, oldest, in_work, parked = session.execute(statement).one()
    return Waiting(contacts, max(0, moment - oldest) if contacts else 0, in_work, parked)


def _clock_behind(session: Session, portal_id: int, moment: int) -> int:
    cursor = sweeps.find(session, portal_id)
    return 0 if cursor is None else max(0, moment - sweeps.late_since(cursor))


def _imports(session: Session, portal_id: int, moment: int) -> list[ImportWork]:
    """Return the imports that are not through; a page of rows takes no lease, so that they all count as worked on."""
    mine = (ContactImport.portal_id == portal_id, ContactImport.state == PROCESSING)
    rows = session.execute(select(ContactImport).where(*mine).order_by(ContactImport.import_id)).scalars().all()
    return [ImportWork(row, Progress(row.worked, row.total, moment - row.created_at, True)) for row in rows]


def _rebuild(index: EngineState | None, highest: int, moment: int) -> Progress | None:
    if index is None or index.wanted:
        return Progress(0, max(1, highest), 0, False)
    if index.building is None:
        return None
    return Progress(index.cursor, max(1, highest), moment - index.begun_at, _is_leased(index.leased_until, moment))


def _unfinished(session: Session, portal_id: int) -> list[ContactList]:
    statement = select(ContactList).where(ContactList.portal_id == portal_id, UNFINISHED)
    return list(session.execute(statement.order_by(ContactList.list_id)).scalars())


def _is_leased(leased_until: int, moment: int) -> bool:
    return leased_until > moment
