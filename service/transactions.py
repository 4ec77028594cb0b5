"""How views reach the records: one snapshot for all reads of a request, one helper for every write.

The snapshot is opened at the first read (which is the look-up of the key) and ends before a write begins, so that what
is read after a write sees it and no request holds two connections.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from flask import current_app, g
from sqlalchemy.orm import Session

from indexer.runtime import Kind, Runtime

EXTENSION = "contacts"

Result = TypeVar("Result")


def runtime() -> Runtime:
    """Return the running application's parts."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found


def read() -> Session:
    """Return the request's session: one snapshot of the records, opened when first asked for."""
    if "snapshot" not in g:
        g.snapshot_stack = ExitStack()
        g.snapshot = g.snapshot_stack.enter_context(runtime().database.read())
    session: Session = g.snapshot
    return session


def end_snapshot(_error: BaseException | None = None) -> None:
    """End the request's snapshot, so that the next read opens a newer one."""
    if g.pop("snapshot", None) is not None:
        g.pop("snapshot_stack").close()


def write(work: Callable[[Session], Result], wakes: Kind = "drain") -> Result:
    """Run `work` in a write transaction and, once it is committed, wake background work of the kind up.

    `work` takes the session and may run more than once (records.session.Database.transact); its result is returned
    and its errors are raised.
    """
    end_snapshot()
    result = runtime().database.transact(work)
    runtime().jobs.wake(wakes, g.portal_id)
    return result
