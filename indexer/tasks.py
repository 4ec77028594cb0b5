"""What background work there is and how each kind is done; the embedded thread and RQ run these same functions.

The records say what must be done. Wake-ups only say that it is worth looking now.
"""

from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.orm import Session

from indexer import drain, list_jobs, rebuild, verify
from indexer.errors import EngineError
from indexer.imports import run
from indexer.runtime import KINDS, Kind, Runtime
from records import engine_state, imports, lists, marks, verification
from records.portals import portal_ids

log = structlog.get_logger()

STEPS: Mapping[Kind, Callable[[Runtime, int], bool]] = {
    "drain": lambda runtime, portal_id: drain.drain_batch(runtime, portal_id) > 0,
    "lists": list_jobs.step,
    "rebuild": rebuild.step,
    "imports": run.step,
    "verify": verify.step,
}

_WAITING: Mapping[Kind, Callable[[Session], list[int]]] = {
    "drain": marks.due_portals,
    "lists": lists.portals_with_work,
    "rebuild": engine_state.portals_to_rebuild,
    "imports": imports.portals_with_work,
    "verify": verification.due_portals,
}


def look_over(runtime: Runtime) -> None:
    """At the start of a process: have indexes that are gone, or are not those that were made, built anew."""
    with runtime.database.read() as session:
        portals = portal_ids(session)
    for portal_id in portals:
        try:
            rebuild.check_indexes(runtime, portal_id)
        except EngineError as error:
            log.warning("an index could not be looked at", portal=portal_id, error=str(error))


def waiting(runtime: Runtime) -> list[tuple[Kind, int]]:
    """Return the kinds of work that portals wait for, the most urgent first."""
    with runtime.database.read() as session:
        return [(kind, portal_id) for kind in KINDS for portal_id in _WAITING[kind](session)]


def step(runtime: Runtime, kind: Kind, portal_id: int) -> bool:
    """Do one piece of work and return whether anything was done; an engine's failure is logged and work stays due."""
    try:
        return STEPS[kind](runtime, portal_id)
    except EngineError as error:
        log.warning("engine failed, the work stays due", kind=kind, portal=portal_id, error=str(error))
        return False


def settle(runtime: Runtime) -> None:
    """Work until nothing that can be done now is left."""
    progressed = True
    while progressed:
        progressed = any([step(runtime, kind, portal_id) for kind, portal_id in waiting(runtime)])
