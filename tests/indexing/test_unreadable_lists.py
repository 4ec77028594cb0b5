"""A stored list that cannot be read is halted, with those that name it; all others of its portal go on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from indexer import tasks
from records import lists, verification
from records.session import Database
from service.list_files import read_file, write_file
from tests.indexing.world import World
from tests.support.clock import MovableClock
from tests.support.people import is_

NEWER = '[[{"filterFamily": "PropertyValue", "property": "city", "operator": "FROM_A_LATER_RELEASE"}]]'
OF_ANOTHER_SHAPE = '{"city": ["Rome"]}'
CUT_OFF = '[[{"property": "city", "oper'

MINUTE, DAY = 60_000, 86_400_000
ROME = is_("city", "EQ", "Rome")


@pytest.fixture(params=[NEWER, OF_ANOTHER_SHAPE, CUT_OFF])
def damage(request: pytest.FixtureRequest, set_up: str) -> str:
    """What stands in the list's column instead of its filters; in PostgreSQL that is JSON, whatever else it is."""
    found: str = request.param
    return json.dumps(found) if found == CUT_OFF and set_up != "sqlite" else found


def test_a_list_that_cannot_be_read_halts_itself_and_those_that_name_it(world: World, damage: str) -> None:
    broken, well = (world.portal.create_list(name, ROME) for name in ("Broken", "Well"))
    outer = world.portal.create_list("Outer", member_of(broken), is_("lastname", "EQ", "Sá"))
    world.settle()
    before = world.api.create(city="Rome", lastname="Sá")
    world.settle()
    break_list(world, broken, damage, also=outer)
    after = world.api.create(city="Rome", lastname="Sá")
    world.settle()
    assert [world.members(list_id) for list_id in (broken, outer, well)] == [{before}, {before}, {before, after}]
    assert told(world, broken).startswith(f"The list is halted: filters: the criteria stored for list {broken} cannot")
    assert told(world, outer) == told(world, broken)
    assert told(world, well) == ""
    [listed] = [each for each in world.api.get("/contacts/v1/lists")["lists"] if each["listId"] == broken]
    assert (listed["metaData"]["processing"], listed["description"]) == ("PROCESSING", None)


def test_another_list_can_be_saved_and_is_filled_beside_one_that_cannot_be_read(world: World, damage: str) -> None:
    broken = world.portal.create_list("Broken", ROME)
    vid = world.api.create(city="Rome")
    world.settle()
    break_list(world, broken, damage)
    later = world.portal.create_list("Later", ROME)
    world.settle()
    assert world.members(later) == {vid}
    assert world.list_row(later).state == "DONE"


def test_what_is_asked_of_a_list_that_cannot_be_read_is_refused_with_the_reason(world: World) -> None:
    broken = world.portal.create_list("Broken", ROME)
    vid = world.api.create(city="Rome")
    world.settle()
    break_list(world, broken, NEWER)
    explained = world.api.get(f"/contacts/v1/lists/{broken}/explain/{vid}", 400)
    named = world.api.post("/contacts/v1/lists", {"name": "Outer", "filters": [[member_of(broken)]]}, 400)
    for answer in (explained, named):
        assert f"the criteria stored for list {broken} cannot be read" in answer["message"]
        assert "FROM_A_LATER_RELEASE" in answer["message"]


def test_a_list_that_cannot_be_read_is_renamed_repaired_or_deleted(world: World, damage: str) -> None:
    broken, other = (world.portal.create_list(name, ROME) for name in ("Broken", "Other"))
    outer = world.portal.create_list("Outer", member_of(broken), member_of(other))
    vid = world.api.create(city="Rome")
    world.settle()
    break_list(world, broken, damage)
    path = f"/contacts/v1/lists/{broken}"
    assert world.api.post(path, {"name": "Damaged"})["warnings"] == []
    world.api.post(f"/contacts/v1/lists/{other}", {"filters": [[is_("city", "EQ", "Oslo")]]})
    world.api.post(path, {"filters": [[ROME]]})
    world.settle()
    assert told(world, broken) == ""
    assert [world.members(list_id) for list_id in (broken, other, outer)] == [{vid}, set(), set()]
    break_list(world, outer, damage)
    world.api.delete(f"/contacts/v1/lists/{outer}", 204)
    world.settle()
    assert world.list_row(outer).state == "DONE"


def test_a_list_that_an_older_release_could_not_read_is_evaluated_anew_and_moved_by_the_clock(
    world: World, clock: MovableClock
) -> None:
    leaf = {"kind": "relative", "field": "closedate", "op": "within", "direction": "past", "n": 2, "unit": "days"}
    answer = world.api.post("/contacts/v1/lists", {"name": "Recent", "dynamic": True, "filterTree": leaf})
    recent, filters = answer["listId"], json.dumps(answer["filters"])
    before = world.api.create(closedate=str(clock.moment))
    world.settle()
    store(world, recent, NEWER)
    with restarted(world) as older:
        after = world.api.create(closedate=str(clock.moment))
        older.settle()
    assert world.members(recent) == {before}
    store(world, recent, filters)
    clock.advance(MINUTE)
    with restarted(world) as newer:
        newer.settle()
        assert world.members(recent) == {before, after}
        clock.advance(4 * DAY)
        newer.settle()
    assert world.members(recent) == set()
    assert world.read(lambda session: verification.find(session, world.portal_id)).drift_found == 0


@contextmanager
def restarted(world: World) -> Iterator[World]:
    """Give the world as another process of the service finds it."""
    database = Database(world.runtime.database.url, world.runtime.database.clock)
    runtime = replace(world.runtime, database=database)
    tasks.look_over(runtime)
    yield replace(world, runtime=runtime)
    database.close()


def break_list(world: World, list_id: int, filters: str, also: int | None = None) -> None:
    """Put something else into a list's column of filters, and have it and one that names it evaluated anew."""
    store(world, list_id, filters)
    for each in (list_id,) if also is None else (list_id, also):
        world.api.post(f"/contacts/v1/lists/{each}/refresh", None, 204)
    world.settle()


def store(world: World, list_id: int, filters: str) -> None:
    """Put something into a list's column of filters behind the service's back."""
    stored = "CAST(:filters AS JSONB)" if "postgresql" in world.runtime.database.url else ":filters"
    statement = text(f"UPDATE contact_list SET filters = {stored} WHERE list_id = :id")
    world.runtime.database.transact(lambda session: session.execute(statement, {"filters": filters, "id": list_id}))


def told(world: World, list_id: int) -> str:
    """Return why a list is not filled, as it says itself."""
    error: str = world.portal.smart_list(list_id)["metaData"]["error"]
    return error


def member_of(list_id: int) -> dict[str, Any]:
    """Return the filter that asks for the members of a list."""
    return {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": list_id}


def test_lists_are_exported_beside_one_that_cannot_be_read(world: World, damage: str) -> None:
    broken = world.portal.create_list("Broken", ROME)
    world.portal.create_list("Well", ROME)
    break_list(world, broken, damage)
    rows, _ = world.read(lambda session: lists.page_lists(session, world.portal_id, 0, None, None))
    assert [entry.name for entry in read_file(write_file(rows).encode())] == ["Broken", "Well"]
