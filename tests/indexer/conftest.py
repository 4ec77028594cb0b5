"""Engines for tests: each has index names or a database of its own, and leaves nothing behind."""

import json
import secrets
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.base import Engine
from indexer.engines.elastic import ElasticEngine
from indexer.engines.embedded import EmbeddedEngine
from records.session import Database

ENGINES = [
    pytest.param("embedded_engine", id="embedded"),
    pytest.param("elastic_engine", id="elastic", marks=pytest.mark.engine),
]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine of each kind in turn, empty."""
    made: Engine = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def prefix(engine_url: str) -> Iterator[str]:
    """What the names of a test's indices begin with; all of them are removed afterwards."""
    prefix = f"test-{secrets.token_hex(4)}"
    yield prefix
    with urllib.request.urlopen(f"{engine_url}/_cat/indices/{prefix}*?format=json&h=index") as answer:
        left = [row["index"] for row in json.load(answer)]
    for name in left:
        request = urllib.request.Request(f"{engine_url}/{name}", method="DELETE")
        urllib.request.urlopen(request).close()


@pytest.fixture
def elastic_engine(engine_url: str, prefix: str) -> Iterator[ElasticEngine]:
    """An engine on a real server."""
    engine = ElasticEngine(engine_url, prefix)
    yield engine
    engine.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file without the records' tables, which engines do not touch."""
    database = Database(f"sqlite:///{tmp_path / 'contacts.sqlite3'}")
    yield database
    database.close()


@pytest.fixture
def embedded_engine(database: Database) -> EmbeddedEngine:
    """An engine in a SQLite file."""
    return EmbeddedEngine(database)
