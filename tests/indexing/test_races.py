"""Schedules that once lost or invented a member, a feed row or a piece of work, each played step by step."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from records import list_work
from records.session import Database
from tests.indexing.conftest import POSTGRESQL
from tests.indexing.world import World, check_world
from tests.support.people import is_
from tests.support.wait import wait_until

LEADS = is_("lifecyclestage", "EQ", "lead")
CUSTOMERS = is_("lifecyclestage", "EQ", "customer")


@contextmanager
def meanwhile(work: Callable[[], object], database: Database) -> Iterator[None]:
    """Run the block while `work`, in a thread, waits for a lock that is held here; afterwards `work` must succeed."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: _waits(database) or not thread.is_alive())
    yield
    thread.join(10)
    assert not thread.is_alive() and not failures, failures


def _waits(database: Database) -> bool:
    with database.read() as session:
        blocked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(session.execute(text(blocked)).scalar_one())


def fill(world: World) -> tuple[int, int]:
    """Make a list of leads with one member, up to the very step that would make it DONE; return list and member."""
    vid = world.api.create(lifecyclestage="lead")
    world.step("drain")
    list_id = world.portal.create_list("Leads", LEADS)
    scan_to_the_end(world, list_id)
    return list_id, vid


def scan_to_the_end(world: World, list_id: int) -> None:
    """Take a list's job up to the step that may make it DONE."""
    while world.list_row(list_id).scan_ended_at is None:
        world.step("lists")


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
@pytest.mark.parametrize("late", [list_work.complete, list_work.end_scan])
def test_an_edit_counts_although_the_scan_of_the_former_filters_ends_meanwhile(
    world: World, late: Callable[..., object]
) -> None:
    list_id, _ = fill(world)
    customer = world.api.create(lifecyclestage="customer")
    world.settle()
    world.api.post(f"/contacts/v1/lists/{list_id}/refresh", status=204)
    if late is list_work.complete:
        scan_to_the_end(world, list_id)
    row = world.list_row(list_id)

    def edit() -> None:
        world.api.post(f"/contacts/v1/lists/{list_id}", {"filters": [[CUSTOMERS]]})

    with world.runtime.database.write() as session:
        late(session, row)
        with meanwhile(edit, world.runtime.database):
            session.commit()
    world.settle()
    assert world.members(list_id) == {customer}
    check_world(world)
