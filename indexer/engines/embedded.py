"""The engine of the embedded set-up: word search by FTS5, everything else by `queries.evaluate`.

Its tables stand beside the records in the same SQLite file, so there is no server and what is stored is
visible at once. A generation that is missing, or damaged, is reported as lost and built again.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from indexer.engines import embedded_documents, embedded_search, embedded_survey, embedded_tables
from indexer.engines.base import Asked, IndexOutcome, ListQuery, Question, Scanned, SearchHits, SearchRequest, Surveyed
from indexer.engines.embedded_documents import Entry
from indexer.engines.embedded_tables import Tables
from indexer.errors import EngineUnavailable, IndexLost
from queries.catalogue import Catalogue
from queries.evaluate import evaluate
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import Node
from records.session import Database

Result = TypeVar("Result")

_DAMAGED = "SQLITE_CORRUPT_VTAB"


class EmbeddedEngine:
    """An `Engine` in the SQLite file of the records."""

    kind = "embedded"
    most_lists = 2_000

    def __init__(self, database: Database) -> None:
        """Take the records' database, which is SQLite and stays the caller's to close."""
        self._database = database

    def describe(self) -> str:
        """Return the version of SQLite that runs in this process."""
        return f"SQLite {sqlite3.sqlite_version}"

    def create(self, portal_id: int, generation: int, catalogue: Catalogue) -> dict[str, str]:
        """Make an empty generation and return its name -> identity."""
        tables = Tables(portal_id, generation)
        return {tables.name: self._write(tables, lambda connection: embedded_tables.create(connection, tables))}

    def seal(self, portal_id: int, generation: int) -> None:
        """Change nothing: there is no percolator, and all that was stored is visible."""
        self._require(portal_id, [generation])

    def promote(self, portal_id: int, generation: int) -> None:
        """Change nothing: the records say which generation is read."""
        self._require(portal_id, [generation])

    def drop(self, portal_id: int, generation: int) -> None:
        """Remove a generation; one that is not there is fine."""
        tables = Tables(portal_id, generation)
        self._write(tables, lambda connection: embedded_tables.drop(connection, tables))

    def check(self, portal_id: int, generation: int, uuids: Mapping[str, str]) -> None:
        """Raise IndexLost unless the tables are there and carry the identity that `create` returned."""
        tables = Tables(portal_id, generation)
        with self._reading(tables) as connection:
            identity = embedded_tables.read_identity(connection, tables)
        if uuids.get(tables.name) != identity:
            raise IndexLost(portal_id, generation)

    def extend(self, portal_id: int, generations: Sequence[int], catalogue: Catalogue) -> None:
        """Change nothing: documents are stored whole."""
        self._require(portal_id, generations)

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store documents in every generation, each in one transaction; nothing is ever refused."""
        drifted: dict[int, int] = {}
        for vid, version in self._store(portal_id, generations, embedded_documents.living(documents)):
            drifted[vid] = max(version, drifted.get(vid, version))
        return IndexOutcome({}, drifted)

    def delete(self, portal_id: int, generations: Sequence[int], versions: Mapping[int, int]) -> None:
        """Remove contacts from every generation; a document of a newer version stays."""
        list(self._store(portal_id, generations, embedded_documents.deleted(versions)))

    def refresh(self, portal_id: int, generations: Sequence[int]) -> None:
        """Change nothing: what is stored is visible at once."""
        self._require(portal_id, generations)

    def search(self, portal_id: int, generation: int, request: SearchRequest) -> SearchHits:
        """Return a page of a search."""
        tables = Tables(portal_id, generation)
        with self._reading(tables) as connection:
            return embedded_search.search(connection, tables, request)

    def scan(self, portal_id: int, generation: int, tree: Node, at: Moment, after: int, limit: int) -> list[Scanned]:
        """Return up to `limit` contacts above a vid that match a tree at a moment, by vid."""
        tables = Tables(portal_id, generation)
        with self._reading(tables) as connection:
            return embedded_documents.scan(connection, tables, partial(evaluate, tree, at=at), after, limit)

    def survey(self, portal_id: int, generation: int, asked: Sequence[Question], at: Moment) -> list[Surveyed]:
        """Return counts, all of them exact, and samples."""
        tables = Tables(portal_id, generation)
        with self._reading(tables) as connection:
            return embedded_survey.survey(connection, tables, asked, at)

    def register(self, portal_id: int, generations: Sequence[int], queries: Iterable[ListQuery]) -> None:
        """Change nothing: lists are evaluated from the records."""
        self._require(portal_id, generations)

    def unregister(self, portal_id: int, generations: Sequence[int], list_id: int, revision: int) -> None:
        """Change nothing, as `register`."""
        self._require(portal_id, generations)

    def propose(self, portal_id: int, generation: int, documents: Sequence[Document], asked: Asked) -> None:
        """Return None: every list that reads a changed name is evaluated."""

    def close(self) -> None:
        """Do nothing: the database is not this engine's own."""

    def _require(self, portal_id: int, generations: Sequence[int]) -> None:
        """Raise IndexLost unless the generations are there."""
        for generation in generations:
            tables = Tables(portal_id, generation)
            with self._reading(tables) as connection:
                embedded_tables.read_identity(connection, tables)

    def _store(self, portal_id: int, generations: Sequence[int], entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
        """Store rows in every generation and yield vid, version where a newer one is held."""
        for generation in generations if entries else ():
            tables = Tables(portal_id, generation)
            yield from self._write(tables, _storing(tables, entries)).items()

    def _write(self, tables: Tables, work: Callable[[Connection], Result]) -> Result:
        with _translated(tables):
            return self._database.transact(lambda session: work(session.connection()))

    @contextmanager
    def _reading(self, tables: Tables) -> Iterator[Connection]:
        with _translated(tables), self._database.read() as session:
            yield session.connection()


def _storing(tables: Tables, entries: Sequence[Entry]) -> Callable[[Connection], dict[int, int]]:
    return lambda connection: embedded_documents.store(connection, tables, entries)


@contextmanager
def _translated(tables: Tables) -> Iterator[None]:
    """Raise IndexLost for tables that are missing or damaged, and EngineUnavailable where SQLite cannot go on."""
    try:
        yield
    except DatabaseError as error:
        damaged = getattr(error.orig, "sqlite_errorname", "") == _DAMAGED
        if damaged or "no such table" in str(error.orig) or "no such fts5 table" in str(error.orig):
            raise IndexLost(tables.portal_id, tables.generation) from error
        if isinstance(error, OperationalError):
            raise EngineUnavailable(str(error.orig)) from error
        raise
