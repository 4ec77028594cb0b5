"""Tells clients that stay connected about new rows of the feed: a thread per process looks, each client reads its own.

Clients wait in threads that the server has besides those for requests (service.cli.serve), so that they hold up nobody,
and there is a limit to how many of them a process takes.
"""

import threading
from collections.abc import Callable, Iterator

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from records import feed_reading
from records.feed_reading import Wanted
from records.models import FeedEvent, PortalClock
from records.session import Database

EXTENSION = "contacts-streams"
MAX_CLIENTS = 64
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 0.1
BATCH = 200

log = structlog.get_logger()


class Hub:
    """Knows how far each portal's feed has come while clients wait for it."""

    def __init__(self) -> None:
        """Begin without clients."""
        self.closed = False
        self.stopping: Callable[[], bool] = lambda: False
        self._last: dict[int, int] = {}
        self._clients: dict[int, int] = {}
        self._moved = threading.Condition()
        self._looking = False

    def enter(self, database: Database, portal_id: int) -> bool:
        """Take a client in, unless there are MAX_CLIENTS; return whether it was taken."""
        with self._moved:
            if sum(self._clients.values()) >= MAX_CLIENTS:
                return False
            self._clients[portal_id] = self._clients.get(portal_id, 0) + 1
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, args=(database,), name="streams", daemon=True).start()
            return True

    def leave(self, portal_id: int) -> None:
        """Let a client go."""
        with self._moved:
            self._clients[portal_id] -= 1
            if not self._clients[portal_id]:
                del self._clients[portal_id]
                self._last.pop(portal_id, None)

    def wait(self, portal_id: int, after: int, seconds: float) -> bool:
        """Wait until the portal's feed has come further than `after`, or the end; return whether it has."""
        with self._moved:
            self._moved.wait_for(lambda: self.closed or self._last.get(portal_id, 0) > after, seconds)
            return self._last.get(portal_id, 0) > after

    def _look(self, database: Database) -> None:
        """Look at the feeds that are waited for until no client is left or the process stops."""
        pause = threading.Event()
        while self._go_on():
            try:
                self._note(database)
            except SQLAlchemyError as error:
                log.warning("the feed cannot be read, streams wait", error=str(error))
            pause.wait(LOOK_SECONDS)

    def _go_on(self) -> bool:
        with self._moved:
            self.closed = self.closed or self.stopping()
            self._looking = bool(self._clients) and not self.closed
            if self.closed:
                self._moved.notify_all()
            return self._looking

    def _note(self, database: Database) -> None:
        statement = select(PortalClock.portal_id, PortalClock.feed_seq)
        with database.read() as session:
            rows = session.execute(statement.where(PortalClock.portal_id.in_(list(self._clients)))).all()
        with self._moved:
            self._last.update({portal_id: seq for portal_id, seq in rows if portal_id in self._clients})
            self._moved.notify_all()


def follow(
    hub: Hub, database: Database, portal_id: int, wanted: Wanted, after: int
) -> Iterator[tuple[int, list[FeedEvent]]]:
    """Yield the number that has been reached and the wanted rows up to it, as they come.

    Without rows for HEARTBEAT_SECONDS an empty list comes. Ends with the process, and when rows that are still to be
    told have been removed.
    """
    while not hub.closed:
        with database.read() as session:
            horizon, last = feed_reading.bounds(session, portal_id)
            rows = feed_reading.rows_after(session, portal_id, wanted, after, BATCH) if after >= horizon else []
        if after < horizon:
            return
        after = rows[-1].seq if len(rows) == BATCH else last
        if rows:
            yield after, rows
        elif not hub.wait(portal_id, after, HEARTBEAT_SECONDS) and not hub.closed:
            yield after, []
