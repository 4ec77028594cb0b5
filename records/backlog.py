"""How far the indexer is behind the records, and what costs it most, for operators."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.clock import now
from records.models import ContactList, Dirty


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many contacts wait to be indexed, and how many milliseconds the oldest has waited (0 when none does).

    `parked` of them are put off because the engine refuses their documents.
    """

    contacts: int
    oldest_ms: int
    parked: int


def read_backlog(session: Session) -> Backlog:
    """Return the backlog of all portals together."""
    parked = func.count().filter(Dirty.next_at > 0)
    contacts, oldest, put_off = session.execute(select(func.count(), func.min(Dirty.queued_at), parked)).one()
    return Backlog(contacts, max(0, now(session) - oldest) if contacts else 0, put_off)


def unselective_lists(session: Session) -> int:
    """Return how many lists of all portals have a stored query that must be tested for every contact."""
    slow = (ContactList.unselective, ContactList.deleted.is_(False))
    return session.execute(select(func.count()).select_from(ContactList).where(*slow)).scalar_one()
