"""The service over a database of the test's own, with no background work: what is asked for is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Kind, Runtime
from indexer.settings import Settings
from records.session import Database
from service.app import create_app
from service.transactions import EXTENSION
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.records import add_portal, copy_database, create_database


@dataclass
class RecordingJobs:
    """Jobs that are only written down."""

    woken: list[tuple[Kind, int]] = field(default_factory=list)

    def wake(self, kind: Kind, portal_id: int) -> None:
        """Write the wake-up down."""
        self.woken.append((kind, portal_id))

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """A database file with one portal, its id and a key of it, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    database = create_database(folder)
    portal_id, key = add_portal(database)
    database.close()
    return folder / "contacts.sqlite3", portal_id, key


@pytest.fixture
def clock() -> MovableClock:
    """The clock of the service, which stands still until a test moves it."""
    return MovableClock()


@pytest.fixture
def database(template: tuple[Path, int, str], tmp_path: Path, clock: MovableClock) -> Iterator[Database]:
    """A database of the test's own with one portal."""
    database = copy_database(template[0], tmp_path, clock)
    yield database
    database.close()


@pytest.fixture
def jobs() -> RecordingJobs:
    """What background work was asked for."""
    return RecordingJobs()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings; a test module overrides this to have others."""
    return Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'contacts.sqlite3'}")


@pytest.fixture
def engine(database: Database) -> Engine:
    """The search engine; a test module overrides this to have another."""
    return EmbeddedEngine(database)


@pytest.fixture
def runtime(settings: Settings, database: Database, engine: Engine, jobs: RecordingJobs) -> Runtime:
    """The parts of the service."""
    return Runtime(settings, database, engine, jobs)


@pytest.fixture(scope="session")
def shared_app(template: tuple[Path, int, str]) -> Flask:
    """One application for all tests, because making one takes longer than most tests do."""
    database = Database(f"sqlite:///{template[0]}")
    settings = Settings(data=template[0].parent, database_url=database.url)
    return create_app(Runtime(settings, database, EmbeddedEngine(database), RecordingJobs()))


@pytest.fixture
def app(shared_app: Flask, runtime: Runtime) -> Flask:
    """The application, working with the parts of this test."""
    shared_app.extensions[EXTENSION] = runtime
    return shared_app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A client without a key."""
    return app.test_client()


@pytest.fixture
def client(visitor: FlaskClient, template: tuple[Path, int, str]) -> ApiClient:
    """A client of the portal."""
    return ApiClient(visitor, key=template[2], portal_id=template[1])


@pytest.fixture
def stranger(visitor: FlaskClient, database: Database) -> ApiClient:
    """A client of another portal of the same service."""
    portal_id, key = add_portal(database, "Other")
    return ApiClient(visitor, key, portal_id)
