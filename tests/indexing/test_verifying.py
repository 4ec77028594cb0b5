"""Verification finds what is not as the records say, has it repaired by marks, and counts it."""

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from indexer import verify
from queries.catalogue import Definition, PropertyType
from records import verification
from records.models import Membership, Verification
from records.verification import PAUSE_MS, REST_MS
from tests.indexer.people import person, with_property
from tests.indexing.conftest import SERVER, SQLITE
from tests.indexing.world import World, check_world
from tests.support.clock import MovableClock
from tests.support.people import is_

LEADS = is_("lifecyclestage", "EQ", "lead")
STAGES = with_property(Definition("lifecyclestage", PropertyType.ENUMERATION))

both_engines = pytest.mark.parametrize("set_up", [SQLITE, SERVER], indirect=True)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two contacts, so that a few contacts make several steps."""
    monkeypatch.setattr(verify, "PAGE", 2)


def settled_leads(world: World, count: int) -> tuple[int, list[int]]:
    """Return a list of leads and its members, with everything worked off."""
    list_id = world.portal.create_list("Leads", LEADS)
    vids = [world.api.create(lifecyclestage="lead") for _ in range(count)]
    world.settle()
    return list_id, vids


def verify_all(world: World, clock: MovableClock) -> None:
    """Let a whole pass go by, as time does."""
    world.runtime.database.transact(lambda session: verification.begin_now(session, world.portal_id))
    while found(world).verified_at is None:
        world.settle()
        clock.advance(PAUSE_MS)


def found(world: World) -> Verification:
    """Return what verification has noted."""
    return world.read(lambda session: verification.find(session, world.portal_id))


def counts(world: World) -> tuple[int, int]:
    """Return how many differences were found and repaired."""
    row = found(world)
    return row.drift_found, row.drift_repaired


def test_a_portal_in_order_is_gone_through_once_an_hour(world: World, clock: MovableClock) -> None:
    settled_leads(world, 5)
    assert not world.runtime.database.transact(verification.due_portals)
    clock.advance(REST_MS)
    cursors, before = [], found(world).verified_at
    while found(world).verified_at == before:
        world.settle()
        cursors.append(found(world).cursor)
        clock.advance(PAUSE_MS)
    assert cursors == [2, 4, 0]
    assert counts(world) == (0, 0)
    assert not world.runtime.database.transact(verification.due_portals)


def test_a_member_lost_and_one_invented_are_found_and_repaired_with_their_feed(
    world: World, clock: MovableClock
) -> None:
    list_id, vids = settled_leads(world, 5)
    customer = world.api.create(lifecyclestage="customer")
    world.settle()
    invented = {"portal_id": 1, "list_id": list_id, "vid": customer, "added_at": 1, "revision": 1}

    def tamper(session: Session) -> None:
        session.execute(delete(Membership).where(Membership.portal_id == 1, Membership.vid == vids[3]))
        session.execute(insert(Membership).values(**invented))

    world.runtime.database.transact(tamper)
    verify_all(world, clock)
    assert world.members(list_id) == set(vids)
    assert counts(world) == (2, 2)
    row = world.list_row(list_id)
    assert (row.drift_found, row.drift_repaired, row.verified_at) == (2, 2, found(world).verified_at)
    assert [(event.type, event.vid) for event in world.feed()[-2:]] == [("JOIN", vids[3]), ("LEAVE", customer)]


@both_engines
def test_documents_lost_stale_and_left_over_are_found_and_repaired(world: World, clock: MovableClock) -> None:
    _, vids = settled_leads(world, 5)
    engine = world.runtime.engine
    versions = world.indexed(1)
    engine.delete(world.portal_id, [1], {vids[1]: versions[vids[1]]})
    world.runtime.database.transact(lambda session: verification.begin_now(session, world.portal_id))
    stranger = person(vids[-1] + 7, catalogue=STAGES, lifecyclestage="lead")
    engine.index(world.portal_id, [1], [stranger])
    verify_all(world, clock)
    assert counts(world) == (2, 2)
    check_world(world)


def test_what_waits_for_the_indexer_anyway_is_no_difference(world: World, clock: MovableClock) -> None:
    _, vids = settled_leads(world, 3)
    world.api.update(vids[1], lifecyclestage="customer")
    assert world.step("verify")
    assert counts(world) == (0, 0)
    world.settle()
    check_world(world)


def test_a_list_that_is_being_filled_is_left_alone(world: World, clock: MovableClock) -> None:
    for _ in range(3):
        world.api.create(lifecyclestage="lead")
    world.settle()
    world.portal.create_list("Leads", LEADS)
    world.step("verify")
    assert counts(world) == (0, 0)


def test_two_processes_do_not_compare_the_same_page(world: World) -> None:
    settled_leads(world, 3)
    assert world.runtime.database.transact(lambda session: verification.lease(session, world.portal_id))
    assert not world.step("verify")
