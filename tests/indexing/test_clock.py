"""The clock: contacts join and leave by time alone, at the very millisecond, whatever became of the clock meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import clock as clock_jobs
from records import sweeps
from tests.behaviour.test_forms import form, send
from tests.indexing.conftest import SQLITE
from tests.indexing.engines import SlowEngine, with_engine
from tests.indexing.world import World, check_world
from tests.support.clock import NOON, MovableClock

HOUR = 3_600_000
DAY = 24 * HOUR
LISTS = "/contacts/v1/lists"


@pytest.fixture(autouse=True)
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock every millisecond where anything can happen, so that no test must wait for a second."""
    monkeypatch.setattr(clock_jobs, "SOONEST_MS", 1)


def ms(told: str) -> int:
    """Return an ISO 8601 time with its zone as milliseconds since the epoch."""
    return (datetime.fromisoformat(told) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def within(field: str, n: int, unit: str, direction: str = "past", **more: Any) -> dict[str, Any]:
    return {"kind": "relative", "field": field, "op": "within", "direction": direction, "n": n, "unit": unit, **more}


def create_list(world: World, tree: dict[str, Any], zone: str = "") -> int:
    """Create a smart list over a tree and fill it."""
    body = {"name": f"List {len(world.api.get(LISTS)['lists'])}", "dynamic": True, "filterTree": tree, "timeZone": zone}
    list_id: int = world.api.post(LISTS, body)["listId"]
    world.settle()
    return list_id


def dated(world: World, instant: int, field: str = "closedate") -> int:
    """Create a contact whose date is this instant."""
    return world.api.create(**{field: str(instant)})


def at(world: World, clock: MovableClock, moment: int) -> None:
    """Let it be a moment, and do all that is due then."""
    clock.moment = moment
    world.settle()


def turns(world: World, clock: MovableClock, list_id: int, vid: int, moment: int, joins: bool) -> None:
    """Assert that a contact joins or leaves at a moment and not a millisecond before, by the clock."""
    at(world, clock, moment - 1)
    assert (vid in world.members(list_id)) != joins
    at(world, clock, moment)
    assert (vid in world.members(list_id)) == joins
    last = world.feed()[-1]
    assert (last.type, last.vid, last.list_id) == ("JOIN" if joins else "LEAVE", vid, list_id)
    assert last.reason["kind"] == "CLOCK"


def test_a_contact_leaves_rolling_hours_to_the_millisecond(world: World, clock: MovableClock) -> None:
    list_id = create_list(world, within("closedate", 2, "hours"))
    vid = dated(world, NOON + 500)
    world.settle()
    turns(world, clock, list_id, vid, NOON + 500, joins=True)
    turns(world, clock, list_id, vid, NOON + 500 + 2 * HOUR + 1, joins=False)
    check_world(world)


@pytest.mark.parametrize(
    ("zone", "today", "midnight"),
    [
        ("UTC", "2019-05-04T10:00+00:00", "2019-05-05T00:00+00:00"),
        ("Asia/Tokyo", "2019-05-04T10:00+00:00", "2019-05-05T00:00+09:00"),
        ("Europe/Berlin", "2024-03-31T00:30+01:00", "2024-04-01T00:00+02:00"),
        ("Europe/Berlin", "2024-10-27T00:30+02:00", "2024-10-28T00:00+01:00"),
        ("America/Sao_Paulo", "2018-11-03T12:00-03:00", "2018-11-04T01:00-02:00"),
        ("UTC", "2024-02-29T10:00+00:00", "2024-03-01T00:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_of_its_zone_also_where_clocks_are_put_forward_and_back(
    world: World, clock: MovableClock, zone: str, today: str, midnight: str
) -> None:
    clock.moment = ms(today)
    list_id = create_list(world, within("closedate", 0, "days"), zone)
    vid = dated(world, ms(today))
    world.settle()
    assert world.members(list_id) == {vid}
    turns(world, clock, list_id, vid, ms(midnight), joins=False)
    check_world(world)


@pytest.mark.parametrize(
    ("born", "begins", "ends"),
    [
        ("1988-02-29", "2023-03-01", "2023-03-02"),
        ("1988-02-29", "2024-02-29", "2024-03-01"),
        ("1990-12-31", "2023-12-31", "2024-01-01"),
        ("1990-01-01", "2024-01-01", "2024-01-02"),
    ],
)
def test_a_birthday_returns_every_year_and_on_the_first_of_march_where_there_is_no_29th(
    world: World, clock: MovableClock, born: str, begins: str, ends: str
) -> None:
    clock.moment = ms(f"{begins}T00:00+00:00") - 3 * DAY
    list_id = create_list(world, {"kind": "anniversary", "field": "closedate", "low": 0, "high": 0})
    vid = dated(world, ms(f"{born}T00:00+00:00"))
    world.settle()
    turns(world, clock, list_id, vid, ms(f"{begins}T00:00+00:00"), joins=True)
    turns(world, clock, list_id, vid, ms(f"{ends}T00:00+00:00"), joins=False)


def test_a_property_that_was_not_changed_for_days_is_seen_by_the_clock(world: World, clock: MovableClock) -> None:
    list_id = create_list(world, within("city", 30, "days", of="changed") | {"op": "beyond"})
    vid = world.api.create(city="Rome")
    world.settle()
    clock.moment += 10 * DAY
    world.api.update(vid, city="Bonn")
    world.settle()
    midnight = (NOON // DAY + 10 + 31) * DAY
    turns(world, clock, list_id, vid, midnight, joins=True)
    world.api.update(vid, city="Oslo")
    world.settle()
    assert world.members(list_id) == set()
    check_world(world)


def test_what_a_merged_contact_had_changed_moves_its_survivor(world: World, clock: MovableClock) -> None:
    list_id = create_list(world, within("city", 2, "days", of="changed"))
    survivor = world.api.create(firstname="Ada")
    clock.moment += DAY
    merged = world.api.create(city="Rome")
    world.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": merged})
    world.settle()
    assert world.members(list_id) == {survivor}
    turns(world, clock, list_id, survivor, (NOON // DAY + 4) * DAY, joins=False)
    check_world(world)


@pytest.mark.parametrize("field", ["createdate", "lastmodifieddate", "hs_analytics_first_timestamp"])
def test_dates_that_every_contact_has_move_with_the_clock_too(world: World, clock: MovableClock, field: str) -> None:
    list_id = create_list(world, within(field, 5, "hours"))
    vid = world.api.create(city="Rome")
    world.settle()
    assert world.members(list_id) == {vid}
    turns(world, clock, list_id, vid, NOON + 5 * HOUR + 1, joins=False)


def test_a_list_follows_the_clock_of_the_lists_that_it_contains(world: World, clock: MovableClock) -> None:
    inner = create_list(world, within("closedate", 0, "days"), "Asia/Tokyo")
    outer = create_list(world, {"op": "not", "of": [{"kind": "list", "op": "in", "list": inner}]}, "America/New_York")
    vid = dated(world, NOON)
    world.settle()
    assert world.members(outer) == set()
    turns(world, clock, outer, vid, ms("2017-07-15T00:00+09:00"), joins=True)
    check_world(world)


@pytest.mark.parametrize("named", [True, False])
def test_what_was_sent_through_a_form_leaves_its_window_by_the_clock(
    world: World, clock: MovableClock, named: bool
) -> None:
    guid = form(world.portal)
    window = {"op": "within", "direction": "past", "n": 1, "unit": "hours"}
    asked = {"kind": "form", "op": "sent", "window": window, **({"form": guid} if named else {})}
    list_id = create_list(world, asked)
    send(world.portal, guid, email="ada@example.com")
    world.settle()
    turns(world, clock, list_id, 1, NOON + HOUR + 1, joins=False)
    check_world(world)


def test_hours_of_downtime_are_caught_up_page_by_page(
    world: World, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_jobs, "PAGE", 3)
    lists = [create_list(world, within("closedate", n, "hours")) for n in (1, 2, 48)]
    for offset in range(-4, 8):
        dated(world, NOON + offset * HOUR)
    dated(world, NOON + HOUR)
    world.settle()
    at(world, clock, NOON + 7 * HOUR + 123)
    assert [len(world.members(list_id)) for list_id in lists] == [1, 2, 13]
    check_world(world)


def test_a_clock_that_goes_back_takes_back_what_it_did(world: World, clock: MovableClock) -> None:
    lists = [create_list(world, within("closedate", n, unit)) for n, unit in ((1, "hours"), (0, "days"))]
    vid = dated(world, NOON)
    world.settle()
    at(world, clock, NOON + 2 * DAY)
    assert [world.members(list_id) for list_id in lists] == [set(), set()]
    at(world, clock, NOON + 10)
    assert [world.members(list_id) for list_id in lists] == [{vid}, {vid}]
    check_world(world)
    turns(world, clock, lists[0], vid, NOON + HOUR + 1, joins=False)


@pytest.mark.parametrize("set_up", [SQLITE], indirect=True)
def test_a_contact_that_crosses_between_a_scan_and_its_page_is_asked_about_again(
    world: World, clock: MovableClock
) -> None:
    list_id = create_list(world, within("closedate", 1, "hours"))
    vid = dated(world, NOON)
    world.settle()
    engine = SlowEngine(world.runtime.database)
    slow = with_engine(world, engine)

    def pass_the_edge() -> None:
        clock.moment = NOON + 2 * HOUR + 1
        world.step("clock")
        world.step("drain")

    engine.meanwhile = pass_the_edge
    world.api.post(f"{LISTS}/{list_id}", {"filterTree": within("closedate", 2, "hours")})
    slow.settle()
    assert clock.moment == NOON + 2 * HOUR + 1
    assert vid not in world.members(list_id)
    check_world(world)


def test_a_list_that_is_new_is_swept_from_its_save_on(world: World, clock: MovableClock) -> None:
    vid = dated(world, NOON)
    world.settle()
    body = {"name": "New", "dynamic": True, "filterTree": within("closedate", 1, "hours")}
    list_id = world.api.post(LISTS, body)["listId"]
    world.step("lists")
    clock.moment = NOON + HOUR + 1
    world.settle()
    assert vid not in world.members(list_id)
    check_world(world)


def test_dates_that_are_written_cleared_and_removed_are_followed(world: World, clock: MovableClock) -> None:
    list_id = create_list(world, within("closedate", 0, "days"))
    vids = [dated(world, NOON + DAY) for _ in range(4)]
    world.settle()
    world.api.update(vids[1], closedate="")
    world.api.update(vids[2], closedate=str(NOON + 2 * DAY))
    world.api.delete(f"/contacts/v1/contact/vid/{vids[3]}")
    at(world, clock, NOON + DAY)
    assert world.members(list_id) == {vids[0]}
    at(world, clock, NOON + 2 * DAY)
    assert world.members(list_id) == {vids[2]}
    check_world(world)


def test_a_property_that_becomes_a_date_is_followed_from_then_on(world: World, clock: MovableClock) -> None:
    definition = {"name": "renewal", "groupName": "contactinformation", "type": "number"}
    definition |= {"fieldType": "number", "label": "Renewal"}
    world.api.post("/properties/v1/contacts/properties", definition)
    vid = dated(world, NOON // DAY * DAY + DAY, "renewal")
    world.api.put(
        "/properties/v1/contacts/properties/named/renewal", {**definition, "type": "date", "fieldType": "date"}
    )
    world.settle()
    list_id = create_list(world, within("renewal", 0, "days"))
    turns(world, clock, list_id, vid, NOON // DAY * DAY + DAY, joins=True)


def test_a_portal_whose_lists_stand_still_is_not_looked_at(world: World, clock: MovableClock) -> None:
    list_id = create_list(world, {"kind": "value", "field": "city", "op": "eq", "value": "Rome"})
    assert world.read(sweeps.due_portals) == []
    world.api.post(f"{LISTS}/{list_id}", {"filterTree": within("closedate", 0, "days")})
    world.settle()
    clock.moment += HOUR - 1
    assert world.read(sweeps.due_portals) == []
    assert world.read(lambda session: sweeps.find(session, world.portal_id)) is not None
    world.api.delete(f"{LISTS}/{list_id}", 204)
    clock.moment += HOUR
    world.settle()
    assert world.read(lambda session: sweeps.find(session, world.portal_id)) is None


def test_a_sweep_that_did_not_know_a_list_does_not_put_off_looking_for_it(world: World, clock: MovableClock) -> None:
    create_list(world, within("closedate", 0, "days"))
    for n in range(2):
        cursor = world.read(lambda session: sweeps.find(session, world.portal_id))
        assert cursor is not None
        world.api.post(LISTS, {"name": f"L{n}", "dynamic": True, "filterTree": within("closedate", n, "hours")})
        with world.runtime.database.write() as session:
            sweeps.complete(session, cursor, clock.moment, clock.moment + HOUR)
        assert world.read(sweeps.due_portals) == [world.portal_id]


FIELDS = ("closedate", "createdate", "lastmodifieddate")
TREES = st.one_of(
    st.builds(
        within,
        st.sampled_from(FIELDS),
        st.integers(0, 3),
        st.sampled_from(("hours", "days", "weeks", "months")),
        st.sampled_from(("past", "future")),
        of=st.sampled_from(("value", "changed")),
    ),
    st.builds(
        lambda field, op, unit: {"kind": "calendar", "field": field, "op": op, "unit": unit},
        st.sampled_from(FIELDS),
        st.sampled_from(("this", "this-so-far", "last", "next")),
        st.sampled_from(("day", "week", "month", "quarter", "year")),
    ),
    st.builds(
        lambda low, span: {"kind": "anniversary", "field": "closedate", "low": low, "high": low + span},
        st.integers(-5, 5),
        st.integers(0, 9),
    ),
)
OFFSETS = st.one_of(st.integers(-3 * HOUR, 3 * HOUR), st.integers(-800, 800).map(lambda days: days * DAY))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("pass", "pass", "back", "write", "edit")),
        st.one_of(st.integers(1, 4 * HOUR), st.integers(1, 400).map(lambda days: days * DAY)),
        OFFSETS,
        TREES,
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.parametrize("set_up", [SQLITE], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TREES, min_size=1, max_size=3), st.lists(OFFSETS, min_size=1, max_size=5), STEPS, st.data())
def test_members_are_right_after_whatever_time_and_people_do(
    world: World,
    clock: MovableClock,
    trees: list[dict[str, Any]],
    offsets: list[int],
    steps: list[tuple[str, int, int, dict[str, Any]]],
    data: st.DataObject,
) -> None:
    zones = st.sampled_from(("", "Asia/Tokyo", "America/New_York"))
    lists = [create_list(world, tree, data.draw(zones)) for tree in trees]
    vids = [dated(world, clock.moment + offset) for offset in offsets]
    for action, length, offset, tree in steps:
        match action:
            case "pass":
                clock.advance(length)
            case "back":
                clock.advance(-length)
            case "write":
                world.api.update(data.draw(st.sampled_from(vids)), closedate=str(clock.moment + offset))
            case "edit":
                world.api.post(f"{LISTS}/{data.draw(st.sampled_from(lists))}", {"filterTree": tree})
                if data.draw(st.booleans()):
                    world.step("lists")
                    clock.advance(length)
        world.settle()
        check_world(world)
    for list_id in lists:
        world.api.delete(f"{LISTS}/{list_id}", 204)
    for vid in vids:
        world.api.delete(f"/contacts/v1/contact/vid/{vid}")
    world.settle()
