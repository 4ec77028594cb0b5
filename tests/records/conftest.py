"""Records on both databases: every test that asks for `database` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from records import migrations
from records.session import Database
from tests.support.clock import MovableClock
from tests.support.records import add_portal


def _prepare(url: str) -> None:
    database = Database(url)
    migrations.upgrade(database)
    add_portal(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with one portal, to be copied."""
    file = tmp_path_factory.mktemp("records") / "template.sqlite3"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[str]:
    """The URL of a database of the test's own that holds portal 1."""
    if request.param == "sqlite":
        file = tmp_path / "contacts.sqlite3"
        file.write_bytes(sqlite_template.read_bytes())
        yield f"sqlite:///{file}"
    else:
        server = request.getfixturevalue("postgres_server")
        with server.database(server.template("records", _prepare)) as url:
            yield url


@pytest.fixture
def clock() -> MovableClock:
    """The records' clock, which stands still until a test moves it."""
    return MovableClock()


@pytest.fixture
def database(database_url: str, clock: MovableClock) -> Iterator[Database]:
    """The records, with portal 1."""
    database = Database(database_url, clock)
    yield database
    database.close()
