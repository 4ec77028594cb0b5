"""Marks outlive whoever works on them: parked, leased by the dead, or set anew under a drain."""

from functools import partial

from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from records import list_work, marks
from records.marks import LEASE_MS, park_delay
from tests.indexing.engines import InterruptedEngine, RefusingEngine, with_engine
from tests.indexing.world import World, check_world
from tests.support.clock import MovableClock
from tests.support.people import is_

LEADS = is_("lifecyclestage", "EQ", "lead")
DAY_MS = 86_400_000


def refusing(world: World, index: Engine, *vids: int) -> World:
    """Return the world with an engine that refuses these contacts."""
    assert isinstance(index, EmbeddedEngine)
    engine = RefusingEngine(index._database)
    engine.refused = set(vids)
    return with_engine(world, engine)


def test_a_contact_that_the_engine_refuses_joins_its_lists_all_the_same(world: World, index: Engine) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    refused, taken = (world.api.create(lifecyclestage="lead") for _ in range(2))
    refusing(world, index, refused).settle()
    assert world.members(list_id) == {refused, taken}
    assert world.indexed(1).keys() == {taken}
    assert world.dirty().keys() == {refused}
    assert world.list_row(list_id).state == "DONE"


def test_a_refused_contact_is_tried_again_after_delays_that_double(
    world: World, index: Engine, clock: MovableClock
) -> None:
    vid = world.api.create(lifecyclestage="lead")
    unwilling = refusing(world, index, vid)
    for attempt in range(1, 4):
        unwilling.settle()
        parked = world.dirty()[vid]
        assert (parked.attempts, parked.next_at) == (attempt, clock.moment + park_delay(attempt))
        clock.advance(park_delay(attempt) - 1)
        assert not unwilling.step("drain")
        clock.advance()
    world.settle()
    check_world(world)


def test_a_write_has_a_parked_contact_tried_at_once(world: World, index: Engine) -> None:
    vid = world.api.create(lifecyclestage="lead")
    refusing(world, index, vid).settle()
    assert not world.step("drain")
    world.api.update(vid, lifecyclestage="customer")
    world.settle()
    check_world(world)


def test_a_static_list_takes_in_contacts_that_the_engine_refuses(
    world: World, index: Engine, clock: MovableClock
) -> None:
    vid = world.api.create(lifecyclestage="lead")
    unwilling = refusing(world, index, vid)
    unwilling.settle()
    list_id = world.portal.create_list("Leads", LEADS, dynamic=False)
    unwilling.settle()
    assert world.members(list_id) == {vid}
    clock.advance(DAY_MS)
    world.settle()
    check_world(world)


def test_a_parked_contact_is_due_when_the_clock_went_back_by_days(
    world: World, index: Engine, clock: MovableClock
) -> None:
    vid = world.api.create(lifecyclestage="lead")
    refusing(world, index, vid).settle()
    clock.advance(-3 * DAY_MS)
    assert world.step("drain")
    check_world(world)


def test_what_a_dead_drain_had_claimed_is_taken_over_after_a_minute(world: World, clock: MovableClock) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    vid = world.api.create(lifecyclestage="lead")
    world.runtime.database.transact(lambda session: marks.claim(session, world.portal_id, 10))
    assert not world.step("drain")
    clock.advance(LEASE_MS)
    world.settle()
    assert world.members(list_id) == {vid}
    check_world(world)


def test_leases_made_before_the_clock_went_back_are_over(world: World, clock: MovableClock) -> None:
    world.api.create(lifecyclestage="lead")
    world.runtime.database.transact(lambda session: marks.claim(session, world.portal_id, 10))
    clock.advance(-DAY_MS)
    assert world.step("drain")
    check_world(world)


def test_a_write_under_a_drain_is_worked_off_by_the_next_one(world: World, index: Engine) -> None:
    assert isinstance(index, EmbeddedEngine)
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    vid = world.api.create(lifecyclestage="lead")
    slow = InterruptedEngine(index._database)
    slow.interruption = lambda: world.api.update(vid, lifecyclestage="customer")
    with_engine(world, slow).step("drain")
    assert world.members(list_id) == set()
    assert world.dirty().keys() == {vid}
    world.settle()
    assert world.feed() == []
    check_world(world)


def test_a_drain_that_comes_late_changes_nothing_that_another_has_done(
    world: World, index: Engine, clock: MovableClock
) -> None:
    assert isinstance(index, EmbeddedEngine)
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    vid = world.api.create(lifecyclestage="lead")
    slow = InterruptedEngine(index._database)

    def overtake() -> None:
        clock.advance(LEASE_MS)
        world.settle()
        world.api.update(vid, lifecyclestage="customer")
        world.settle()

    slow.interruption = overtake
    with_engine(world, slow).step("drain")
    world.settle()
    assert [(event.type, event.list_id) for event in world.feed()] == [("JOIN", list_id), ("LEAVE", list_id)]
    check_world(world)


def test_a_list_whose_worker_died_is_filled_after_a_minute(world: World, clock: MovableClock) -> None:
    vid = world.api.create(lifecyclestage="lead")
    world.settle()
    list_id = world.portal.create_list("Leads", LEADS)
    world.runtime.database.transact(lambda session: list_work.lease_next(session, world.portal_id))
    world.settle()
    assert world.members(list_id) == set()
    clock.advance(list_work.LEASE_MS)
    world.settle()
    assert world.members(list_id) == {vid}
    check_world(world)


def test_a_list_is_done_even_where_a_contact_is_written_in_every_drain(
    world: World, index: Engine, clock: MovableClock
) -> None:
    assert isinstance(index, EmbeddedEngine)
    vid = world.api.create(lifecyclestage="lead")
    world.settle()
    list_id = world.portal.create_list("Leads", LEADS)
    world.api.update(vid, city="Place 0")
    engine = InterruptedEngine(index._database)
    hurried = with_engine(world, engine)
    for number in range(1, 7):
        clock.advance()
        engine.interruption = partial(world.api.update, vid, city=f"Place {number}")
        hurried.step("drain")
        hurried.step("lists")
    assert world.list_row(list_id).state == "DONE"
    assert world.dirty().keys() == {vid}
    world.settle()
    check_world(world)


def test_a_list_waits_for_what_was_written_between_a_claim_and_the_end_of_its_scan(
    world: World, index: Engine, clock: MovableClock
) -> None:
    assert isinstance(index, EmbeddedEngine)
    vid = world.api.create(lifecyclestage="customer")
    world.settle()
    list_id = world.portal.create_list("Leads", LEADS)
    world.api.update(vid, city="Rome")
    engine = InterruptedEngine(index._database)

    def write_and_scan() -> None:
        clock.advance()
        world.api.update(vid, lifecyclestage="lead")
        clock.advance()
        while world.list_row(list_id).scan_ended_at is None:
            world.step("lists")

    engine.interruption = write_and_scan
    with_engine(world, engine).step("drain")
    world.step("lists")
    assert (world.list_row(list_id).state, world.members(list_id)) == ("INITIALIZING", set())
    world.settle()
    assert (world.list_row(list_id).state, world.members(list_id)) == ("DONE", {vid})
