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
from tests.indexer.people import CATALOGUE
from tests.indexer.relay import Relay, relay_to
from tests.indexer.steps import EVERYONE, PORTAL, store

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


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """An engine with three contacts in the first generation."""
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, *EVERYONE)
    engine.seal(PORTAL, 1)
    engine.promote(PORTAL, 1)
    return engine


@pytest.fixture
def ready(elastic_engine: ElasticEngine) -> ElasticEngine:
    """An engine with a sealed generation, without contacts and lists."""
    elastic_engine.create(PORTAL, 1, CATALOGUE)
    elastic_engine.seal(PORTAL, 1)
    return elastic_engine


@pytest.fixture
def relay(engine_url: str) -> Iterator[Relay]:
    """A relay to the real server."""
    with relay_to(engine_url) as relay:
        yield relay


@pytest.fixture
def relayed(relay: Relay, prefix: str) -> Iterator[ElasticEngine]:
    """A sealed engine that speaks through the relay."""
    engine = ElasticEngine(relay.url, prefix)
    engine.create(PORTAL, 1, CATALOGUE)
    engine.seal(PORTAL, 1)
    yield engine
    engine.close()
