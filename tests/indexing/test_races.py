"""Schedules that once lost or invented a member, a feed row or a piece of work, each played step by step."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indexer.engines.base import Engine
from indexer.engines.embedded import EmbeddedEngine
from indexer.imports.run import work_page
from queries.catalogue import Definition, PropertyType
from records import identities, imports, list_work, marks, session
from records.deletes import delete_contact
from records.errors import ContactExists
from records.identities import EmailClaim
from records.marks import Urgency
from records.session import Database
from records.writes import Change, Source, lock_contacts, write_contacts
from tests.indexer.people import person, with_property
from tests.indexing.conftest import POSTGRESQL
from tests.indexing.engines import InterruptedEngine, with_engine
from tests.indexing.world import World, check_world
from tests.support.clock import MovableClock
from tests.support.people import is_
from tests.support.wait import wait_until

LEADS = is_("lifecyclestage", "EQ", "lead")
CUSTOMERS = is_("lifecyclestage", "EQ", "customer")
STAGES = with_property(Definition("lifecyclestage", PropertyType.ENUMERATION))


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


def static_leads(world: World) -> int:
    """Save a static list of leads, to be filled."""
    return world.portal.create_list("Leads", LEADS, dynamic=False)


def test_a_static_list_takes_a_survivor_in_once_although_both_its_records_are_still_indexed(
    world: World, clock: MovableClock
) -> None:
    survivor, merged = (world.api.create(lifecyclestage="lead") for _ in range(2))
    world.settle()
    list_id = static_leads(world)
    clock.advance()
    world.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": merged})
    world.step("lists")
    world.settle()
    assert world.members(list_id) == {survivor}
    check_world(world)


def test_a_static_list_is_filled_by_what_was_written_before_it_was_saved(world: World) -> None:
    late, former = world.api.create(lifecyclestage="customer"), world.api.create(lifecyclestage="lead")
    world.settle()
    world.api.update(late, lifecyclestage="lead")
    world.api.update(former, lifecyclestage="customer")
    list_id = static_leads(world)
    assert not world.step("lists")
    world.settle()
    assert world.members(list_id) == {late}
    check_world(world)


def test_a_static_list_does_not_take_in_who_has_changed_since_the_scan(world: World, clock: MovableClock) -> None:
    stays, changes = (world.api.create(lifecyclestage="lead") for _ in range(2))
    world.settle()
    list_id = static_leads(world)
    clock.advance()
    world.api.update(changes, lifecyclestage="customer")
    world.step("lists")
    assert world.members(list_id) == {stays}


def test_a_contact_that_only_the_index_knows_does_not_keep_the_drain_busy(world: World) -> None:
    known = world.api.create(lifecyclestage="lead")
    world.settle()
    world.runtime.engine.index(world.portal_id, [1], [person(known + 1, catalogue=STAGES, lifecyclestage="lead")])
    list_id = world.portal.create_list("Leads", LEADS)
    for _ in range(10):
        world.step("lists")
        world.step("drain")
    assert not world.dirty()
    assert world.members(list_id) == {known}
    assert world.list_row(list_id).state == "DONE"


def test_a_list_that_finds_the_index_lost_has_it_built_again(world: World) -> None:
    vid = world.api.create(lifecyclestage="lead")
    world.settle()
    world.runtime.engine.drop(world.portal_id, 1)
    list_id = world.portal.create_list("Leads", LEADS)
    assert not world.step("lists")
    world.settle()
    assert world.members(list_id) == {vid}
    check_world(world)


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
@pytest.mark.parametrize("parting", ["deleted", "renamed"])
def test_an_email_whose_contact_parts_with_it_meanwhile_makes_a_new_one(world: World, parting: str) -> None:
    vid = world.api.create(email="a@x.example")
    answers = []

    def upsert() -> None:
        path = "/contacts/v1/contact/createOrUpdate/email/a@x.example"
        answers.append(world.api.post(path, {"properties": [{"property": "city", "value": "Rome"}]}))

    with world.runtime.database.write() as session:
        if parting == "deleted":
            delete_contact(session, world.portal_id, vid)
        else:
            contact = lock_contacts(session, world.portal_id, [vid])[vid]
            write_contacts(session, world.portal_id, [Change(contact, {"email": "b@x.example"}, Source("API"))])
        with meanwhile(upsert, world.runtime.database):
            session.commit()
    [answer] = answers
    assert answer["isNew"] and answer["vid"] != vid
    assert world.api.value(answer["vid"], "email") == "a@x.example"
    world.settle()
    check_world(world)


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
def test_a_row_of_an_import_goes_to_nobody_who_parted_with_its_email_meanwhile(world: World) -> None:
    vid = world.api.create(email="a@x.example")
    database = world.runtime.database
    import_id = database.transact(
        lambda session: imports.begin_import(session, world.portal_id, "people.csv", ["email", "city"])
    )
    rows = [[(2, ["a@x.example", "Rome"], "")]]
    database.transact(lambda session: imports.store_pages(session, world.portal_id, import_id, rows))
    database.transact(lambda session: imports.end_receiving(session, world.portal_id, import_id))
    with database.write() as session:
        contact = lock_contacts(session, world.portal_id, [vid])[vid]
        write_contacts(session, world.portal_id, [Change(contact, {"email": "b@x.example"}, Source("API"))])
        with meanwhile(lambda: work_page(database, world.portal_id), database):
            session.commit()
    with database.read() as session:
        [told] = imports.read_outcomes(session, imports.get_import(session, world.portal_id, import_id), 0)
    assert told[1] == "created" and told[2] != vid
    assert world.api.value(vid, "city") is None
    world.settle()
    check_world(world)


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
def test_a_drain_and_a_sweep_over_the_same_contacts_do_not_wait_for_each_other(
    world: World, index: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(index, EmbeddedEngine)
    monkeypatch.setattr(session, "ATTEMPTS", 1)
    vids = [world.api.create(lifecyclestage="lead") for _ in range(2)]
    world.settle()
    for vid in vids:
        world.api.update(vid, city="Rome")
    database, begun, sweeps = world.runtime.database, threading.Event(), list[Future[None]]()

    def mark(session: Session, vid: int) -> None:
        marks.mark(session, world.portal_id, {vid: ("city",)}, Urgency.NOW)

    def sweep(session: Session) -> None:
        mark(session, vids[0])
        begun.set()
        wait_until(lambda: _waits(database))
        mark(session, vids[1])

    def begin_sweep() -> None:
        database.transact(lambda session: mark(session, vids[0]))
        sweeps.append(threads.submit(database.transact, sweep))
        begun.wait(10)

    slow = InterruptedEngine(index._database)
    slow.interruption = begin_sweep
    with ThreadPoolExecutor() as threads:
        assert with_engine(world, slow).step("drain")
        sweeps[0].result(10)
    world.settle()
    check_world(world)


@pytest.mark.parametrize("set_up", [POSTGRESQL], indirect=True)
def test_two_batches_of_the_same_new_emails_in_opposite_orders_do_not_wait_for_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "ATTEMPTS", 1)
    database, first, second = world.runtime.database, "a@mill.example", "b@mill.example"
    mine, theirs = (world.api.create(city="Rome") for _ in range(2))

    def take(session: Session, vid: int, *emails: str) -> None:
        identities.claim_addresses(session, world.portal_id, [EmailClaim(vid, email, 0) for email in emails])

    def take_both() -> None:
        with pytest.raises(ContactExists):
            database.transact(lambda session: take(session, theirs, second, first))

    with database.write() as transaction:
        take(transaction, mine, first)
        with meanwhile(take_both, database):
            take(transaction, mine, second)
            transaction.commit()
