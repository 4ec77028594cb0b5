"""How every engine keeps versions, generations and portals apart; the suite runs on each of them."""

from collections.abc import Callable

import pytest

from indexer.engines.base import Engine, ListQuery
from indexer.errors import IndexLost
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.parse import parse_filters
from tests.indexer.people import CATALOGUE, person, with_property
from tests.indexer.steps import ADA, ANYONE, AT, PORTAL, everyone, found, page, store


def test_an_older_version_never_replaces_a_newer_one_and_is_reported(filled: Engine) -> None:
    store(filled, person(1, version=5, firstname="Augusta"))
    outcome = filled.index(PORTAL, [1], [person(1, version=4, firstname="Ada"), person(9, firstname="New")])
    filled.refresh(PORTAL, [1])
    assert (outcome.refused, outcome.drifted) == ({}, {1: 5})
    assert found(filled, "augusta") == [1] and found(filled, "new") == [9]


def test_the_same_version_is_written_again(filled: Engine) -> None:
    store(filled, person(1, firstname="Augusta"))
    assert found(filled, "augusta") == [1] and found(filled, "ada") == []


def test_a_deleted_contact_is_gone_and_a_newer_one_stays(filled: Engine) -> None:
    store(filled, person(2, version=9, firstname="Alan"))
    filled.delete(PORTAL, [1], {1: 2, 2: 8, 77: 1})
    filled.refresh(PORTAL, [1])
    assert everyone(filled) == {2: 9, 3: 1}


def test_deleting_nobody_is_fine(filled: Engine) -> None:
    filled.delete(PORTAL, [1], {})
    assert everyone(filled) == {1: 1, 2: 1, 3: 1}


def test_a_contact_comes_back_with_a_higher_version(filled: Engine) -> None:
    filled.delete(PORTAL, [1], {1: 2})
    store(filled, person(1, version=3, firstname="Ada"))
    assert found(filled, "ada") == [1]


def test_writes_go_to_every_generation_and_reads_to_the_one_asked(filled: Engine) -> None:
    filled.create(PORTAL, 2, CATALOGUE)
    store(filled, person(8, firstname="Both"), generations=(1, 2))
    assert everyone(filled, 1) == {1: 1, 2: 1, 3: 1, 8: 1}
    assert everyone(filled, 2) == {8: 1}


def test_generation_one_is_not_generation_ten(filled: Engine) -> None:
    filled.create(PORTAL, 10, CATALOGUE)
    filled.create(PORTAL, 1, CATALOGUE)
    store(filled, ADA, generations=(10,))
    filled.drop(PORTAL, 1)
    assert everyone(filled, 10) == {1: 1}


def test_a_created_generation_starts_empty_even_where_one_was(filled: Engine) -> None:
    filled.create(PORTAL, 1, CATALOGUE)
    assert everyone(filled) == {}


def test_a_generation_is_promoted_and_rolled_back(filled: Engine) -> None:
    filled.create(PORTAL, 2, CATALOGUE)
    filled.seal(PORTAL, 2)
    for generation in (2, 1, 1):
        filled.promote(PORTAL, generation)
    assert found(filled, "ada") == [1]


def test_portals_are_walls(filled: Engine) -> None:
    filled.create(11, 1, CATALOGUE)
    filled.index(11, [1], [person(1, firstname="Other")])
    filled.refresh(11, [1])
    assert everyone(filled, portal_id=11) == {1: 1}
    assert found(filled, "other") == []
    filled.drop(PORTAL, 1)
    assert everyone(filled, portal_id=11) == {1: 1}


def test_a_generation_is_known_by_its_identities(engine: Engine) -> None:
    first = engine.create(PORTAL, 1, CATALOGUE)
    engine.check(PORTAL, 1, first)
    second = engine.create(PORTAL, 1, CATALOGUE)
    engine.check(PORTAL, 1, second)
    with pytest.raises(IndexLost):
        engine.check(PORTAL, 1, first)


def test_a_lost_generation_is_told_by_every_method_and_never_made_by_one(engine: Engine) -> None:
    uuids = engine.create(PORTAL, 1, CATALOGUE)
    engine.drop(PORTAL, 1)
    query = ListQuery(7, 1, ANYONE, frozenset())
    uses: dict[str, Callable[[], object]] = {
        "index": lambda: engine.index(PORTAL, [1], [ADA]),
        "delete": lambda: engine.delete(PORTAL, [1], {1: 1}),
        "refresh": lambda: engine.refresh(PORTAL, [1]),
        "search": lambda: page(engine, "ada"),
        "scan": lambda: engine.scan(PORTAL, 1, ANYONE, AT, 0, 10),
        "extend": lambda: engine.extend(PORTAL, [1], CATALOGUE),
        "register": lambda: engine.register(PORTAL, [1], [query]),
        "unregister": lambda: engine.unregister(PORTAL, [1], 7, 1),
        "seal": lambda: engine.seal(PORTAL, 1),
        "promote": lambda: engine.promote(PORTAL, 1),
        "check": lambda: engine.check(PORTAL, 1, uuids),
    }
    for name, use in uses.items():
        with pytest.raises(IndexLost) as lost:
            use()
        assert (name, lost.value.portal_id, lost.value.generation) == (name, PORTAL, 1)


def test_dropping_what_is_not_there_is_fine(engine: Engine) -> None:
    engine.drop(PORTAL, 5)


def test_a_new_property_is_filtered_by_once_the_mapping_is_extended(filled: Engine) -> None:
    catalogue = with_property(Definition("shoe_size", PropertyType.NUMBER))
    for _ in range(2):
        filled.extend(PORTAL, [1], catalogue)
    store(filled, person(4, catalogue=catalogue, shoe_size="44"))
    raw = [[{"property": "shoe_size", "operator": "GT", "value": "43"}]]
    tree = parse_filters(raw, FilterContext(catalogue, {}))
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, AT, 0, 10)] == [4]


def test_a_property_may_change_its_type(filled: Engine) -> None:
    catalogue = with_property(Definition("company", PropertyType.NUMBER))
    filled.extend(PORTAL, [1], catalogue)
    store(filled, person(4, catalogue=catalogue, company="12"))
    tree = parse_filters([[{"property": "company", "operator": "EQ", "value": "12"}]], FilterContext(catalogue, {}))
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, AT, 0, 10)] == [4]
