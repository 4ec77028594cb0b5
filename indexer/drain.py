"""Works the dirty set off: index, percolate, decide (design rules 3 and 4)."""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.orm import Session

from indexer.decide import CHUNK, ListsMoved, Proposals, Work, decide
from indexer.directory import load_directory
from indexer.documents import load_documents
from indexer.engines.base import Asked, IndexOutcome
from indexer.errors import EngineError, IndexLost, RequestRefused
from indexer.rebuild import give_up, note_lost, require_known, try_building
from indexer.runtime import Runtime
from queries.catalogue import Catalogue
from queries.fields import VID, Document
from records import engine_state, marks
from records.catalogues import load_catalogue
from records.drift import lift_versions
from records.marks import Claimed
from records.models import EngineState

log = structlog.get_logger()

BACK_OFF_MS = 1_000
PERCOLATE_ABOVE = 400_000
"""Leaves to ask, contact by contact, from which a percolation costs less than evaluating them all (decision 5)."""


def drain_portal(runtime: Runtime, portal_id: int) -> int:
    """Work off every mark of the portal that is due, batch after batch, and return how many were looked at.

    Raises EngineError when the engine fails; the marks are given back and are due again in a second.
    """
    total = 0
    while count := drain_batch(runtime, portal_id):
        total += count
    return total


def drain_batch(runtime: Runtime, portal_id: int) -> int:
    """Work off up to CHUNK marks of the portal and return how many were claimed; raises EngineError as above."""
    claimed = runtime.database.transact(lambda session: marks.claim(session, portal_id, CHUNK))
    if claimed:
        try:
            work = _index(runtime, portal_id, claimed)
        except EngineError as error:
            _give_back(runtime, portal_id, claimed, error)
            raise
        _decide(runtime, portal_id, work)
    return len(claimed)


def _index(runtime: Runtime, portal_id: int, claimed: Sequence[Claimed]) -> Work:
    """Write the documents to every generation, then ask the live percolator about those that it took."""
    with runtime.database.read() as session:
        state = engine_state.find_state(session, portal_id)
        catalogue = load_catalogue(session, portal_id)
        documents, dead = load_documents(session, portal_id, [item.vid for item in claimed], catalogue)
    require_known(state)
    refused = frozenset[int]()
    if state is not None and engine_state.targets(state):
        refused = _store(runtime, state, documents, dead, catalogue)
    asking = [item for item in claimed if item.vid in documents.keys() - refused]
    proposals = _narrow(runtime, state, documents, asking) if state is not None else {}
    return Work(claimed, documents, proposals, refused)


def _store(
    runtime: Runtime,
    state: EngineState,
    documents: Mapping[int, Document],
    dead: Mapping[int, int],
    catalogue: Catalogue,
) -> frozenset[int]:
    """Index the living, delete the dead, and return the vids whose documents the engine refuses.

    What only the generation being built refuses, or fails to take, ends its rebuild, not the drain (design rule 13).
    """
    portal_id, batch = state.portal_id, list(documents.values())

    def send(generations: Sequence[int]) -> IndexOutcome:
        runtime.engine.extend(portal_id, generations, catalogue)
        told = runtime.engine.index(portal_id, generations, batch)
        runtime.engine.delete(portal_id, generations, dead)
        return told

    readers = engine_state.readers(state)
    outcome = send(readers)
    if state.building is not None and state.building not in readers:
        fresh = try_building(runtime, state, state.building, send)
        is_over = give_up(runtime, state, state.building, fresh.refused.keys() - outcome.refused.keys())
        refused = outcome.refused if is_over else {**fresh.refused, **outcome.refused}
        outcome = IndexOutcome(refused, {**fresh.drifted, **outcome.drifted})
    if outcome.drifted:
        runtime.database.transact(lambda session: lift_versions(session, portal_id, outcome.drifted))
    for vid, words in outcome.refused.items():
        log.warning("document refused", portal=portal_id, vid=vid, reason=words)
    return frozenset(outcome.refused)


def _narrow(
    runtime: Runtime, state: EngineState, documents: Mapping[int, Document], asking: Sequence[Claimed]
) -> Proposals:
    """Return the live percolator's proposals; nothing, so that all asked lists are evaluated, where that costs less.

    The lists are read only now: the percolator is sent what they read, so that a list which asks for more was saved
    after the documents were indexed, and its scan finds them.
    """
    generation = engine_state.present_generation(state)
    if generation is None:
        return {}
    with runtime.database.read() as session:
        asked = _asked(session, state.portal_id, asking)
    batch = [documents[item.vid] for item in asking]
    return {} if asked is None else _propose(runtime, state.portal_id, generation, batch, asked)


def _asked(session: Session, portal_id: int, asking: Sequence[Claimed]) -> Asked | None:
    """Return what to ask the percolator, None where evaluating all asked lists costs less."""
    directory = load_directory(session, portal_id)
    if directory.leaves_asked(item.changed for item in asking) <= PERCOLATE_ABOVE:
        return None
    changed = frozenset[str]().union(*(item.changed for item in asking))
    return directory.percolation(changed, load_catalogue(session, portal_id))


def _propose(runtime: Runtime, portal_id: int, generation: int, batch: Sequence[Document], asked: Asked) -> Proposals:
    """Return a percolator's proposals, nothing where the engine has none.

    A batch that the percolator refuses is halved until the contact at fault stands alone and is evaluated instead.
    """
    try:
        proposed = runtime.engine.propose(portal_id, generation, batch, asked)
    except RequestRefused as error:
        if len(batch) == 1:
            log.warning("percolation refused", portal=portal_id, vid=batch[0][VID], reason=error.reason)
            return {}
        middle = len(batch) // 2
        halves = (batch[:middle], batch[middle:])
        first, second = (_propose(runtime, portal_id, generation, half, asked) for half in halves)
        return {**first, **second}
    return {} if proposed is None else {doc[VID]: proposed.get(doc[VID], frozenset()) for doc in batch}


def _decide(runtime: Runtime, portal_id: int, work: Work) -> None:
    while True:
        try:
            return runtime.database.transact(lambda session: decide(session, portal_id, work))
        except ListsMoved:
            continue


def _give_back(runtime: Runtime, portal_id: int, claimed: Sequence[Claimed], error: EngineError) -> None:
    def release(session: Session) -> None:
        marks.lock(session, portal_id, claimed)
        marks.release(session, portal_id, claimed, BACK_OFF_MS)

    runtime.database.transact(release)
    if isinstance(error, IndexLost):
        note_lost(runtime, error)
