"""A disk that is full: writes are refused in words, nothing is half-done, and all goes on when there is room."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from records.session import Database
from tests.indexing.conftest import SQLITE, clock, index, records_url, sqlite_records, world
from tests.indexing.world import World, check_world

__all__ = ["clock", "index", "records_url", "sqlite_records", "world"]

MOST_WRITES = 400
UNLIMITED = 1_073_741_823


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
