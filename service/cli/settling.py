"""Waits until background work has caught up: a thread of this process does it, or workers and this process do."""

import time

from indexer import tasks
from indexer.loop import ThreadJobs
from indexer.runtime import Runtime
from records import list_work
from records.backlog import read_backlog
from records.engine_state import portals_to_rebuild
from service.cli.output import progress_bar

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
"""Looking counts what waits, which takes a while where much does, so pauses grow; they are filled with work."""

PATIENCE_SECONDS = 10.0
"""How long nothing may happen before waiting is given up."""


def settle(runtime: Runtime, portal_id: int) -> int:
    """Wake the work on contacts and lists, do it too until it is done, and return how much is left if nothing happens.

    What waits is contacts, of all portals, and this portal's lists and index.
    """
    runtime.jobs.wake("drain", portal_id)
    runtime.jobs.wake("lists", portal_id)
    total = left = _left(runtime, portal_id)
    idle, pause = 0.0, FIRST_PAUSE_SECONDS
    with progress_bar("indexing", total) as bar:
        while left and idle < PATIENCE_SECONDS:
            _work(runtime, portal_id, pause)
            before, left = left, _left(runtime, portal_id)
            idle = idle + pause if left == before else 0.0
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            total = max(total, left)
            bar.reach(total - left, total)
    return left


def _work(runtime: Runtime, portal_id: int, seconds: float) -> None:
    """Index contacts for a while; wait where none are to be had, and where a thread of this process does it."""
    if isinstance(runtime.jobs, ThreadJobs):
        return time.sleep(seconds)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not tasks.step(runtime, "drain", portal_id):
            time.sleep(min(left, FIRST_PAUSE_SECONDS))
    return None


def describe_rest(left: int) -> str:
    """Return what to tell the user about work that nobody does."""
    return f"{left} contacts and lists wait to be indexed and nothing happens; `contacts doctor` says why"


def _left(runtime: Runtime, portal_id: int) -> int:
    with runtime.database.read() as session:
        rebuilding = portal_id in portals_to_rebuild(session)
        return read_backlog(session).contacts + len(list_work.unfinished(session, portal_id)) + rebuilding
