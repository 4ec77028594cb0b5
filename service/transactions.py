"""How views reach the records: one snapshot for all reads of a request, one helper for every write.

The snapshot is opened at the first read (which is the look-up of the key) and ends before a write begins, so that what
is read after a write sees it and no request holds two connections.
"""

from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import current_app, g
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from indexer.runtime import Kind, Runtime

log = structlog.get_logger()

EXTENSION = "contacts"

Result = TypeVar("Result")


def runtime() -> Runtime:
    """Return the running application's parts."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found


def snapshot() -> Connection:
    """Return the connection of the request's snapshot, for plain statements; it is opened when first asked for."""
    if "snapshot" not in g:
        g.snapshot = runtime().database.open_snapshot()
    connection: Connection = g.snapshot
    return connection


def read() -> Session:
    """Return a session over the request's snapshot, for what needs more than plain statements."""
    if "session" not in g:
        g.session = runtime().database.session_over(snapshot())
    session: Session = g.session
    return session


def end_snapshot(_error: BaseException | None = None) -> None:
    """End the request's snapshot, so that the next read opens a newer one; a lost connection has ended it already."""
    for opened in (g.pop("session", None), g.pop("snapshot", None)):
        if opened is not None:
            _close(opened)


def _close(opened: Session | Connection) -> None:
    try:
        opened.close()
    except DBAPIError as error:
        log.warning("the connection was lost after the last read", error=str(error.orig))


def write(work: Callable[[Session], Result], wakes: Kind = "drain") -> Result:
    """Run `work` in a write transaction and, once it is committed, wake the portal's background work of the kind up.

    `work` takes the session and may run more than once (records.session.Database.transact); its result is returned
    and its errors are raised.
    """
    return write_for(g.portal_id, work, wakes)


def write_for(portal_id: int, work: Callable[[Session], Result], wakes: Kind = "drain") -> Result:
    """Do what `write` does where a request without a key names the portal."""
    end_snapshot()
    result = runtime().database.transact(work)
    runtime().jobs.wake(wakes, portal_id)
    return result
