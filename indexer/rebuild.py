"""Builds a portal's index anew beside the live one, without a pause (design rule 13).

A new generation is made on the engine, then named in the records as a target of all writes, then filled from the
records page by page, then promoted in one step. The former one stays a target, so that rolling back is one step too,
until it is finished off. Every step is short and ends in the records, so a rebuild goes on where it was left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from indexer.directory import load_directory
from indexer.documents import build_documents
from indexer.engines.base import IndexOutcome
from indexer.errors import EngineError, IndexLost, NewerIndex, WrongEngine
from indexer.runtime import Runtime
from queries.catalogue import Catalogue
from queries.compile import compile_percolator, selects_nothing
from queries.document import DEFINITION
from queries.fields import Document
from records import engine_state, list_work, marks
from records.catalogues import load_catalogue
from records.contacts import ContactRow, all_contacts, highest_vid
from records.marks import Urgency
from records.models import EngineState

log = structlog.get_logger()

PAGE = 500

SLICE = 250
"""Contacts of a page whose documents are built while the engine takes in those before them."""


def request(runtime: Runtime, portal_id: int) -> None:
    """Ask for a new generation; where another kind of engine or a newer release made the index, start from nothing."""

    def want(session: Session) -> None:
        state = engine_state.load_state(session, portal_id, runtime.engine.kind)
        state.wanted = state.building is None
        if state.kind != runtime.engine.kind or engine_state.is_ahead(state):
            state.kind, state.live, state.building, state.retired = runtime.engine.kind, None, None, None
            state.wanted = True
        session.flush()

    runtime.database.transact(want)


def step(runtime: Runtime, portal_id: int) -> bool:
    """Do one piece of the rebuild that is wanted or under way and return whether anything was done.

    Raises EngineError; the step is then done again later.
    """
    state = runtime.database.transact(lambda session: _lease(session, portal_id, runtime.engine.kind))
    if state is None:
        return False
    try:
        return _advance(runtime, state)
    except IndexLost as error:
        note_lost(runtime, error)
        raise
    finally:
        runtime.database.transact(lambda session: engine_state.change_state(session, portal_id, leased_until=0))


def note_lost(runtime: Runtime, error: IndexLost) -> None:
    """Record that a generation is gone, so that another one is built by itself."""
    runtime.database.transact(lambda session: engine_state.lose_generation(session, error.portal_id, error.generation))
    runtime.jobs.wake("rebuild", error.portal_id)


def require_known(state: EngineState | None) -> None:
    """Raise NewerIndex where a newer release builds the portal's documents; what is dirty waits for it."""
    if state is not None and engine_state.is_ahead(state):
        raise NewerIndex(state.portal_id)


def give_up(runtime: Runtime, state: EngineState, generation: int, refused: Iterable[int]) -> bool:
    """End a rebuild whose generation refuses documents that the live one takes; readers stay where they are.

    Returns False, having done nothing, where readers have been turned over to it meanwhile: its refusals count.
    """
    vids, portal_id = sorted(refused), state.portal_id
    if not vids:
        return True
    ended = {"building": None, "wanted": False}
    is_mine = runtime.database.transact(
        lambda session: engine_state.change_building(session, portal_id, generation, **ended)
    )
    if not is_mine and _is_target(runtime, portal_id, generation):
        return False
    log.error("the new index refuses documents that the live one takes: given up", portal=portal_id, vids=vids)
    runtime.engine.drop(portal_id, generation)
    return True


def try_building(
    runtime: Runtime, state: EngineState, generation: int, send: Callable[[Sequence[int]], IndexOutcome]
) -> IndexOutcome:
    """Send what the other generations have taken to the one being built; where that fails, it is begun anew.

    Raises EngineError where it has been promoted meanwhile: readers must not miss what it did not take.
    """
    try:
        return send([generation])
    except EngineError as error:
        log.error("the new index fails and is begun anew", portal=state.portal_id, error=str(error))
        is_mine = runtime.database.transact(
            lambda session: engine_state.change_building(
                session, state.portal_id, generation, building=None, wanted=True
            )
        )
        if not is_mine and _is_target(runtime, state.portal_id, generation):
            raise
        return IndexOutcome({}, {})


def progress(session: Session, portal_id: int) -> tuple[int, int]:
    """Return the vid that the rebuild has reached and the highest vid; equal numbers mean that none is under way."""
    highest = highest_vid(session, portal_id)
    state = engine_state.find_state(session, portal_id)
    if state is None or state.wanted:
        return 0, max(highest, 1)
    return (state.cursor if state.building is not None else highest), highest


def roll_back(runtime: Runtime, portal_id: int) -> bool:
    """Let readers use the former generation again and return True; False when there is none of today's definition."""
    state = runtime.database.transact(lambda session: engine_state.load_state(session, portal_id, runtime.engine.kind))
    if state.retired is None or not engine_state.is_present(state, state.retired):
        return False
    runtime.engine.promote(portal_id, state.retired)
    _change(runtime, portal_id, live=state.retired, retired=state.live)
    return True


def finish(runtime: Runtime, portal_id: int) -> bool:
    """Remove the former generation and return True; False when there is none."""
    state = runtime.database.transact(lambda session: engine_state.load_state(session, portal_id, runtime.engine.kind))
    if state.retired is None:
        return False
    _change(runtime, portal_id, retired=None)
    runtime.engine.drop(portal_id, state.retired)
    return True


def check_kind(runtime: Runtime) -> None:
    """Raise WrongEngine when a portal's index was made by another kind of engine (design rule 12)."""
    with runtime.database.read() as session:
        foreign = engine_state.foreign_portal(session, runtime.engine.kind)
    if foreign is not None:
        raise WrongEngine(foreign.portal_id, foreign.kind, runtime.engine.kind)


def check_indexes(runtime: Runtime, portal_id: int) -> None:
    """Notice an index of another definition, and a live generation that is gone or foreign, and have it built anew.

    Raises EngineUnavailable.
    """
    with runtime.database.read() as session:
        state = engine_state.find_state(session, portal_id)
    if state is not None and runtime.database.transact(lambda session: engine_state.renew(session, portal_id)):
        log.info("the index is of an older definition and is built anew", portal=portal_id)
    if state is not None and state.live is not None:
        try:
            runtime.engine.check(portal_id, state.live, state.uuids[str(state.live)])
        except IndexLost as error:
            log.warning("index lost", portal=portal_id, generation=error.generation)
            note_lost(runtime, error)


def _lease(session: Session, portal_id: int, kind: str) -> EngineState | None:
    state = engine_state.load_state(session, portal_id, kind)
    idle = state.building is None and not state.wanted
    return None if idle or not engine_state.lease(session, portal_id) else state


def _advance(runtime: Runtime, state: EngineState) -> bool:
    require_known(state)
    if state.building is None:
        _begin(runtime, state)
    elif not _fill_page(runtime, state, state.building):
        _promote(runtime, state, state.building)
    return True


def _begin(runtime: Runtime, state: EngineState) -> None:
    """Make an empty generation on the engine, and only then a target; those left behind are removed first."""
    portal_id = state.portal_id
    for left in {*map(int, state.uuids), state.last_generation} - {0, *engine_state.targets(state)}:
        runtime.engine.drop(portal_id, left)
    generation = runtime.database.transact(lambda session: engine_state.number_generation(session, portal_id))
    with runtime.database.read() as session:
        catalogue = load_catalogue(session, portal_id)
    uuids = runtime.engine.create(portal_id, generation, catalogue)
    begun = {
        "uuids": {**_known(state, state.uuids), str(generation): uuids},
        "definitions": {**_known(state, state.definitions), str(generation): DEFINITION},
    }
    runtime.database.transact(lambda session: engine_state.begin_building(session, portal_id, generation, begun))


def _known(state: EngineState, told: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of the generations that are still there."""
    return {name: told[name] for name in map(str, engine_state.targets(state)) if name in told}


def _fill_page(runtime: Runtime, state: EngineState, generation: int) -> bool:
    """Index the next page of contacts and return False when there is none left."""
    portal_id = state.portal_id
    with runtime.database.read() as session:
        rows = all_contacts(session, portal_id, state.cursor, PAGE)
        catalogue = load_catalogue(session, portal_id)
        if not rows:
            return False
        runtime.engine.extend(portal_id, [generation], catalogue)
        refused = _index(runtime, portal_id, generation, _slices(session, portal_id, rows, catalogue))
    fresh = _refused_anew(runtime, portal_id, refused) if state.live is not None else ()
    if fresh and give_up(runtime, state, generation, fresh):
        return True
    page = partial(_save_page, state=state, cursor=rows[-1].vid, refused=list(refused), catalogue=catalogue)
    runtime.database.transact(page)
    return True


def _slices(
    session: Session, portal_id: int, rows: Sequence[ContactRow], catalogue: Catalogue
) -> Iterator[list[Document]]:
    for start in range(0, len(rows), SLICE):
        yield list(build_documents(session, portal_id, rows[start : start + SLICE], catalogue).values())


def _index(runtime: Runtime, portal_id: int, generation: int, slices: Iterable[list[Document]]) -> set[int]:
    """Index slices, each while the next one is built, and return the vids that the engine refuses."""
    with ThreadPoolExecutor(1) as sender:
        sent = [sender.submit(runtime.engine.index, portal_id, [generation], documents) for documents in slices]
    return {vid for outcome in sent for vid in outcome.result().refused}


def _refused_anew(runtime: Runtime, portal_id: int, refused: Iterable[int]) -> set[int]:
    """Return those whom no other generation refuses: those that it does, or may, are marked."""
    vids = set(refused)
    with runtime.database.read() as session:
        return vids - marks.waiting(session, portal_id, vids).keys()


def _save_page(session: Session, state: EngineState, cursor: int, refused: list[int], catalogue: Catalogue) -> None:
    """Keep the cursor; contacts that the engine refuses go the way of all such contacts (design rule 11).

    Where definitions have changed since the page was read it is done again, because it may have replaced documents that
    a drain built by the new ones: those are of the same version.
    """
    portal_id = state.portal_id
    marks.mark(session, portal_id, {vid: (marks.EVERYTHING,) for vid in refused}, Urgency.UPKEEP)
    if state.building is not None and load_catalogue(session, portal_id).version == catalogue.version:
        engine_state.change_building(session, portal_id, state.building, cursor=cursor)


def _promote(runtime: Runtime, state: EngineState, generation: int) -> None:
    """Register every list, seal the percolator, and turn readers and records over."""
    portal_id = state.portal_id
    with runtime.database.read() as session:
        queries = load_directory(session, portal_id).queries
        catalogue = load_catalogue(session, portal_id)
    runtime.engine.extend(portal_id, [generation], catalogue)
    runtime.engine.register(portal_id, [generation], queries.values())
    slow = [query for query in queries.values() if selects_nothing(compile_percolator(query.tree))]
    noted = [(query.list_id, query.revision) for query in slow]
    runtime.database.transact(lambda session: list_work.note_unselective(session, portal_id, noted))
    runtime.engine.seal(portal_id, generation)
    runtime.engine.promote(portal_id, generation)
    turned = {"live": generation, "building": None, "retired": state.live}
    is_mine = runtime.database.transact(
        lambda session: engine_state.change_building(session, portal_id, generation, **turned)
    )
    if is_mine and state.retired is not None:
        runtime.engine.drop(portal_id, state.retired)


def _is_target(runtime: Runtime, portal_id: int, generation: int) -> bool:
    with runtime.database.read() as session:
        return generation in engine_state.targets(engine_state.find_state(session, portal_id))


def _change(runtime: Runtime, portal_id: int, **values: object) -> None:
    runtime.database.transact(lambda session: engine_state.change_state(session, portal_id, **values))
