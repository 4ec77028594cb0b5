"""Who waits for whom among jobs: a join waits for a page of a rebuild or a batch of another portal's import at most."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from indexer import jobs, rebuild
from indexer.decide import CHUNK
from indexer.jobs import FairWorker, RedisJobs
from indexer.runtime import KINDS, Kind
from records import marks
from records.marks import Urgency
from tests.indexing.conftest import SQLITE
from tests.indexing.world import World
from tests.support.people import is_

pytestmark = pytest.mark.parametrize("set_up", [SQLITE], indirect=True)


@pytest.fixture
def queues(world: World, redis_url: str) -> Iterator[RedisJobs]:
    """Real queues, whose jobs the test runs itself in this process."""
    opened = RedisJobs(redis_url, "turns")
    jobs.prepare(replace(world.runtime, jobs=opened), opened)
    yield opened
    opened.close()


def next_job(queues: RedisJobs) -> tuple[Kind, int] | None:
    """Return what a worker would do next, without doing it."""
    waiting = (queues.queue(kind).jobs for kind in KINDS)
    first = next((found[0] for found in waiting if found), None)
    return None if first is None else (first.args[0], first.args[1])


def import_contacts(world: World, count: int) -> None:
    """Write contacts as an import does: less urgent than a person's own write."""
    world.runtime.database.transact(
        lambda session: marks.mark(
            session, world.portal_id, {vid: ("*",) for vid in range(1, count + 1)}, Urgency.IMPORT
        )
    )


def test_an_import_in_one_portal_does_not_starve_the_joins_of_another(world: World, queues: RedisJobs) -> None:
    import_contacts(world, 5 * CHUNK)
    stranger = world.second_portal()
    stranger.create(lifecyclestage="lead")
    queues.wake("drain", stranger.portal_id)
    jobs.run("drain", world.portal_id)
    assert len(world.dirty()) == 4 * CHUNK
    assert next_job(queues) == ("drain", stranger.portal_id)


def test_a_person_is_served_before_the_import_of_the_same_portal(world: World) -> None:
    import_contacts(world, 2 * CHUNK)
    vid = 5 * CHUNK
    world.runtime.database.transact(lambda session: marks.mark(session, world.portal_id, {vid: ("*",)}, Urgency.NOW))
    world.step("drain")
    assert vid not in world.dirty()


def test_a_rebuild_gives_way_to_a_join_after_one_page(
    world: World, queues: RedisJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "PAGE", 2)
    for _ in range(10):
        world.api.create(lifecyclestage="lead")
    world.settle()
    rebuild.request(world.runtime, world.portal_id)
    world.step("rebuild")
    world.api.create(lifecyclestage="lead")
    queues.wake("drain", world.portal_id)
    jobs.run("rebuild", world.portal_id)
    assert world.state().cursor == 2
    assert next_job(queues) == ("drain", world.portal_id)


def test_a_list_fills_although_writes_keep_coming(world: World, queues: RedisJobs) -> None:
    list_id = world.portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    for stranger in range(world.portal_id + 1, world.portal_id + 9):
        queues.wake("drain", stranger)
    for kind in ("verify", "rebuild", "lists"):
        queues.wake(kind, world.portal_id)
    worker = FairWorker([queues.queue(kind) for kind in KINDS], connection=queues.redis, serializer="json")
    worker.work(burst=True, max_jobs=4, logging_level="WARNING")
    assert world.list_row(list_id).registered > 0
    assert queues.queue("drain").count == 6


def test_what_is_written_while_a_worker_gathers_wakes_nobody_and_is_taken_along(
    world: World, queues: RedisJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.run("drain", world.portal_id)
    monkeypatch.setattr(jobs, "GATHER_SECONDS", 60.0)
    queues.wake("drain", world.portal_id)
    queues.redis.delete(queues.queue("drain").key)
    with ThreadPoolExecutor(1) as pool:
        drained = pool.submit(jobs.run, "drain", world.portal_id)
        world.api.create(lifecyclestage="lead")
        queues.wake("drain", world.portal_id)
        assert next_job(queues) is None
        jobs._Worker.stopping.set()
        drained.result()
    assert world.dirty() == {}


def test_portals_where_a_person_waits_come_before_those_that_import(world: World) -> None:
    import_contacts(world, 3)
    stranger = world.second_portal()
    stranger.create(lifecyclestage="lead")
    assert world.read(marks.due_portals) == [stranger.portal_id, world.portal_id]
