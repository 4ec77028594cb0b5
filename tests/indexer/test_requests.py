"""Holds every request that is sent to what Elasticsearch 7.17, 8 and 9 and OpenSearch 2 and 3 all understand.

The tables below were read off the five products' own API specifications. A new request, parameter or key
fails here until it has been looked up for all of them and entered.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from indexer.engines.base import Asked, Engine, ListQuery, Question, SearchRequest, Sort
from indexer.engines.elastic import ElasticEngine
from queries import mapping
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.moments import Moment
from queries.nodes import And, Not, Or, reads
from queries.parse import parse_filters
from queries.search import parse_search
from tests.indexer.people import CATALOGUE, PROPERTIES, person, with_property
from tests.indexer.relay import Sent, relay_to

Check = Callable[[Any], None]


def only(value: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    unknown = set(value) - set(allowed)
    assert not unknown, f"{where}: {sorted(unknown)} are not in the table"


def one_of(*allowed: Any) -> Check:
    def check(value: Any) -> None:
        assert value in allowed, f"{value!r} is not in the table: {allowed}"

    return check


def anything(value: Any) -> None:
    """Take any value: it is data."""


def keys(where: str, **checks: Check) -> Check:
    def check(value: Any) -> None:
        only(value, checks, where)
        for name, part in value.items():
            checks[name](part)

    return check


def each(check: Check) -> Check:
    def check_all(value: Any) -> None:
        for part in value.values() if isinstance(value, dict) else value:
            check(part)

    return check_all


def by_field(where: str, *parameters: str) -> Check:
    """Return the check of a clause about one field: the value itself, or an object of parameters."""

    def check(value: Any) -> None:
        ((field, asked),) = value.items()
        if isinstance(asked, dict):
            only(asked, parameters, f"{where} on {field}")

    return check


def query(value: Any) -> None:
    ((name, body),) = value.items()
    assert name in QUERIES, f"the query {name} is not in the table"
    QUERIES[name](body)


def one_or_more_queries(value: Any) -> None:
    assert isinstance(value, list)
    each(query)(value)


QUERIES: dict[str, Check] = {
    "match_all": keys("match_all"),
    "match_none": keys("match_none"),
    "term": by_field("term"),
    "terms": by_field("terms"),
    "range": by_field("range", "lt", "lte", "gt", "gte"),
    "prefix": by_field("prefix", "value"),
    "wildcard": by_field("wildcard", "value"),
    "fuzzy": by_field("fuzzy", "value", "fuzziness", "prefix_length", "transpositions", "rewrite"),
    "constant_score": keys("constant_score", filter=query, boost=anything),
    "dis_max": keys("dis_max", queries=one_or_more_queries, tie_breaker=anything),
    "bool": keys(
        "bool",
        must=one_or_more_queries,
        filter=one_or_more_queries,
        should=one_or_more_queries,
        must_not=one_or_more_queries,
        minimum_should_match=anything,
    ),
    "percolate": keys("percolate", field=anything, documents=anything),
}


def sort_order(value: Any) -> None:
    ((_, order),) = value.items()
    if isinstance(order, dict):
        only(order, ("order", "missing", "unmapped_type"), "sort")
    else:
        assert order in ("asc", "desc")


def field_mapping(value: Any) -> None:
    keys(
        "field",
        type=one_of(*FIELD_TYPES),
        doc_values=anything,
        enabled=one_of(False),
        properties=each(field_mapping),
    )(value)


FIELD_TYPES = ("boolean", "double", "keyword", "long", "object", "percolator")
MAPPING = keys("mapping", dynamic=one_of("strict"), properties=each(field_mapping))
SETTINGS = ("number_of_shards", "auto_expand_replicas", "refresh_interval", "mapping.total_fields.limit")
ALIAS_CHANGE = keys("alias change", index=anything, alias=anything)
TOP_HITS = keys("top_hits", size=anything, sort=each(sort_order), docvalue_fields=anything, _source=one_of(False))


def source(value: Any) -> None:
    if value is not False:
        only(value, ("excludes",), "_source")


def aggregation(value: Any) -> None:
    terms = keys("terms aggregation", field=anything, size=anything)
    keys("aggregation", terms=terms, filter=query, top_hits=TOP_HITS, aggregations=each(aggregation))(value)


SEARCH = keys(
    "search",
    query=query,
    sort=each(sort_order),
    from_=anything,
    size=anything,
    search_after=anything,
    track_total_hits=anything,
    _source=source,
    stored_fields=one_of("_none_"),
    docvalue_fields=each(keys("docvalue_fields", field=anything)),
    aggregations=each(aggregation),
)


def search(value: Any) -> None:
    SEARCH({"from_" if name == "from" else name: part for name, part in value.items()})


def nothing(value: Any) -> None:
    raise AssertionError(f"a body where none belongs: {value}")


@dataclass(frozen=True)
class Api:
    """A request that all products understand: its parameters in the address, and the check of its body."""

    method: str
    path: str
    parameters: tuple[str, ...] = ()
    body: Check = nothing


ITEM = keys("bulk item", _id=anything, version=anything, version_type=one_of("external_gte"))
STORED_QUERY = keys("stored query", query=query, list_id=anything, revision=anything, reads=anything, sentinel=anything)
APIS = (
    Api("GET", "/"),
    Api(
        "PUT",
        "/INDEX",
        body=keys(
            "create",
            aliases=each(keys("alias")),
            mappings=MAPPING,
            settings=keys("settings", index=keys("index", **dict.fromkeys(SETTINGS, anything))),
        ),
    ),
    Api("DELETE", "/INDEX", ("ignore_unavailable",)),
    Api("PUT", "/INDEX/_mapping", body=MAPPING),
    Api("GET", "/INDEX/_settings/index.uuid", ("ignore_unavailable",)),
    Api("POST", "/INDEX/_refresh"),
    Api("HEAD", "/_alias/INDEX"),
    Api(
        "POST",
        "/_aliases",
        body=keys("aliases", actions=each(keys("action", add=ALIAS_CHANGE, remove=ALIAS_CHANGE))),
    ),
    Api("PUT", "/INDEX/_bulk", ("require_alias", "filter_path"), keys("bulk", index=ITEM, delete=ITEM)),
    Api("POST", "/INDEX/_mget", ("_source",), keys("mget", ids=anything)),
    Api("POST", "/INDEX/_search", ("allow_partial_search_results", "request_cache"), search),
    Api("DELETE", "/INDEX/_doc/ID", ("version", "version_type", "refresh")),
)


def api_of(sent: Sent) -> Api:
    for api in APIS:
        pattern = re.escape(api.path).replace("INDEX", "[^/_][^/]*").replace("ID", "[^/]+")
        if sent.method == api.method and re.fullmatch(pattern, sent.path):
            return api
    raise AssertionError(f"{sent.method} {sent.path} is not in the table")


def check_request(sent: Sent) -> None:
    api = api_of(sent)
    only(sent.parameters, api.parameters, f"{sent.method} {sent.path}")
    lines = sent.lines()
    if sent.path.endswith("/_bulk") and "index" in lines[0]:
        each(STORED_QUERY)([line for line in lines[1::2] if mapping.LIST_ID in line])
        lines = lines[::2]
    for line in lines:
        api.body(line)


def every_filter() -> Or:
    """Return a tree with every operator on every kind of property that takes it."""
    asked = {
        "company": ("x;y", "EQ NEQ SET_ANY SET_NOT_ANY SET_ALL SET_EQ LT GTE CONTAINS DOESNT_CONTAIN"),
        "lastname": ("x;y", "STR_STARTS_WITH STR_ENDS_WITH IS_EMPTY IS_NOT_EMPTY"),
        "employees": ("3", "EQ NEQ SET_ANY LT LTE GT GTE"),
        "born": ("0", "EQ GT"),
        "seen": ("1", "SET_ANY LTE"),
        "vip": ("true", "EQ SET_ANY"),
        "stage": ("lead;customer", "EQ NEQ SET_ANY SET_NOT_ANY SET_ALL SET_EQ SET_NEQ"),
    }
    raw = [
        [{"property": name, "operator": operator, "value": value}]
        for name, (value, operators) in asked.items()
        for operator in operators.split()
    ]
    lists = [
        [{"filterFamily": "ListMembership", "operator": operator, "list": 5}] for operator in ("IN_LIST", "NOT_IN_LIST")
    ]
    return parse_filters(raw + lists, FilterContext(CATALOGUE, {5: False}))


def texts_and_orders() -> list[SearchRequest]:
    """Return searches of every shape."""
    typed = ("ada", "grace.hopper@navy.mil", "charlotte analyticla", "+44 1908 640404", "")
    orders = (None, Sort("s.lastname", True), Sort("vid", False))
    return [SearchRequest(parse_search(q), 0, 5, order) for q in typed for order in orders]


def uses(engine: Engine) -> dict[str, Callable[[], object]]:
    """Return a use of every method of an engine, in an order in which they work."""
    tree = And((every_filter(), Not(Or(())), And(())))
    people = [person(1, firstname="Ada", employees="3"), person(2, version=3, vip="true", stage="lead;customer")]
    older = [person(2, version=2)]
    wider = with_property(Definition("shoe_size", PropertyType.NUMBER))
    query, older_query = (ListQuery(7, revision, tree, reads(tree)) for revision in (2, 1))
    changes = (frozenset({"*"}), frozenset({"firstname", "s:5"}))
    asked_of_lists = [(batch, Asked(changed, PROPERTIES)) for batch in (people, people[:1]) for changed in changes]
    return {
        "describe": engine.describe,
        "create": for_each(engine.create, (1, 1, CATALOGUE), (1, 2, CATALOGUE), (1, 2, CATALOGUE)),
        "check": lambda: engine.check(1, 1, engine.create(1, 1, CATALOGUE)),
        "extend": lambda: engine.extend(1, [1, 2], wider),
        "seal": lambda: engine.seal(1, 1),
        "promote": for_each(engine.promote, (1, 1), (1, 2)),
        "index": for_each(engine.index, (1, [1, 2], people), (1, [1, 2], older)),
        "refresh": lambda: engine.refresh(1, [1, 2]),
        "search": for_each(engine.search, *((1, 1, request) for request in texts_and_orders())),
        "scan": lambda: engine.scan(1, 1, tree, Moment(0), 0, 10),
        "register": for_each(engine.register, (1, [1], [query]), (1, [1], [older_query])),
        "survey": lambda: engine.survey(1, 1, [Question(tree, 2), Question(Or(()))], Moment(0)),
        "propose": for_each(engine.propose, *((1, 1, *asked) for asked in asked_of_lists)),
        "unregister": lambda: engine.unregister(1, [1], 7, 2),
        "delete": lambda: engine.delete(1, [1, 2], {1: 9}),
        "drop": lambda: engine.drop(1, 2),
        "close": engine.close,
    }


def for_each(use: Callable[..., object], *arguments: tuple[Any, ...]) -> Callable[[], object]:
    return lambda: [use(*each_time) for each_time in arguments]


def test_every_request_is_one_that_all_supported_engines_understand(engine_url: str, prefix: str) -> None:
    with relay_to(engine_url) as relay:
        engine = ElasticEngine(relay.url, prefix)
        methods = uses(engine)
        assert methods.keys() == {name for name in vars(Engine) if not name.startswith("_")}
        for use in methods.values():
            use()
    for sent in relay.sent:
        check_request(sent)
    assert {api_of(sent) for sent in relay.sent} == set(APIS), "an entry of the table is no longer used"


@pytest.mark.parametrize(
    ("method", "path", "parameters", "body"),
    [
        ("POST", "/contacts/_knn_search", {}, {}),
        ("POST", "/contacts/_search", {"ccs_minimize_roundtrips": "true"}, {}),
        ("POST", "/contacts/_search", {}, {"knn": {}}),
        ("POST", "/contacts/_search", {}, {"query": {"bool": {"filter": [{"semantic": {"field": "x"}}]}}}),
        ("POST", "/contacts/_search", {}, {"query": {"term": {"x": {"value": "y", "case_insensitive": True}}}}),
        ("PUT", "/contacts", {}, {"mappings": {"properties": {"x": {"type": "dense_vector"}}}}),
    ],
)
def test_a_request_outside_the_table_is_noticed(
    method: str, path: str, parameters: dict[str, str], body: dict[str, Any]
) -> None:
    json_type = {"content-type": "application/json"}
    with pytest.raises(AssertionError, match="not in the table"):
        check_request(Sent(method, path, parameters, json_type, json.dumps(body).encode()))
