"""The feed: why somebody moved, who was where at any number, and what is left of it when old rows are removed."""

import random
import threading
from functools import partial
from typing import Any

import pytest

from indexer import tasks
from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Kind
from records.clock import now
from records.feed_upkeep import DAY_MS, fold_page
from tests.indexing.conftest import POSTGRESQL, SERVER, SQLITE
from tests.indexing.engines import InterruptedEngine, with_engine
from tests.indexing.test_storms import FILTERS, Writer, is_settled, run_together
from tests.indexing.world import World
from tests.support.clock import MovableClock
from tests.support.people import is_
from tests.support.wait import wait_until

LEADS = is_("lifecyclestage", "EQ", "lead")
ROMAN_LEADS = (LEADS, is_("city", "EQ", "Rome"))


def last_reason(world: World) -> dict[str, Any]:
    """Return the reason of the newest row."""
    return world.feed()[-1].reason


def changes(world: World) -> list[tuple[str, str | None, str]]:
    """Return property, old and new value of what the newest row says has changed."""
    return [(item["property"], item["old"], item["new"]) for item in last_reason(world)["changes"]]


def test_a_move_tells_every_property_that_changed_since_the_lists_were_last_decided(world: World) -> None:
    world.portal.create_list("Roman leads", *ROMAN_LEADS)
    vid = world.api.create(lifecyclestage="customer", city="Oslo", firstname="Ada")
    world.settle()
    world.api.update(vid, city="Paris", firstname="Eva")
    world.api.update(vid, city="Rome")
    world.api.update(vid, lifecyclestage="lead")
    world.settle()
    assert changes(world) == [("city", "Oslo", "Rome"), ("lifecyclestage", "customer", "lead")]
    assert last_reason(world)["properties"] == ["city", "lifecyclestage"]


def test_what_changed_and_changed_back_is_not_told(world: World) -> None:
    world.portal.create_list("Roman leads", *ROMAN_LEADS)
    vid = world.api.create(lifecyclestage="customer", city="Rome")
    world.settle()
    for city in ("Oslo", "Rome"):
        world.api.update(vid, city=city)
    world.api.update(vid, lifecyclestage="lead")
    world.settle()
    assert changes(world) == [("lifecyclestage", "customer", "lead")]


def test_a_new_contact_tells_what_it_was_created_with(world: World) -> None:
    world.portal.create_list("Leads", LEADS)
    world.settle()
    world.api.create(lifecyclestage="lead", city="Rome")
    world.settle()
    assert changes(world) == [("lifecyclestage", None, "lead")]


def test_a_write_that_comes_while_its_contact_is_decided_is_told_once(world: World, index: Engine) -> None:
    assert isinstance(index, EmbeddedEngine)
    world.portal.create_list("Leads", LEADS)
    world.portal.create_list("Romans", is_("city", "EQ", "Rome"))
    vid = world.api.create(lifecyclestage="customer")
    world.settle()
    engine = InterruptedEngine(index._database)
    engine.interruption = lambda: world.api.update(vid, city="Rome")
    world.api.update(vid, lifecyclestage="lead")
    with_engine(world, engine).settle()
    told = [[item["property"] for item in row.reason["changes"]] for row in world.feed()]
    assert told == [["lifecyclestage"], ["city"]]


def test_a_move_after_one_that_a_later_write_decided_tells_only_what_came_after_that_write(
    world: World, index: Engine
) -> None:
    assert isinstance(index, EmbeddedEngine)
    world.portal.create_list("Leads", LEADS)
    world.settle()
    engine = InterruptedEngine(index._database)
    interrupted = with_engine(world, engine)
    vid = world.api.create(firstname="Ada")
    engine.interruption = lambda: world.api.update(vid, lifecyclestage="lead")
    interrupted.step("drain")
    world.api.update(vid, lifecyclestage="customer")
    interrupted.settle()
    assert [row.type for row in world.feed()] == ["JOIN", "LEAVE"]
    assert changes(world) == [("lifecyclestage", "lead", "customer")]


def test_a_long_value_is_told_in_part(world: World) -> None:
    world.portal.create_list("Noted", is_("message", "IS_NOT_EMPTY"))
    world.settle()
    world.api.create(message="x" * 5_000)
    world.settle()
    assert changes(world) == [("message", None, "x" * 1_000)]


def _merge(world: World) -> str:
    kept = world.api.create(email="a@x.example", city="Oslo")
    merged = world.api.create(email="b@x.example", city="Rome")
    world.settle()
    world.api.raw("POST", f"/contacts/v1/contact/merge-vids/{kept}/", json={"vidToMerge": merged})
    return "CONTACT_MERGED"


def _join_static(world: World) -> str:
    vid = world.api.create(city="Oslo")
    chosen = world.portal.create_list("Chosen", dynamic=False)
    world.portal.create_list("Inside", {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": chosen})
    world.settle()
    world.api.post(f"/contacts/v1/lists/{chosen}/add", {"vids": [vid]})
    return "LIST_IN_LIST"


def _delete(world: World) -> str:
    vid = world.api.create(city="Rome")
    world.settle()
    world.api.delete(f"/contacts/v1/contact/vid/{vid}")
    return "CONTACT_DELETED"


def _edit(world: World) -> str:
    world.api.create(city="Oslo")
    world.settle()
    world.api.post("/contacts/v1/lists/1", {"filters": [[is_("city", "EQ", "Oslo")]]})
    return "LIST_EDITED"


def _edit_inner(world: World) -> str:
    inside = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": 1}
    world.portal.create_list("Inside", inside, is_("firstname", "EQ", "Ada"))
    world.api.create(city="Oslo", firstname="Ada")
    world.settle()
    _edit(world)
    return "LIST_IN_LIST"


@pytest.mark.parametrize("deed", [_merge, _join_static, _delete, _edit, _edit_inner])
def test_a_move_tells_what_kind_of_cause_it_had(world: World, deed: Any) -> None:
    world.portal.create_list("Romans", is_("city", "EQ", "Rome"))
    world.settle()
    kind = deed(world)
    before = len(world.feed())
    world.settle()
    newest = max(world.feed()[before:] or world.feed()[-1:], key=lambda row: row.list_id)
    assert newest.reason["kind"] == kind


@pytest.mark.parametrize("set_up", [SQLITE, POSTGRESQL, SERVER], indirect=True)
def test_snapshots_followed_under_load_give_todays_members(living_world: World) -> None:
    """Readers take a snapshot in small pages while everything moves, follow the feed, and end where the records do."""
    world = living_world
    start = world.read(now)
    writers = [Writer(world.portal, i, start) for i in range(3)]
    for i in range(4):
        writers[0].send("lists", {"name": f"First {i}", "dynamic": i % 2 == 0, "filters": [FILTERS[i]]})
    over = threading.Event()
    kinds: tuple[Kind, ...] = ("drain", "drain", "lists")
    snapshots: list[tuple[int, int, set[int]]] = []

    def work(kind: Kind) -> None:
        while not over.is_set():
            tasks.step(world.runtime, kind, world.portal_id)

    def take() -> None:
        chance = random.Random(1)
        for _ in range(40):
            list_id = chance.randint(1, 4)
            snapshots.append((list_id, *_snapshot(world, list_id)))

    run_together([*(writer.run for writer in writers), take], [partial(work, kind) for kind in kinds], over)
    wait_until(partial(is_settled, world))
    for list_id, seq, members in snapshots:
        assert _followed(world, list_id, seq, members) == world.members(list_id)


def _snapshot(world: World, list_id: int) -> tuple[int, set[int]]:
    vids: set[int] = set()
    page = world.api.get(f"/alerts/v1/lists/{list_id}/snapshot", count=3)
    seq = page["seq"]
    while True:
        vids |= set(page["vids"])
        if not page["hasMore"]:
            return seq, vids
        query = {"seq": seq, "vidOffset": page["vidOffset"], "count": 3}
        page = world.api.get(f"/alerts/v1/lists/{list_id}/snapshot", **query)


def _followed(world: World, list_id: int, seq: int, members: set[int]) -> set[int]:
    more = True
    while more:
        page = world.api.get("/alerts/v1/events", after=seq, listId=list_id, limit=9)
        for event in page["events"]:
            assert (event["vid"] in members) == (event["type"] == "LEAVE"), event
            members ^= {event["vid"]}
        seq, more = page["after"], page["hasMore"]
    return members


def test_who_was_in_a_list_at_an_instant(world: World, clock: MovableClock) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    seen = []
    vids: list[int] = []
    for step in range(6):
        clock.advance(1_000)
        if step % 3 == 2:
            world.api.update(vids[0], lifecyclestage="customer")
        else:
            vids.append(world.api.create(lifecyclestage="lead"))
        world.settle()
        seen.append((clock.moment, sorted(world.members(list_id))))
        vids = [vid for vid in vids if vid in world.members(list_id)]
    for moment, members in seen:
        for instant in (moment, moment + 999):
            assert world.api.get(f"/alerts/v1/lists/{list_id}/snapshot", at=instant)["vids"] == members
    assert world.api.get(f"/alerts/v1/lists/{list_id}/snapshot", at=seen[0][0] - 1)["vids"] == []


def test_rows_beyond_the_retention_go_and_snapshots_begin_where_they_end(world: World, clock: MovableClock) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    old = [world.api.create(lifecyclestage="lead") for _ in range(3)]
    world.settle()
    clock.advance(40 * DAY_MS)
    world.api.update(old[0], lifecyclestage="customer")
    world.settle()
    assert world.runtime.database.transact(lambda session: fold_page(session, world.portal_id, 30))
    assert not world.runtime.database.transact(lambda session: fold_page(session, world.portal_id, 30))
    refused = world.api.get(f"/alerts/v1/lists/{list_id}/events", status=410, after=2)
    assert refused["snapshot"] == f"/alerts/v1/lists/{list_id}/snapshot"
    assert refused["horizon"] == 3
    page = world.api.get(refused["snapshot"], seq=3)
    assert page["vids"] == old
    assert _followed(world, list_id, 3, set(page["vids"])) == world.members(list_id)
    world.api.get(refused["snapshot"], status=410, at=clock.moment - 41 * DAY_MS)
