"""Building an index anew beside the live one: nothing is missed, whatever is written and whoever dies meanwhile."""

import pytest

from indexer import drain, rebuild, tasks
from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import IndexLost
from queries.document import DEFINITION
from records import engine_state, marks
from records.catalogues import load_catalogue
from records.list_work import LEASE_MS
from tests.indexing.conftest import SERVER, SQLITE
from tests.indexing.engines import FailingEngine, InterruptedEngine, RefusingEngine, with_engine
from tests.indexing.world import World, check_world
from tests.support.clock import MovableClock
from tests.support.people import is_

LEADS = is_("lifecyclestage", "EQ", "lead")

both_engines = pytest.mark.parametrize("set_up", [SQLITE, SERVER], indirect=True)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two contacts, so that a few contacts make several steps."""
    monkeypatch.setattr(rebuild, "PAGE", 2)


def request(world: World) -> None:
    """Ask for a new generation."""
    rebuild.request(world.runtime, world.portal_id)


def generations(world: World) -> tuple[int | None, int | None, int | None]:
    """Return which generation is live, being built, and retired."""
    state = world.state()
    return state.live, state.building, state.retired


@both_engines
def test_a_rebuilt_index_holds_everyone_and_what_was_written_meanwhile(world: World) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    vids = [world.api.create(lifecyclestage="lead") for _ in range(5)]
    world.settle()
    request(world)
    world.step("rebuild")
    world.step("rebuild")
    assert generations(world) == (1, 2, None)
    world.api.update(vids[0], lifecyclestage="customer")
    world.api.update(vids[4], firstname="Ada")
    world.api.delete(f"/contacts/v1/contact/vid/{vids[1]}")
    added = world.api.create(lifecyclestage="lead")
    world.step("drain")
    late = world.portal.create_list("Late", is_("firstname", "EQ", "ada"))
    world.settle()
    assert generations(world) == (2, None, 1)
    assert world.members(list_id) == {vids[2], vids[3], vids[4], added}
    assert world.members(late) == {vids[4]}
    check_world(world)


@both_engines
def test_what_was_turned_back_to_knows_what_was_written_since(world: World) -> None:
    vid = world.api.create(lifecyclestage="lead")
    request(world)
    world.settle()
    world.api.update(vid, lifecyclestage="customer")
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    assert rebuild.roll_back(world.runtime, world.portal_id)
    assert generations(world) == (1, None, 2)
    world.api.update(vid, lifecyclestage="lead")
    world.settle()
    assert world.members(list_id) == {vid}
    check_world(world)


@both_engines
def test_a_finished_rebuild_leaves_one_generation(world: World) -> None:
    world.api.create(lifecyclestage="lead")
    request(world)
    world.settle()
    assert rebuild.finish(world.runtime, world.portal_id)
    assert generations(world) == (2, None, None)
    assert not rebuild.finish(world.runtime, world.portal_id)
    assert not rebuild.roll_back(world.runtime, world.portal_id)
    world.api.create(lifecyclestage="lead")
    world.settle()
    check_world(world)


@both_engines
def test_an_index_that_is_lost_is_built_again_by_the_next_write(world: World) -> None:
    first = world.api.create(lifecyclestage="lead")
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    world.runtime.engine.drop(world.portal_id, 1)
    second = world.api.create(lifecyclestage="lead")
    assert not world.step("drain")
    assert world.state().live is None
    world.settle()
    assert generations(world) == (2, None, None)
    assert set(world.indexed(2)) == {first, second}
    assert first in world.members(list_id)


@both_engines
def test_a_generation_lost_while_it_is_built_is_begun_anew(world: World) -> None:
    for _ in range(5):
        world.api.create(lifecyclestage="lead")
    world.settle()
    request(world)
    world.step("rebuild")
    world.step("rebuild")
    world.runtime.engine.drop(world.portal_id, 2)
    assert not world.step("rebuild")
    world.settle()
    assert generations(world) == (3, None, 1)
    check_world(world)


def test_a_rebuild_whose_process_died_goes_on_where_it_was_after_a_minute(world: World, clock: MovableClock) -> None:
    for _ in range(5):
        world.api.create(lifecyclestage="lead")
    world.settle()
    request(world)
    world.step("rebuild")
    world.step("rebuild")
    reached = world.state().cursor
    assert world.runtime.database.transact(lambda session: engine_state.lease(session, world.portal_id))
    assert not world.step("rebuild")
    clock.advance(LEASE_MS)
    assert world.step("rebuild")
    assert world.state().cursor > reached > 0
    world.settle()
    check_world(world)


def test_a_generation_that_a_dead_process_left_behind_is_removed_by_the_next_rebuild(world: World) -> None:
    request(world)
    world.settle()

    undropped = {"live": 2, "building": None, "retired": None}
    world.runtime.database.transact(lambda session: engine_state.change_state(session, world.portal_id, **undropped))
    request(world)
    world.settle()
    with pytest.raises(IndexLost):
        world.indexed(1)


def test_a_rebuilder_that_comes_late_does_not_move_the_cursor_of_a_newer_generation(
    world: World, index: Engine, clock: MovableClock
) -> None:
    assert isinstance(index, EmbeddedEngine)
    for _ in range(6):
        world.api.create(lifecyclestage="lead")
    world.settle()
    request(world)
    world.step("rebuild")
    slow = InterruptedEngine(index._database)

    def overtake() -> None:
        clock.advance(LEASE_MS)
        world.settle()
        request(world)
        world.step("rebuild")

    slow.interruption = overtake
    with_engine(world, slow).step("rebuild")
    assert (world.state().building, world.state().cursor) == (3, 0)
    world.settle()
    check_world(world)


def test_a_page_read_before_a_property_changed_does_not_hide_the_change_in_the_new_index(
    world: World, index: Engine
) -> None:
    assert isinstance(index, EmbeddedEngine)
    shoe = {"name": "shoe", "groupName": "contactinformation", "type": "string", "label": "Shoe", "fieldType": "text"}
    world.api.post("/properties/v1/contacts/properties", shoe)
    vid = world.api.create(shoe="42")
    world.settle()
    request(world)
    world.step("rebuild")
    slow = InterruptedEngine(index._database)

    def change_type() -> None:
        body = {**shoe, "type": "number", "fieldType": "number"}
        world.api.put("/properties/v1/contacts/properties/named/shoe", body)
        world.step("drain")

    slow.interruption = change_type
    with_engine(world, slow).step("rebuild")
    world.settle()
    large = world.portal.create_list("Large", is_("shoe", "GT", 40))
    world.settle()
    assert world.members(large) == {vid}
    check_world(world)


@both_engines
def test_an_index_of_an_older_definition_is_built_anew_by_itself_and_fills_no_list_before(world: World) -> None:
    vids = [world.api.create(lifecyclestage="lead") for _ in range(3)]
    world.settle()
    older = {"1": DEFINITION - 1}
    world.runtime.database.transact(lambda session: engine_state.change_state(session, 1, definitions=older))
    list_id = world.portal.create_list("Leads", LEADS)
    world.settle()
    assert world.list_row(list_id).state == "INITIALIZING"
    tasks.look_over(world.runtime)
    world.settle()
    assert generations(world) == (2, None, 1)
    assert world.members(list_id) == set(vids)
    assert not rebuild.roll_back(world.runtime, world.portal_id)
    tasks.look_over(world.runtime)
    assert not world.step("rebuild")
    check_world(world)


@both_engines
def test_a_rebuild_that_an_older_definition_began_is_begun_anew(world: World) -> None:
    list_id = world.portal.create_list("Leads", LEADS)
    vids = [world.api.create(lifecyclestage="lead") for _ in range(3)]
    world.settle()
    request(world)
    world.step("rebuild")
    world.step("rebuild")
    older = {"1": DEFINITION, "2": DEFINITION - 1}
    world.runtime.database.transact(lambda session: engine_state.change_state(session, 1, definitions=older))
    tasks.look_over(world.runtime)
    world.settle()
    assert generations(world) == (3, None, 1)
    assert world.members(list_id) == set(vids)
    check_world(world)


@pytest.mark.parametrize("filled", [True, False], ids=["the page", "the drain"])
def test_a_document_that_only_the_new_index_refuses_ends_the_rebuild_and_not_the_drain(
    world: World, index: Engine, filled: bool
) -> None:
    assert isinstance(index, EmbeddedEngine)
    vids = [world.api.create(lifecyclestage="lead") for _ in range(3)]
    world.settle()
    picky = RefusingEngine(index._database, above=1)
    picky.refused = {vids[2]}
    strict = with_engine(world, picky)
    request(strict)
    strict.step("rebuild")
    if filled:
        strict.step("rebuild")
        strict.step("rebuild")
    else:
        world.api.update(vids[2], lifecyclestage="customer")
        strict.step("drain")
    assert generations(world) == (1, None, None)
    assert world.dirty() == {}
    check_world(world)
    with pytest.raises(IndexLost):
        world.indexed(2)


def begin_over_three(world: World) -> list[int]:
    """Make three contacts, begin a rebuild over them, change the last one and return their vids."""
    vids = [world.api.create(lifecyclestage="lead") for _ in range(3)]
    world.settle()
    request(world)
    world.step("rebuild")
    world.api.update(vids[2], lifecyclestage="customer")
    return vids


def test_a_new_index_that_fails_alone_is_begun_anew_and_the_drain_goes_on(world: World, index: Engine) -> None:
    assert isinstance(index, EmbeddedEngine)
    list_id = world.portal.create_list("Leads", LEADS)
    vids = begin_over_three(world)
    with_engine(world, FailingEngine(index._database, generation=2)).step("drain")
    assert (generations(world), world.dirty()) == ((1, None, None), {})
    assert world.members(list_id) == {vids[0], vids[1]}
    world.settle()
    assert generations(world) == (3, None, 1)
    check_world(world)


def test_a_new_index_that_fails_as_it_is_promoted_keeps_what_it_missed_waiting(
    world: World, index: Engine, clock: MovableClock
) -> None:
    assert isinstance(index, EmbeddedEngine)
    vids = begin_over_three(world)

    def promote() -> None:
        while world.step("rebuild"):
            pass

    with_engine(world, FailingEngine(index._database, 2, promote)).step("drain")
    assert generations(world) == (2, None, 1)
    assert set(world.dirty()) == {vids[2]}
    clock.advance(drain.BACK_OFF_MS)
    world.settle()
    check_world(world)


@pytest.mark.parametrize("filled", [True, False], ids=["the page", "the drain"])
def test_a_new_index_that_refuses_a_document_as_it_is_promoted_is_not_removed_under_its_readers(
    world: World, index: Engine, clock: MovableClock, filled: bool
) -> None:
    assert isinstance(index, EmbeddedEngine)
    list_id = world.portal.create_list("Customers", is_("lifecyclestage", "EQ", "customer"))
    vids = begin_over_three(world)

    def promote() -> None:
        clock.advance(LEASE_MS)
        while world.step("rebuild"):
            pass

    picky = RefusingEngine(index._database, 1, promote)
    picky.refused = {vids[2]}
    if filled:
        world.step("drain")
        world.step("rebuild")
    with_engine(world, picky).step("rebuild" if filled else "drain")
    assert generations(world) == (2, None, 1)
    assert set(world.dirty()) == {vids[2]}
    assert world.members(list_id) == {vids[2]}
    clock.advance(marks.LONGEST_DELAY_MS)
    world.settle()
    check_world(world)


def test_an_index_whose_maker_died_before_it_was_named_is_removed(world: World) -> None:
    state, database = world.state(), world.runtime.database
    left = database.transact(lambda session: engine_state.number_generation(session, state.portal_id))
    world.runtime.engine.create(state.portal_id, left, world.read(lambda session: load_catalogue(session, 1)))
    request(world)
    world.settle()
    assert generations(world) == (3, None, 1)
    with pytest.raises(IndexLost):
        world.indexed(left)


def test_an_index_of_a_newer_release_is_read_and_left_to_it(world: World, clock: MovableClock) -> None:
    known = world.api.create(firstname="Ada")
    world.settle()
    newer = {"definitions": {"1": DEFINITION + 1}}
    world.runtime.database.transact(lambda session: engine_state.change_state(session, world.portal_id, **newer))
    rebuild.check_indexes(world.runtime, world.portal_id)
    late = world.api.create(firstname="Ada")
    assert not world.step("drain")
    assert set(world.dirty()) == {late}
    assert world.portal.found("ada") == [known]
    request(world)
    clock.advance(drain.BACK_OFF_MS)
    world.settle()
    assert generations(world) == (2, None, None)
    check_world(world)
