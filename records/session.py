"""Opens the database and hands out transactions.

A `write` transaction on SQLite begins IMMEDIATE and queues on a lock of this process, because a deferred one that turns
into a writer fails at once instead of waiting. A `read` transaction sees one snapshot on both databases.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from records.clock import Clock, DatabaseClock

Result = TypeVar("Result")

ATTEMPTS = 4
BUSY_TIMEOUT_SECONDS = 30
POOL_SIZE = 16
PLANS_BY_PRESENT_SIZE = "-c plan_cache_mode=force_custom_plan"
"""PostgreSQL would go on reading a table from end to end that was small when a connection first asked for it."""


class Database:
    """The records' database: one per process."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Open `url` (SQLAlchemy form, SQLite or PostgreSQL); `clock` replaces the database's own in tests."""
        self.url = url
        self.clock = clock or DatabaseClock()
        self.is_sqlite = url.startswith("sqlite")
        self._writer, self._reader = self._open_sqlite() if self.is_sqlite else self._open_postgresql()
        self._write_lock = threading.Lock()
        self._info: dict[str, Any] = {"clock": self.clock, "catalogues": {}, "directories": {}}

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one snapshot and cannot keep what it writes."""
        with self._session(self._reader, self._info) as session:
            yield session

    def open_snapshot(self) -> Connection:
        """Return a connection that sees one snapshot; closing it ends the snapshot."""
        return self._reader.connect()

    def session_over(self, snapshot: Connection) -> Session:
        """Return a session that reads in an open snapshot; it is closed before the snapshot."""
        session = Session(snapshot, autoflush=False, expire_on_commit=False)
        session.info.update(self._info)
        return session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are committed at the end, or rolled back when the block raises."""
        with self._turn(), self._session(self._writer, self._copied_info()) as session:
            yield session
            session.commit()

    def transact(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in a write transaction, again up to three times after a deadlock or a locked database.

        `work` must be repeatable: it may run more than once, but only one run is kept. Its last error is raised.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self._transact_once(work)
            except DBAPIError as error:
                if not _is_transient(error):
                    raise
        return self._transact_once(work)

    @contextmanager
    def connect_writer(self) -> Iterator[Connection]:
        """Yield a connection inside a write transaction, for migrations; the caller commits."""
        with self._turn(), self._writer.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self._writer.dispose()
        self._reader.dispose()

    def _transact_once(self, work: Callable[[Session], Result]) -> Result:
        with self.write() as session:
            return work(session)

    @contextmanager
    def _session(self, engine: Engine, info: dict[str, Any]) -> Iterator[Session]:
        with Session(engine, autoflush=False, expire_on_commit=False) as session:
            session.info.update(info)
            yield session

    def _copied_info(self) -> dict[str, Any]:
        """Return what sessions have in `info` with caches of their own, lest they keep what is rolled back."""
        return {name: dict(value) if isinstance(value, dict) else value for name, value in self._info.items()}

    def _inform(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        """Give a new connection what sessions have in `info`, because snapshots are read without one."""
        record.info.update(self._info)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._write_lock:
            yield

    def _open_sqlite(self) -> tuple[Engine, Engine]:
        return self._sqlite_engine("BEGIN IMMEDIATE"), self._sqlite_engine("BEGIN")

    def _sqlite_engine(self, begin: str) -> Engine:
        engine = create_engine(
            self.url,
            connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            pool_size=POOL_SIZE,
            **_JSON,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "connect", self._inform)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        event.listen(engine, "handle_error", _keep_connection)
        return engine

    def _open_postgresql(self) -> tuple[Engine, Engine]:
        engine = create_engine(
            self.url, pool_size=POOL_SIZE, pool_pre_ping=True, connect_args={"options": PLANS_BY_PRESENT_SIZE}, **_JSON
        )
        event.listen(engine, "connect", self._inform)
        return engine, engine.execution_options(isolation_level="REPEATABLE READ")


def _dump_json(value: Any) -> str:
    return orjson.dumps(value).decode()


_JSON: dict[str, Any] = {"json_serializer": _dump_json, "json_deserializer": orjson.loads}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_connection(context: ExceptionContext) -> None:
    """Roll back after Ctrl-C instead of throwing the connection away.

    SQLAlchemy takes an interrupt for a lost connection; an SQLite one that is closed while its last cursor lives on in
    the traceback would keep the whole database locked.
    """
    context.is_disconnect = False


def _is_transient(error: DBAPIError) -> bool:
    """Tell a deadlock, a serialization failure or a locked SQLite from other errors."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40P01", "40001", "55P03") or "database is locked" in str(error.orig)
