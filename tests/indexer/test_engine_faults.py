"""What the engine on a server makes of its faults, half answers and versions."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from indexer.engines.base import Asked, ListQuery, SearchRequest
from indexer.engines.client import Server, identify
from indexer.engines.elastic import ElasticEngine
from indexer.errors import EngineUnavailable, PartialAnswer, UnsupportedEngine
from queries.moments import Moment
from queries.nodes import And
from queries.search import parse_search
from tests.indexer.people import CATALOGUE, PROPERTIES, person
from tests.indexer.relay import Answer, Relay, Sent, relay_to

PORTAL = 1
ANYONE = And(())
AT = Moment(0)
ANY_CHANGE = Asked(frozenset({"*"}), PROPERTIES)
ASK_ADA = SearchRequest(parse_search("ada"), 0, 10)
OPENSEARCH_3 = {"version": {"distribution": "opensearch", "number": "3.4.0"}}
ADA = person(1, firstname="Ada")
ALAN = person(2, firstname="Alan")


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 503])
def test_everyone_backs_off_from_a_server_in_trouble(relayed: ElasticEngine, relay: Relay, status: int) -> None:
    relay.answer = lambda sent: Answer(status, {"error": {"type": "trouble", "reason": "too much"}})
    uses: list[Callable[[], object]] = [
        lambda: relayed.search(PORTAL, 1, ASK_ADA),
        lambda: relayed.index(PORTAL, [1], [ADA]),
        lambda: relayed.register(PORTAL, [1], [ListQuery(1, 1, ANYONE, frozenset())]),
        lambda: relayed.propose(PORTAL, 1, [ADA], ANY_CHANGE),
        relayed.describe,
    ]
    for use in uses:
        with pytest.raises(EngineUnavailable, match="too much"):
            use()


@pytest.mark.parametrize(("status", "error"), [(429, EngineUnavailable), (503, EngineUnavailable)])
def test_one_item_in_trouble_fails_its_bulk(
    relayed: ElasticEngine, relay: Relay, status: int, error: type[Exception]
) -> None:
    item = {"index": {"status": status, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}}
    relay.answer = lambda sent: Answer(200, {"items": [{"index": {"status": 201}}, item]})
    with pytest.raises(error):
        relayed.index(PORTAL, [1], [ADA, ALAN])


def test_a_bulk_answer_with_items_missing_is_partial(relayed: ElasticEngine, relay: Relay) -> None:
    relay.answer = lambda sent: Answer(200, {"items": [{"index": {"status": 201}}]})
    with pytest.raises(PartialAnswer):
        relayed.index(PORTAL, [1], [ADA, ALAN])


def whole(**changes: Any) -> dict[str, Any]:
    """Return a search answer with the sentinel alone, changed at will."""
    sentinel = {"sort": [0], "fields": {"_percolator_document_slot": [0, 1]}}
    return {
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "failed": 0},
        "hits": {"total": {"value": 1, "relation": "eq"}, "hits": [sentinel]},
        "aggregations": {"lists": {"buckets": [{"key": 0, "doc_count": 1}]}},
        **changes,
    }


PARTIAL = {
    "timed out": whole(timed_out=True),
    "a failed shard": whole(_shards={"total": 2, "successful": 1, "failed": 1}),
    "fewer hits than counted": whole(hits={"total": {"value": 2, "relation": "eq"}, "hits": whole()["hits"]["hits"]}),
    "no sentinel": whole(hits={"total": {"value": 0}, "hits": []}, aggregations={"lists": {"buckets": []}}),
}


@pytest.mark.parametrize("people", [[ADA], [ADA, ALAN]], ids=["one", "many"])
@pytest.mark.parametrize("answer", PARTIAL.values(), ids=PARTIAL)
def test_a_percolation_that_is_not_whole_is_no_answer(
    relayed: ElasticEngine, relay: Relay, answer: dict[str, Any], people: list[dict[str, Any]]
) -> None:
    relay.answer = lambda sent: Answer(200, answer)
    with pytest.raises(PartialAnswer):
        relayed.propose(PORTAL, 1, people, ANY_CHANGE)


def test_a_sentinel_that_misses_a_document_is_no_answer(relayed: ElasticEngine, relay: Relay) -> None:
    hits = {"total": {"value": 1}, "hits": [{"sort": [0], "fields": {"_percolator_document_slot": [0]}}]}
    relay.answer = lambda sent: Answer(200, whole(hits=hits))
    with pytest.raises(PartialAnswer):
        relayed.propose(PORTAL, 1, [ADA, ALAN], ANY_CHANGE)


@pytest.mark.parametrize("answer", [PARTIAL["timed out"], PARTIAL["a failed shard"]])
def test_a_search_or_scan_that_is_not_whole_is_no_answer(
    relayed: ElasticEngine, relay: Relay, answer: dict[str, Any]
) -> None:
    relay.answer = lambda sent: Answer(200, answer)
    with pytest.raises(PartialAnswer):
        relayed.search(PORTAL, 1, ASK_ADA)
    with pytest.raises(PartialAnswer):
        relayed.scan(PORTAL, 1, ANYONE, AT, 0, 10)


def test_an_engine_that_comes_up_later_is_used_then(relay: Relay, prefix: str) -> None:
    engine = ElasticEngine(relay.url, prefix)
    relay.answer = lambda sent: Answer(503, {})
    with pytest.raises(EngineUnavailable):
        engine.create(PORTAL, 1, CATALOGUE)
    relay.answer = lambda sent: None
    assert len(engine.create(PORTAL, 1, CATALOGUE)) == 2
    engine.close()


def test_a_closed_engine_may_be_used_again(ready: ElasticEngine) -> None:
    ready.close()
    assert ready.search(PORTAL, 1, ASK_ADA).vids == []


def test_a_server_that_refuses_connections_is_unavailable_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        engine = ElasticEngine(f"http://127.0.0.1:{unused.getsockname()[1]}", "test")
        with pytest.raises(EngineUnavailable):
            engine.search(PORTAL, 1, ASK_ADA)


def test_a_server_that_falls_silent_fails_a_search_within_two_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = ElasticEngine(f"http://127.0.0.1:{silent.getsockname()[1]}", "test")
        began = time.perf_counter()
        with pytest.raises(EngineUnavailable):
            engine.search(PORTAL, 1, ASK_ADA)
        assert time.perf_counter() - began < 2.0


def test_a_wrong_address_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="host"):
        ElasticEngine("elastic", "test")


@pytest.mark.parametrize(
    ("info", "media_type"),
    [
        ({"version": {"number": "9.2.1"}}, "application/vnd.elasticsearch+json; compatible-with=9"),
        ({"version": {"number": "8.19.0"}}, "application/vnd.elasticsearch+json; compatible-with=8"),
        ({"version": {"number": "7.17.29"}}, "application/json"),
        (OPENSEARCH_3, "application/json"),
        ({"version": {"distribution": "opensearch", "number": "2.19.1"}}, "application/json"),
    ],
)
def test_each_server_is_spoken_to_in_its_own_media_types(info: dict[str, Any], media_type: str) -> None:
    product = {} if media_type == "application/json" else {"x-elastic-product": "Elasticsearch"}

    def answer(sent: Sent) -> Answer:
        value = {"/": info, "/test-1-contacts-g1/_bulk": {"items": [{"index": {"status": 201}}]}}
        return Answer(200, value.get(sent.path, whole(hits={"total": {"value": 0}, "hits": []})), product)

    with relay_to("http://nowhere.invalid") as relay:
        relay.answer = answer
        engine = ElasticEngine(relay.url, "test")
        assert engine.search(PORTAL, 1, ASK_ADA).vids == []
        engine.index(PORTAL, [1], [ADA])
        engine.close()
    *_, search, bulk = relay.sent
    assert (search.headers["accept"], search.headers["content-type"]) == (media_type, media_type)
    assert bulk.headers["accept"] == media_type
    assert bulk.headers["content-type"] == media_type.replace("json", "x-ndjson")


@pytest.mark.parametrize(
    "info",
    [
        {"version": {"number": "6.8.23"}},
        {"version": {"number": "7.10.2"}},
        {"version": {"number": "7.16.3"}},
        {"version": {"number": "10.0.0"}},
        {"version": {"distribution": "opensearch", "number": "1.3.20"}},
        {"version": {"distribution": "opensearch", "number": "7.10.2"}},
        {"version": {"number": "many"}},
        {"version": "9"},
        {},
        "<html>",
        None,
    ],
)
def test_any_other_server_is_refused_in_words(info: object) -> None:
    with pytest.raises(UnsupportedEngine, match=r"not supported: run Elasticsearch 7.17, 8 or 9, or OpenSearch 2 or 3"):
        identify(info).node_class()


def test_a_server_is_shown_as_product_and_version() -> None:
    assert str(identify(OPENSEARCH_3)) == str(Server("OpenSearch", "3.4.0")) == "OpenSearch 3.4.0"
