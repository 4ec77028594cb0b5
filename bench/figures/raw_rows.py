"""The baseline of rebuilds on the embedded set-up: the same rows put into tables of the same kind by SQLite alone."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from bench.service import Account, Service
from indexer.engines import embedded_tables
from indexer.engines.embedded_tables import Tables
from records.engine_state import live_generation
from records.session import Database

PAGE = 500
READ = "SELECT vid, version, change, tokens, body FROM {} WHERE vid > ? AND body IS NOT NULL ORDER BY vid LIMIT ?"


def seconds(service: Service, account: Account) -> float:
    """Return the seconds that inserts of all rows of a portal's index take, a transaction for each PAGE of them.

    They go into a database file of their own, with the settings of the records'.
    """
    path = service.folder / "raw.sqlite"
    raw = Database(f"sqlite:///{path}")
    tables = Tables(account.portal_id, 0)
    try:
        with raw.write() as session:
            embedded_tables.create(session.connection(), tables)
        return sum(_insert(raw, tables, rows) for rows in _pages(service, account))
    finally:
        raw.close()
        path.unlink()


def _pages(service: Service, account: Account) -> Iterator[Sequence[Any]]:
    with service.records() as database, database.read() as session:
        generation = live_generation(session, account.portal_id)
        connection = session.connection()
        statement = READ.format(Tables(account.portal_id, generation or 0).documents)
        after = 0
        while rows := _page(connection, statement, after):
            yield rows
            after = rows[-1][0]


def _page(connection: Connection, statement: str, after: int) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(statement, (after, PAGE))]


def _insert(raw: Database, tables: Tables, rows: Sequence[Any]) -> float:
    start = time.perf_counter()
    with raw.write() as session:
        connection = session.connection()
        connection.exec_driver_sql(f"INSERT INTO {tables.documents} VALUES (?, ?, ?, ?, ?)", rows)
        tokens = [(change, told) for _, _, change, told, _ in rows]
        connection.exec_driver_sql(f"INSERT INTO {tables.tokens} (rowid, tokens) VALUES (?, ?)", tokens)
    return time.perf_counter() - start
