"""A disk that is full: writes are refused in words, nothing is half-done, and all goes on when there is room."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from indexer.engines.embedded import EmbeddedEngine
from records.clock import DatabaseClock
from records.session import Database
from tests.faults.checks import PATIENCE_SECONDS, prepare
from tests.indexing.conftest import SQLITE, clock, index, open_world, records_url, sqlite_records, world
from tests.indexing.world import World, check_world
from tests.support.disk import SmallDisk, small_disk
from tests.support.fixtures import enter
from tests.support.postgres import Cluster, PostgresServer, local_postgres
from tests.support.process import work_folder
from tests.support.wait import wait_until

__all__ = ["clock", "index", "records_url", "sqlite_records", "world"]

MOST_WRITES = 400
UNLIMITED = 1_073_741_823
MEGABYTE = 1 << 20
DISK_SIZE = 192 * MEGABYTE
SMALL_LOG = ("fsync=off", "min_wal_size=2MB", "max_wal_size=8MB")


@pytest.fixture(params=[SQLITE])
def set_up(request: pytest.FixtureRequest) -> str:
    """The set-up whose disk can be filled."""
    name: str = request.param
    return name


@contextmanager
def full_disk(database: Database, spare: int) -> Iterator[None]:
    """Let the database file grow by `spare` pages only while the block runs."""
    with database.connect_writer() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    limit = [pages + spare]

    def apply(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}")  # type: ignore[attr-defined]

    event.listen(database._writer, "begin", apply)
    try:
        yield
    finally:
        limit[0] = UNLIMITED


def test_a_full_disk_refuses_writes_in_words_and_nothing_is_half_done(world: World) -> None:
    world.api.create(firstname="Ada")
    world.settle()
    written = 1
    with full_disk(world.runtime.database, spare=20):
        refused = None
        for number in range(MOST_WRITES):
            body = {"properties": [{"property": "firstname", "value": f"Ada {number} " + "x" * 2_000}]}
            answer = world.api.raw("POST", "/contacts/v1/contact", json=body)
            if answer.status_code != 200:
                refused = answer
                break
            written += 1
        assert refused is not None and refused.status_code in (500, 503) and refused.get_json()["message"]
        assert world.api.get("/contacts/v1/contacts/statistics")["contacts"] == written
        assert world.api.value(1, "firstname") == "Ada"
    world.api.create(firstname="Late")
    world.settle()
    assert world.api.get("/contacts/v1/contacts/statistics")["contacts"] == written + 1
    check_world(world)


@pytest.fixture(params=["the log elsewhere", "the log on it, too"])
def full_postgres(request: pytest.FixtureRequest) -> Iterator[tuple[Cluster, SmallDisk]]:
    """A PostgreSQL on a small disk; where its log is elsewhere it refuses to write, else it may end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(work_folder("disk")))
        disk = enter(stack, small_disk(folder / "disk", DISK_SIZE), "small disk")
        options = ["--wal-segsize=1"]
        if request.param == "the log elsewhere":
            folder.chmod(0o777)
            options.append(f"--waldir={folder / 'log'}")
        cluster = enter(stack, local_postgres(SMALL_LOG, disk.path / "data", options), "PostgreSQL")
        yield cluster, disk


@pytest.mark.postgres
def test_postgresql_on_a_full_disk_refuses_writes_in_words_and_goes_on_when_there_is_room(
    full_postgres: tuple[Cluster, SmallDisk], tmp_path: Path
) -> None:
    cluster, disk = full_postgres
    with PostgresServer(cluster.address).database() as url:
        prepare(url)
        index = Database(f"sqlite:///{tmp_path / 'index.sqlite3'}")
        with open_world(url, EmbeddedEngine(index), DatabaseClock(), tmp_path) as world:
            accepted = {world.api.create(firstname="Ada"): "Ada"}
            world.settle()
            disk.fill(spare=MEGABYTE // 2)
            accepted |= write_until_refused(world)
            disk.make_room()
            if cluster.has_ended:
                cluster.start()
            body = {"properties": [{"property": "firstname", "value": "Late"}]}
            late = wait_until(lambda: created(world, body), PATIENCE_SECONDS, "writes are accepted again")
            world.settle()
            held = {vid: world.api.value(vid, "firstname") for vid in [*accepted, late]}
            assert held == {**accepted, late: "Late"}
            check_world(world)
        index.close()


def write_until_refused(world: World) -> dict[int, str]:
    """Create contacts until one is refused in words; return vid -> first name of those that were accepted."""
    accepted: dict[int, str] = {}
    for number in range(MOST_WRITES):
        name = f"Ada {number} " + "x" * 2_000
        body = {"properties": [{"property": "firstname", "value": name}]}
        answer = world.api.raw("POST", "/contacts/v1/contact", json=body)
        if answer.status_code != 200:
            assert answer.status_code == 503 and answer.get_json()["message"], answer.get_data(as_text=True)
            return accepted
        accepted[answer.get_json()["vid"]] = name
    raise AssertionError("no write was refused")


def created(world: World, body: object) -> int:
    """Create a contact and return its vid, or 0 where it was refused."""
    answer = world.api.raw("POST", "/contacts/v1/contact", json=body)
    return int(answer.get_json()["vid"]) if answer.status_code == 200 else 0
