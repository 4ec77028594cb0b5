"""Which index generations each portal has; only a rebuild makes new ones (design rules 12 and 13)."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.models import Contact, EngineState

LEASE_MS = 60_000


def load_state(session: Session, portal_id: int, kind: str) -> EngineState:
    """Return the portal's engine row, made for this kind of engine when there is none yet."""
    row = find_state(session, portal_id)
    if row is not None:
        return row
    fresh = {"portal_id": portal_id, "kind": kind, "last_generation": 0, "cursor": 0, "leased_until": 0, "uuids": {}}
    session.execute(dialect.insert(session, EngineState).on_conflict_do_nothing(), [fresh])
    return session.execute(select(EngineState).where(EngineState.portal_id == portal_id)).scalar_one()


def find_state(session: Session, portal_id: int) -> EngineState | None:
    """Return the portal's engine row, or None before its first rebuild."""
    return session.get(EngineState, portal_id, populate_existing=True)


def targets(state: EngineState | None) -> tuple[int, ...]:
    """Return every generation that writes go to."""
    if state is None:
        return ()
    return tuple(item for item in (state.live, state.building, state.retired) if item is not None)


def lease(session: Session, portal_id: int) -> bool:
    """Take the right to rebuild the portal's index for a minute; False while another process has it."""
    moment = now(session)
    free = (EngineState.leased_until <= moment) | (EngineState.leased_until > moment + 2 * LEASE_MS)
    statement = (
        update(EngineState)
        .where(EngineState.portal_id == portal_id, free)
        .values(leased_until=moment + LEASE_MS)
        .returning(EngineState.portal_id)
    )
    return session.execute(statement).first() is not None


def change_state(session: Session, portal_id: int, **values: Any) -> None:
    """Write columns of the portal's engine row."""
    session.execute(update(EngineState).where(EngineState.portal_id == portal_id).values(**values))


def portals_to_rebuild(session: Session) -> list[int]:
    """Return the portals whose next generation is being built."""
    statement = select(EngineState.portal_id).where(EngineState.building.is_not(None))
    return list(session.execute(statement).scalars())


def portals_without_index(session: Session) -> list[int]:
    """Return the portals that have contacts or lists but no live generation."""
    live = select(EngineState.portal_id).where(EngineState.live.is_not(None))
    return list(session.execute(select(Contact.portal_id).where(Contact.portal_id.not_in(live)).distinct()).scalars())
