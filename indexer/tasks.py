"""What background work there is and how each kind is done; the embedded thread and RQ run these same functions.

The records say what must be done. Wake-ups only say that it is worth looking now.
"""

from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.orm import Session

from indexer import clock, drain, list_jobs, rebuild, verify
from indexer.errors import EngineError
from indexer.imports import run
from indexer.runtime import KINDS, Kind, Runtime
from indexer.settings import Settings
from indexer.webhooks import deliver
from records import engine_state, feed_upkeep, imports, list_work, marks, sweeps, verification
from records.portals import portal_ids

log = structlog.get_logger()

MOVING: tuple[Kind, ...] = ("drain", "clock", "lists")
"""The kinds of work that let contacts join and leave."""

STEPS: Mapping[Kind, Callable[[Runtime, int], bool]] = {
    "drain": lambda runtime, portal_id: drain.drain_batch(runtime, portal_id) > 0,
    "clock": clock.step,
    "lists": list_jobs.step,
    "rebuild": rebuild.step,
    "imports": run.step,
    "verify": verify.step,
    "fold": lambda runtime, portal_id: _fold(runtime, portal_id),
    "deliver": deliver.step,
}

_WAITING: Mapping[Kind, Callable[[Session, Settings], list[int]]] = {
    "drain": lambda session, _: marks.due_portals(session),
    "clock": lambda session, _: sweeps.due_portals(session),
    "lists": lambda session, _: list_work.portals_with_work(session),
    "rebuild": lambda session, _: engine_state.portals_to_rebuild(session),
    "imports": lambda session, _: imports.portals_with_work(session),
    "verify": lambda session, _: verification.due_portals(session),
    "fold": lambda session, settings: _portals_to_fold(session, settings.feed_days),
    "deliver": lambda session, _: deliver.due_portals(session),
}


def look_over(runtime: Runtime) -> None:
    """At the start of a process: have indexes that are gone, or are not those that were made, built anew.

    Lists that this release cannot read are kept for one that can.
    """
    with runtime.database.read() as session:
        portals = portal_ids(session)
    for portal_id in portals:
        list_jobs.restart_halted(runtime, portal_id)
        try:
            rebuild.check_indexes(runtime, portal_id)
        except EngineError as error:
            log.warning("an index could not be looked at", portal=portal_id, error=str(error))


def waiting(runtime: Runtime) -> list[tuple[Kind, int]]:
    """Return the kinds of work that portals wait for, the most urgent first."""
    with runtime.database.read() as session:
        return [(kind, portal_id) for kind in KINDS for portal_id in _WAITING[kind](session, runtime.settings)]


def step(runtime: Runtime, kind: Kind, portal_id: int) -> bool:
    """Do one piece of work and return whether anything was done; an engine's failure is logged and work stays due."""
    try:
        progressed = STEPS[kind](runtime, portal_id)
        if progressed and kind in MOVING:
            runtime.jobs.wake("deliver", portal_id)
        return progressed
    except EngineError as error:
        log.warning("engine failed, the work stays due", kind=kind, portal=portal_id, error=str(error))
        return False


def settle(runtime: Runtime) -> None:
    """Work until nothing that can be done now is left."""
    progressed = True
    while progressed:
        progressed = any([step(runtime, kind, portal_id) for kind, portal_id in waiting(runtime)])


def _fold(runtime: Runtime, portal_id: int) -> bool:
    days = runtime.settings.feed_days
    return days is not None and runtime.database.transact(
        lambda session: feed_upkeep.fold_page(session, portal_id, days)
    )


def _portals_to_fold(session: Session, days: int | None) -> list[int]:
    return feed_upkeep.portals_to_fold(session, days) if days is not None else []
