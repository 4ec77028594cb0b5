"""A search engine that fails in every way it can: writes and reads by id go on, and everything arrives afterwards."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
import urllib3

from indexer.drain import BACK_OFF_MS
from indexer.engines.elastic import ElasticEngine
from service.app import create_app
from tests.indexer.relay import Answer, Relay, Sent, pass_on, relay_to
from tests.indexing.conftest import SERVER, clock, index, records_url, sqlite_records, world
from tests.indexing.world import World, check_world
from tests.support.clock import MovableClock
from tests.support.people import is_

__all__ = ["clock", "index", "records_url", "sqlite_records", "world"]

SEARCH_SECONDS = 2.0
"""Within this a search says that the engine is down."""

LEADS = is_("lifecyclestage", "EQ", "lead")


@pytest.fixture(params=[SERVER])
def set_up(request: pytest.FixtureRequest) -> str:
    """The set-up with an engine of its own."""
    name: str = request.param
    return name


@pytest.fixture
def relay(engine_url: str) -> Iterator[Relay]:
    """What stands between the service and the engine."""
    with relay_to(engine_url) as relay:
        yield relay


@pytest.fixture
def far(world: World, relay: Relay, index: ElasticEngine) -> Iterator[World]:
    """The world, whose engine is reached through the relay."""
    engine = ElasticEngine(relay.url, index._prefix)
    runtime = replace(world.runtime, engine=engine)
    yield replace(world, app=create_app(runtime), runtime=runtime)
    engine.close()


def says(status: int) -> Callable[[Sent], Answer | None]:
    """Answer every request with a status."""
    return lambda sent: Answer(status, {"error": {"type": "trouble", "reason": "so it is"}, "status": status})


def fails_items(sent: Sent) -> Answer | None:
    """Answer bulks as an engine does that takes none of their items for now, and other requests with 503."""
    if not sent.path.endswith("/_bulk"):
        return says(503)(sent)
    error = {"type": "es_rejected_execution_exception", "reason": "queue full"}
    actions = [line for line in sent.lines() if len(line) == 1 and line.keys() <= {"index", "delete"}]
    items = [{name: {"status": 429, "error": error} for name in action} for action in actions]
    return Answer(200, {"took": 1, "errors": True, "items": items})


FAULTS: dict[str, Callable[[Sent], Answer | None]] = {
    "answers 429": says(429),
    "answers 503": says(503),
    "answers 500": says(500),
    "answers 502 of a proxy": says(502),
    "takes no item of a bulk": fails_items,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_while_the_engine_fails_writes_and_reads_go_on_and_all_arrives_when_it_is_back(
    far: World, relay: Relay, clock: MovableClock, fault: Callable[[Sent], Answer | None]
) -> None:
    list_id = far.portal.create_list("Leads", LEADS)
    known = far.api.create(firstname="Ada", lifecyclestage="lead")
    far.settle()
    relay.answer = fault
    late = far.api.create(firstname="Ada", lifecyclestage="lead")
    far.api.update(known, lifecyclestage="customer")
    new_list = far.portal.create_list("Customers", is_("lifecyclestage", "EQ", "customer"))
    far.settle()
    assert far.api.value(late, "firstname") == "Ada"
    assert_search_says_so(far)
    relay.answer = pass_on
    clock.advance(60 * BACK_OFF_MS)
    far.settle()
    assert (far.members(list_id), far.members(new_list)) == ({late}, {known})
    assert set(far.portal.found("ada")) == {known, late}
    check_world(far)


def test_a_search_does_not_wait_for_an_engine_that_hangs(far: World, relay: Relay) -> None:
    far.portal.found("warm")
    over = Event()

    def hang(sent: Sent) -> Answer | None:
        over.wait(10)
        return says(503)(sent)

    relay.answer = hang
    try:
        assert_search_says_so(far)
    finally:
        over.set()
        relay.answer = pass_on


@pytest.mark.parametrize("pattern", ["contacts", "*"], ids=["its contacts", "all data"])
def test_an_engine_that_has_lost_its_indexes_gets_them_again(
    far: World, index: ElasticEngine, engine_url: str, clock: MovableClock, pattern: str
) -> None:
    list_id = far.portal.create_list("Leads", LEADS)
    known = far.api.create(firstname="Ada", lifecyclestage="lead")
    far.settle()
    names = urllib3.request("GET", f"{engine_url}/_cat/indices/{index._prefix}*?format=json").json()
    lost = [row["index"] for row in names if pattern == "*" or pattern in row["index"].removeprefix(index._prefix)]
    for name in lost:
        urllib3.request("DELETE", f"{engine_url}/{name}")
    late = far.api.create(firstname="Ada", lifecyclestage="lead")
    for _ in range(3):
        far.settle()
        clock.advance(60 * BACK_OFF_MS)
    assert lost and far.members(list_id) == {known, late}
    assert set(far.portal.found("ada")) == {known, late}
    check_world(far)


def assert_search_says_so(world: World) -> None:
    """Assert that a search answers 503 in words, and soon."""
    start = time.monotonic()
    answer: Any = world.api.raw("GET", "/contacts/v1/search/query?q=ada")
    assert answer.status_code == 503 and answer.get_json()["message"]
    assert time.monotonic() - start < SEARCH_SECONDS + 1.0
