"""Keeps the documents of the embedded engine: newest version wins, whatever the order of arrival.

A deleted contact leaves its version behind, so that an older document that arrives late does not bring it back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from indexer.engines.base import Scanned
from indexer.engines.embedded_tables import Tables, document_tokens
from queries import fields
from queries.fields import Document

SCAN_CHUNK = 500

_LEFT_OUT = frozenset({fields.STEMS, fields.WHOLE, fields.TEXT_WORDS, fields.MONTH_DAY})
"""What evaluation does not look at: the tokens tell it to search, or only queries ask for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the documents table; `change`, `tokens` and `body` are None for a deleted contact."""

    vid: int
    version: int
    change: int | None
    tokens: str | None
    body: str | None


def living(documents: Iterable[Document]) -> list[Entry]:
    """Return the rows of documents; where a contact comes twice, its newest version."""
    newest: dict[int, Document] = {}
    for document in documents:
        vid = document[fields.VID]
        if vid not in newest or newest[vid][fields.VERSION] <= document[fields.VERSION]:
            newest[vid] = document
    return [_living(document) for document in newest.values()]


def deleted(versions: Mapping[int, int]) -> list[Entry]:
    """Return the rows of deleted contacts: vid -> the version that deleted it."""
    return [Entry(vid, version, None, None, None) for vid, version in versions.items()]


def store(connection: Connection, tables: Tables, entries: Sequence[Entry]) -> dict[int, int]:
    """Store rows and their tokens, and return vid -> version held of those that are newer here and stay."""
    held = _held(connection, tables, [entry.vid for entry in entries])
    newer = {entry.vid: held[entry.vid][0] for entry in entries if _is_newer(held.get(entry.vid), entry)}
    kept = [entry for entry in entries if entry.vid not in newer]
    moved = [entry for entry in kept if held.get(entry.vid, (0, None, None))[1:] != (entry.change, entry.tokens)]
    _remove_tokens(connection, tables, [held[entry.vid][1:] for entry in moved if entry.vid in held])
    _put(connection, tables, kept)
    _add_tokens(connection, tables, [(entry.change, entry.tokens) for entry in moved])
    return newer


def scan(
    connection: Connection, tables: Tables, matches: Callable[[Document], bool], after: int, limit: int
) -> list[Scanned]:
    """Return up to `limit` contacts above a vid whose document matches, by vid."""
    found: list[Scanned] = []
    for vid, version, body in _bodies(connection, tables, after):
        if matches(orjson.loads(body)):
            found.append(Scanned(vid, version))
            if len(found) == limit:
                break
    return found


def _living(document: Document) -> Entry:
    body = {name: value for name, value in document.items() if name not in _LEFT_OUT}
    return Entry(
        document[fields.VID],
        document[fields.VERSION],
        document[fields.CHANGE],
        document_tokens(document),
        orjson.dumps(body).decode(),
    )


def _held(connection: Connection, tables: Tables, vids: Sequence[int]) -> dict[int, Any]:
    """Return vid -> (version, change, tokens) of the contacts that are there."""
    rows = connection.exec_driver_sql(
        f"SELECT vid, version, change, tokens FROM {tables.documents} WHERE vid IN (SELECT value FROM json_each(?))",
        (orjson.dumps(vids).decode(),),
    )
    return {vid: tuple(rest) for vid, *rest in rows}


def _is_newer(held: Any, entry: Entry) -> bool:
    return held is not None and held[0] > entry.version


def _put(connection: Connection, tables: Tables, entries: Sequence[Entry]) -> None:
    rows = [(entry.vid, entry.version, entry.change, entry.tokens, entry.body) for entry in entries]
    if rows:
        connection.exec_driver_sql(
            f"INSERT INTO {tables.documents} (vid, version, change, tokens, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (vid) DO UPDATE SET (version, change, tokens, body) = "
            "(excluded.version, excluded.change, excluded.tokens, excluded.body)",
            rows,
        )


def _remove_tokens(connection: Connection, tables: Tables, held: Iterable[tuple[int | None, str | None]]) -> None:
    """Take tokens out of the index, which keeps no copy of the text and so must be told what it was."""
    rows = [row for row in held if row[0] is not None]
    if rows:
        name = tables.tokens
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rowid, tokens) VALUES ('delete', ?, ?)", rows)


def _add_tokens(connection: Connection, tables: Tables, added: Iterable[tuple[int | None, str | None]]) -> None:
    rows = [row for row in added if row[0] is not None]
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {tables.tokens} (rowid, tokens) VALUES (?, ?)", rows)


def _bodies(connection: Connection, tables: Tables, after: int) -> Iterator[Any]:
    """Yield vid, version and body of the contacts above a vid."""
    statement = (
        f"SELECT vid, version, body FROM {tables.documents} WHERE vid > ? AND body IS NOT NULL ORDER BY vid LIMIT ?"
    )
    while rows := connection.exec_driver_sql(statement, (after, SCAN_CHUNK)).fetchall():
        yield from rows
        after = rows[-1][0]
