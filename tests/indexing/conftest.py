"""Worlds on every set-up: SQLite or PostgreSQL for the records, the embedded or a real engine for the index."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.engines.base import Engine
from indexer.engines.elastic import ElasticEngine
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Runtime
from indexer.settings import Settings
from records import engine_state, keys, migrations
from records.clock import Clock, DatabaseClock
from records.session import Database
from service.app import create_app
from tests.indexing.world import NoJobs, World
from tests.support.clock import MovableClock
from tests.support.records import add_portal

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRESQL = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)
SERVER = pytest.param("server", id="server", marks=(pytest.mark.postgres, pytest.mark.engine))


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def set_up(request: pytest.FixtureRequest) -> str:
    """The records' database by name; `server` is PostgreSQL with a real engine instead of the embedded one."""
    name: str = request.param
    return name


@pytest.fixture
def records_url(set_up: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of records of the test's own that hold portal 1."""
    if set_up == "sqlite":
        file = tmp_path / "records.sqlite3"
        file.write_bytes(request.getfixturevalue("sqlite_records").read_bytes())
        yield f"sqlite:///{file}"
    else:
        server = request.getfixturevalue("postgres_server")
        with server.database(server.template("indexing", _prepare)) as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with one portal, to be copied."""
    file = tmp_path_factory.mktemp("indexing") / "template.sqlite3"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture
def clock() -> MovableClock:
    """The records' clock, which stands still until a test moves it."""
    return MovableClock()


@pytest.fixture
def index(set_up: str, records_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty engine of the test's own; the embedded one has a file of its own where the records are elsewhere."""
    if set_up == "server":
        engine = ElasticEngine(request.getfixturevalue("engine_url"), f"test-{secrets.token_hex(4)}")
        yield engine
        for generation in range(10):
            engine.drop(1, generation)
        engine.close()
    else:
        database = Database(records_url if set_up == "sqlite" else f"sqlite:///{tmp_path / 'index.sqlite3'}")
        yield EmbeddedEngine(database)
        database.close()


@pytest.fixture
def world(records_url: str, index: Engine, clock: MovableClock, tmp_path: Path) -> Iterator[World]:
    """A portal with an index, whose clock stands still."""
    with open_world(records_url, index, clock, tmp_path) as world:
        yield world


@pytest.fixture
def living_world(records_url: str, index: Engine, tmp_path: Path) -> Iterator[World]:
    """A portal with an index, whose clock is the database's."""
    with open_world(records_url, index, DatabaseClock(), tmp_path) as world:
        yield world


@contextmanager
def open_world(url: str, engine: Engine, clock: Clock, folder: Path) -> Iterator[World]:
    """Open records that hold portal 1 and give it an index."""
    database = Database(url, clock)
    key = database.transact(lambda session: keys.create_key(session, 1, "test"))
    runtime = Runtime(Settings(folder, url), database, engine, NoJobs())
    world = World(create_app(runtime), runtime, 1, key)
    world.settle()
    assert engine_state.targets(world.state()) == (1,)
    yield world
    database.close()


def _prepare(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    add_portal(database)
    database.close()
