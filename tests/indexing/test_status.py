"""What is told of background work while it goes on: what waits, how far lists and indexes are, and until when."""

from typing import Any

import pytest

from indexer import list_jobs, rebuild
from tests.behaviour.test_imports import send
from tests.indexing.conftest import SQLITE
from tests.indexing.world import World
from tests.support.clock import MovableClock
from tests.support.people import is_

pytestmark = pytest.mark.parametrize("set_up", [SQLITE], indirect=True)

HOUR, DAY = 3_600_000, 86_400_000
LEADS = is_("lifecyclestage", "EQ", "lead")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two contacts, so that a few contacts make several steps."""
    monkeypatch.setattr(list_jobs, "PAGE", 2)
    monkeypatch.setattr(list_jobs, "PAGES", 1)
    monkeypatch.setattr(rebuild, "PAGE", 2)


def status(world: World) -> Any:
    """Return what the portal is told."""
    return world.api.get("/pipeline/v1/status")


def test_contacts_that_wait_are_counted_with_the_age_of_the_oldest(world: World, clock: MovableClock) -> None:
    world.api.create(lifecyclestage="lead")
    clock.advance(700)
    world.api.create(lifecyclestage="lead")
    assert status(world)["contacts"] == {"waiting": 2, "oldestMs": 700, "inWork": 0, "parked": 0}
    world.settle()
    assert status(world)["contacts"] == {"waiting": 0, "oldestMs": 0, "inWork": 0, "parked": 0}


def test_a_list_tells_how_far_it_is_filled_and_how_long_the_rest_takes(world: World, clock: MovableClock) -> None:
    for _ in range(8):
        world.api.create(lifecyclestage="lead")
    world.settle()
    list_id = world.portal.create_list("Leads", LEADS)
    world.step("lists")
    clock.advance(500)
    world.step("lists")
    [work] = status(world)["lists"]
    assert work == {
        **{"listId": list_id, "name": "Leads", "processing": "INITIALIZING", "error": ""},
        **{"progress": 0.25, "etaMs": 1500, "running": False},
    }
    assert world.portal.smart_list(list_id)["metaData"]["progress"] == 0.25
    assert len(world.portal.members(list_id)) == 2
    world.settle()
    assert status(world)["lists"] == []
    assert "progress" not in world.portal.smart_list(list_id)["metaData"]


def test_a_rebuild_tells_how_far_it_is(world: World, clock: MovableClock) -> None:
    for _ in range(8):
        world.api.create(lifecyclestage="lead")
    world.settle()
    rebuild.request(world.runtime, world.portal_id)
    world.step("rebuild")
    clock.advance(100)
    world.step("rebuild")
    index = status(world)["index"]
    assert index == {
        **{"live": 1, "building": 2, "former": None},
        "rebuild": {"progress": 0.25, "etaMs": 300, "running": False},
    }
    world.settle()
    assert status(world)["index"] == {"live": 2, "building": None, "former": 1, "rebuild": None}


def test_an_import_tells_how_far_it_is(world: World, clock: MovableClock) -> None:
    import_id = send(world.portal, "email\n" + "".join(f"p{number}@x.example\n" for number in range(1_000)))
    clock.advance(300)
    world.step("imports")
    [work] = status(world)["imports"]
    assert (work["importId"], work["name"]) == (import_id, "people.csv")
    assert 0 < work["progress"] < 1 and work["etaMs"] == round(300 / work["progress"] - 300)
    world.settle()
    assert status(world)["imports"] == []


def test_it_is_told_how_long_the_clock_has_waited_to_be_swept(world: World, clock: MovableClock) -> None:
    tree = {"kind": "relative", "field": "closedate", "op": "within", "direction": "past", "n": 2, "unit": "days"}
    world.api.post("/contacts/v1/lists", {"name": "Recent", "dynamic": True, "filterTree": tree})
    world.settle()
    assert status(world)["clock"] == {"behindMs": 0}
    clock.advance(DAY)
    assert DAY - HOUR <= status(world)["clock"]["behindMs"] <= DAY
    world.settle()
    assert status(world)["clock"] == {"behindMs": 0}


def test_the_clock_is_not_late_because_a_list_was_saved_but_late_when_it_is_not_swept_then(
    world: World, clock: MovableClock
) -> None:
    world.portal.create_list("Leads", LEADS)
    assert status(world)["clock"] == {"behindMs": 0}
    clock.advance(HOUR + 300)
    assert status(world)["clock"] == {"behindMs": 300}
    world.settle()
    assert status(world)["clock"] == {"behindMs": 0}


def test_a_portal_is_told_nothing_of_another(world: World) -> None:
    stranger = world.second_portal()
    stranger.create(lifecyclestage="lead")
    assert status(world)["contacts"]["waiting"] == 0
    assert stranger.get("/pipeline/v1/status")["contacts"]["waiting"] == 1
