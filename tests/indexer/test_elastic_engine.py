"""What only the engine on a server has: percolations, and indices that no write makes."""

import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from indexer.engines import percolator
from indexer.engines.base import Asked, ListQuery, SearchRequest
from indexer.engines.bulk import Action, split
from indexer.engines.elastic import ElasticEngine
from indexer.errors import IndexLost, PartialAnswer, RequestRefused
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.context import FilterContext
from queries.moments import Moment
from queries.nodes import And, Node, Not, reads
from queries.parse import parse_filters
from queries.search import parse_search
from tests.indexer.people import CATALOGUE, PROPERTIES, person, with_property
from tests.indexer.relay import Relay

PORTAL = 1
ANYONE = And(())
AT = Moment(0)
ANY_CHANGE = Asked(frozenset({"*"}), PROPERTIES)
ASK_ADA = SearchRequest(parse_search("ada"), 0, 10)
OPENSEARCH_3 = {"version": {"distribution": "opensearch", "number": "3.4.0"}}


def filters(*raw: dict[str, Any], catalogue: Catalogue = CATALOGUE) -> Node:
    return parse_filters([list(raw)], FilterContext(catalogue, {5: False}))


def where(property: str, operator: str, value: str = "") -> dict[str, Any]:
    return {"property": property, "operator": operator, "value": value}


def listed(list_id: int, tree: Node, revision: int = 1) -> ListQuery:
    return ListQuery(list_id, revision, tree, reads(tree))


def register(engine: ElasticEngine, *queries: ListQuery) -> None:
    engine.register(PORTAL, [1], queries)


LISTS = (
    listed(1, filters(where("lastname", "EQ", "Lovelace"))),
    listed(2, filters(where("company", "CONTAINS", "gin"))),
    listed(3, filters(where("company", "IS_EMPTY"))),
    listed(4, filters(where("employees", "GT", "2"), where("lastname", "NEQ", "Turing"))),
    listed(5, Not(filters(where("stage", "SET_ANY", "lead;customer")))),
    listed(6, ANYONE),
    listed(7, filters({"filterFamily": "ListMembership", "operator": "IN_LIST", "list": 5})),
)
ADA = person(1, lastname="Lovelace", company="Engines", stage="lead")
ALAN = person(2, lastname="Turing", employees="9", marks=("s:5",))
GRACE = person(3, lastname="Hopper", employees="3", company="Navy")
MATCHES = {1: frozenset({1, 2, 6}), 2: frozenset({3, 5, 6, 7}), 3: frozenset({4, 5, 6})}


def test_the_percolator_proposes_every_list_that_matches(ready: ElasticEngine) -> None:
    register(ready, *LISTS)
    assert ready.propose(PORTAL, 1, [ADA, ALAN, GRACE], ANY_CHANGE) == MATCHES


@pytest.mark.parametrize("document", [ADA, ALAN, GRACE])
def test_a_document_alone_gets_the_same_lists_as_in_a_batch(ready: ElasticEngine, document: dict[str, Any]) -> None:
    register(ready, *LISTS)
    assert ready.propose(PORTAL, 1, [document], ANY_CHANGE) == {document["vid"]: MATCHES[document["vid"]]}


@pytest.mark.parametrize(
    ("changed", "proposed"),
    [
        ({"lastname"}, {1: {1}, 3: {4}}),
        ({"company", "phone"}, {1: {2}, 3: set()}),
        ({"s:5"}, {1: set(), 3: set()}),
        (set(), {1: set(), 3: set()}),
    ],
)
def test_only_lists_that_read_a_changed_name_are_proposed(
    ready: ElasticEngine, changed: set[str], proposed: dict[int, set[int]]
) -> None:
    register(ready, *LISTS)
    assert ready.propose(PORTAL, 1, [ADA, GRACE], Asked(frozenset(changed), PROPERTIES)) == proposed
    assert ready.propose(PORTAL, 1, [ADA], Asked(frozenset(changed), PROPERTIES)) == {1: proposed[1]}


def test_proposing_for_nobody_asks_nothing(ready: ElasticEngine) -> None:
    assert ready.propose(PORTAL, 1, [], ANY_CHANGE) == {}


def test_more_lists_than_a_page_are_all_proposed(ready: ElasticEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(percolator, "PAGE", 2)
    register(ready, *(listed(number, ANYONE) for number in range(1, 6)))
    every = frozenset(range(1, 6))
    assert ready.propose(PORTAL, 1, [ADA, ALAN], ANY_CHANGE) == {1: every, 2: every}


def test_more_documents_than_a_batch_are_all_asked(ready: ElasticEngine) -> None:
    register(ready, listed(1, filters(where("lastname", "EQ", "turing"))))
    people = [person(vid, lastname="Turing" if vid % 2 else "Hopper") for vid in range(1, percolator.BATCH + 2)]
    proposed = ready.propose(PORTAL, 1, people, ANY_CHANGE)
    assert proposed == {vid: frozenset({1} if vid % 2 else ()) for vid in range(1, percolator.BATCH + 2)}


def test_a_list_of_an_older_revision_never_replaces_a_newer_one(ready: ElasticEngine) -> None:
    register(ready, listed(1, ANYONE, revision=5), listed(1, filters(where("lastname", "EQ", "nobody")), revision=4))
    assert ready.propose(PORTAL, 1, [ADA], ANY_CHANGE) == {1: frozenset({1})}
    register(ready, listed(1, filters(where("lastname", "EQ", "nobody")), revision=6))
    assert ready.propose(PORTAL, 1, [ADA], ANY_CHANGE) == {1: frozenset()}


def test_an_unregistered_list_is_gone_unless_a_newer_revision_is_there(ready: ElasticEngine) -> None:
    register(ready, listed(1, ANYONE, revision=5), listed(2, ANYONE, revision=5))
    for list_id, revision in ((1, 5), (2, 4), (3, 1)):
        ready.unregister(PORTAL, [1], list_id, revision)
    assert ready.propose(PORTAL, 1, [ADA], ANY_CHANGE) == {1: frozenset({2})}


@pytest.mark.parametrize("people", [[ADA], [ADA, ALAN]])
def test_a_percolator_without_its_sentinel_gives_no_answer(
    elastic_engine: ElasticEngine, people: list[dict[str, Any]]
) -> None:
    elastic_engine.create(PORTAL, 1, CATALOGUE)
    register(elastic_engine, *LISTS)
    with pytest.raises(PartialAnswer):
        elastic_engine.propose(PORTAL, 1, people, ANY_CHANGE)


def test_a_value_without_a_field_is_refused_by_its_contact_alone(ready: ElasticEngine) -> None:
    catalogue = with_property(Definition("shoe_size", PropertyType.NUMBER))
    odd = person(9, catalogue=catalogue, shoe_size="44")
    outcome = ready.index(PORTAL, [1], [ADA, odd])
    assert list(outcome.refused) == [9] and "shoe_size" in outcome.refused[9]
    for batch in ([odd], [ADA, odd]):
        with pytest.raises(RequestRefused, match="shoe_size"):
            ready.propose(PORTAL, 1, batch, Asked(ANY_CHANGE.changed, catalogue.definitions.keys()))


def test_a_list_that_reads_a_missing_field_is_refused(ready: ElasticEngine) -> None:
    catalogue = with_property(Definition("shoe_size", PropertyType.NUMBER))
    tree = filters(where("shoe_size", "GT", "40"), catalogue=catalogue)
    with pytest.raises(RequestRefused, match="shoe_size"):
        register(ready, listed(1, tree))
    ready.extend(PORTAL, [1], catalogue)
    register(ready, listed(1, tree))
    tall = person(9, catalogue=catalogue, shoe_size="44")
    asked = Asked(ANY_CHANGE.changed, catalogue.definitions.keys())
    assert ready.propose(PORTAL, 1, [tall], asked) == {9: frozenset({1})}


def test_a_thousand_properties_fit(elastic_engine: ElasticEngine) -> None:
    kinds = list(PropertyType)
    many = {f"p{i}": Definition(f"p{i}", kinds[i % len(kinds)]) for i in range(1_000)}
    elastic_engine.create(PORTAL, 1, CATALOGUE)
    elastic_engine.extend(PORTAL, [1], Catalogue(2, {**CATALOGUE.definitions, **many}))


def test_five_megabytes_and_more_are_stored(ready: ElasticEngine) -> None:
    people = [person(vid, company=f"{vid} " + "x" * 7_900) for vid in range(1, 1_001)]
    assert not ready.index(PORTAL, [1], people).refused
    ready.refresh(PORTAL, [1])
    assert len(ready.scan(PORTAL, 1, ANYONE, AT, 0, 2_000)) == 1_000


def test_a_lost_index_is_never_made_by_a_write(relayed: ElasticEngine, relay: Relay) -> None:
    relayed.drop(PORTAL, 1)
    relay.sent.clear()
    writes: list[Callable[[], object]] = [
        lambda: relayed.index(PORTAL, [1], [ADA]),
        lambda: relayed.delete(PORTAL, [1], {1: 1}),
        lambda: relayed.register(PORTAL, [1], [listed(1, ANYONE)]),
        lambda: relayed.unregister(PORTAL, [1], 1, 1),
    ]
    for write in writes:
        with pytest.raises(IndexLost):
            write()
    relayed.drop(PORTAL, 1)
    assert [sent for sent in relay.sent if sent.method == "DELETE"] == []


def test_an_index_that_took_an_alias_name_makes_way(
    elastic_engine: ElasticEngine, engine_url: str, prefix: str
) -> None:
    name = f"{prefix}-{PORTAL}-contacts-g1"
    urllib.request.urlopen(urllib.request.Request(f"{engine_url}/{name}", method="PUT")).close()
    with pytest.raises(IndexLost):
        elastic_engine.index(PORTAL, [1], [ADA])
    elastic_engine.create(PORTAL, 1, CATALOGUE)
    assert elastic_engine.index(PORTAL, [1], [ADA]).refused == {}


def test_the_reading_aliases_move_in_one_call(relayed: ElasticEngine, relay: Relay, prefix: str) -> None:
    relayed.promote(PORTAL, 1)
    relayed.create(PORTAL, 2, CATALOGUE)
    relay.sent.clear()
    relayed.promote(PORTAL, 2)
    ((changes,),) = [sent.lines() for sent in relay.sent if sent.method == "POST"]
    moved = [(kind, what["alias"]) for action in changes["actions"] for kind, what in action.items()]
    readers = [f"{prefix}-1-contacts", f"{prefix}-1-lists"]
    assert moved == [(kind, alias) for alias in readers for kind in ("remove", "add")]


def test_an_extended_mapping_is_not_sent_again(relayed: ElasticEngine, relay: Relay) -> None:
    relay.sent.clear()
    relayed.extend(PORTAL, [1], CATALOGUE)
    assert relay.sent == []


def test_a_contact_is_found_within_a_second_without_asking_for_it(ready: ElasticEngine) -> None:
    ready.index(PORTAL, [1], [person(1, firstname="Ada")])
    began = time.perf_counter()
    while ready.search(PORTAL, 1, ASK_ADA).vids != [1]:
        assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [([], []), ([5], [[5]]), ([20], [[20]]), ([5, 5, 1], [[5, 5], [1]]), ([20, 1, 9, 1], [[20], [1, 9], [1]])],
)
def test_bulk_bodies_are_split_by_size(sizes: list[int], groups: list[list[int]]) -> None:
    actions = [Action(1, 1, b"x" * size) for size in sizes]
    assert [[len(action.lines) for action in group] for group in split(actions, 10)] == groups
