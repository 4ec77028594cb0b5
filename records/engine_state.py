"""Which index generations each portal has; only a rebuild makes new ones (design rules 12 and 13)."""

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from queries.document import DEFINITION
from records import dialect
from records.clock import now
from records.models import EngineState, Portal
from records.statements import PORTAL, Reader

LEASE_MS = 60_000


def load_state(session: Session, portal_id: int, kind: str) -> EngineState:
    """Return the portal's locked engine row, made for this kind of engine, with an index wanted, when there is none."""
    fresh = {"portal_id": portal_id, "kind": kind, "wanted": True, "uuids": {}}
    session.execute(dialect.insert(session, EngineState).on_conflict_do_nothing(), [fresh])
    return session.get_one(EngineState, portal_id, populate_existing=True, with_for_update=True)


def find_state(session: Session, portal_id: int) -> EngineState | None:
    """Return the portal's engine row, or None before its first rebuild."""
    return session.get(EngineState, portal_id, populate_existing=True)


def live_generation(session: Reader, portal_id: int) -> int | None:
    """Return the generation that is read, or None before the portal's first index is whole."""
    live: int | None = session.execute(_LIVE, {"portal": portal_id}).scalar_one_or_none()
    return live


def targets(state: EngineState | None) -> tuple[int, ...]:
    """Return every generation that writes go to."""
    if state is None:
        return ()
    return tuple(item for item in (state.live, state.building, state.retired) if item is not None)


def readers(state: EngineState) -> tuple[int, ...]:
    """Return the generations that are read or may be turned back to; before there are any, the one being built."""
    return tuple(item for item in (state.live, state.retired) if item is not None) or targets(state)


def is_present(state: EngineState, generation: int | None) -> bool:
    """Return whether a generation was built by the present definition of documents."""
    return bool(state.definitions.get(str(generation)) == DEFINITION)


def is_ahead(state: EngineState) -> bool:
    """Return whether a generation was built by a newer definition than this process knows."""
    return any(state.definitions.get(str(generation), 0) > DEFINITION for generation in targets(state))


def present_generation(state: EngineState | None) -> int | None:
    """Return the generation that is read where it was built by the present definition, else None.

    One that was built by another still finds contacts by words; what filters ask may not be in it.
    """
    return state.live if state is not None and is_present(state, state.live) else None


def renew(session: Session, portal_id: int) -> bool:
    """Have an index built anew whose generation is of another definition than the present; return whether it is."""
    state = session.get_one(EngineState, portal_id, populate_existing=True, with_for_update=True)
    newest = state.live if state.building is None else state.building
    stale = newest is not None and not is_present(state, newest) and not is_ahead(state)
    if stale:
        state.wanted, state.building = True, None
        session.flush()
    return stale


def lease(session: Session, portal_id: int) -> bool:
    """Take the right to rebuild the portal's index for a minute; False while another process has it."""
    moment = now(session)
    free = or_(EngineState.leased_until <= moment, EngineState.leased_until > moment + 2 * LEASE_MS)
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


def begin_building(session: Session, portal_id: int, generation: int, known: dict[str, Any]) -> None:
    """Name a generation, which is empty, as a target of all writes; `known` is what is told of generations now."""
    change_state(session, portal_id, building=generation, wanted=False, cursor=0, begun_at=now(session), **known)


def change_building(session: Session, portal_id: int, generation: int, **values: Any) -> bool:
    """Write columns of the portal's engine row, if this generation is still the one being built; return whether it is.

    A rebuilder whose lease has ended may come late, when another generation is under way.
    """
    mine = (EngineState.portal_id == portal_id, EngineState.building == generation)
    changed = session.execute(update(EngineState).where(*mine).values(**values).returning(EngineState.portal_id))
    return changed.first() is not None


def number_generation(session: Session, portal_id: int) -> int:
    """Draw the number of a new generation, which is not a target before it has been made on the engine."""
    statement = (
        update(EngineState)
        .where(EngineState.portal_id == portal_id)
        .values(last_generation=EngineState.last_generation + 1)
        .returning(EngineState.last_generation)
    )
    return int(session.execute(statement).scalar_one())


def lose_generation(session: Session, portal_id: int, generation: int) -> None:
    """Note that a generation is gone from the engine; another is built where it was live or being built (rule 12)."""
    state = session.get_one(EngineState, portal_id, populate_existing=True, with_for_update=True)
    state.wanted = state.wanted or generation in (state.live, state.building)
    for column in ("live", "building", "retired"):
        if getattr(state, column) == generation:
            setattr(state, column, None)
    session.flush()


def portals_to_rebuild(session: Session) -> list[int]:
    """Return the portals whose next generation is wanted or being built, and those that never had one."""
    begun = select(EngineState.portal_id).where(or_(EngineState.building.is_not(None), EngineState.wanted))
    new = select(Portal.portal_id).where(Portal.portal_id.not_in(select(EngineState.portal_id)))
    return sorted(session.execute(begun.union(new)).scalars())


def foreign_portal(session: Session, kind: str) -> EngineState | None:
    """Return a portal's engine row that an engine of another kind made, or None."""
    return session.execute(select(EngineState).where(EngineState.kind != kind).limit(1)).scalar_one_or_none()


_STATES = EngineState.__table__.c
_LIVE = select(_STATES.live).where(_STATES.portal_id == PORTAL)
