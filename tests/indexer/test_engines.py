"""What every engine does alike; the suite runs on each of them."""

from collections.abc import Callable

import pytest

from indexer.engines.base import MAX_HITS, Engine, ListQuery, Scanned, SearchHits, SearchRequest, Sort
from indexer.errors import IndexLost
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.fields import Document
from queries.nodes import And, Node, Not, Or
from queries.parse import parse_filters
from queries.search import parse_search
from tests.indexer.people import CATALOGUE, person, with_property

PORTAL = 1
ANYONE = And(())
ADA = person(1, firstname="Ada", lastname="Lovelace", company="Analytical Engines", email="ada@engine.org")
ALAN = person(
    2, firstname="Alan", lastname="Turing", company="Bletchley", email="alan@bletchley.uk", phone="+441908640404"
)
GRACE = person(3, firstname="Grace", lastname="Hopper", company="Navy", email="grace.hopper@navy.mil", employees="3")
EVERYONE = (ADA, ALAN, GRACE)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """An engine with three contacts in the first generation."""
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, *EVERYONE)
    engine.seal(PORTAL, 1)
    engine.promote(PORTAL, 1)
    return engine


def store(engine: Engine, *documents: Document, generations: tuple[int, ...] = (1,)) -> None:
    outcome = engine.index(PORTAL, generations, documents)
    assert not outcome.refused
    engine.refresh(PORTAL, generations)


def where(property: str, operator: str, value: str) -> Node:
    raw = [[{"property": property, "operator": operator, "value": value}]]
    return parse_filters(raw, FilterContext(CATALOGUE, {}))


def found(engine: Engine, q: str, offset: int = 0, count: int = 20, sort: Sort | None = None) -> list[int]:
    return page(engine, q, offset, count, sort).vids


def page(engine: Engine, q: str, offset: int = 0, count: int = 20, sort: Sort | None = None) -> SearchHits:
    return engine.search(PORTAL, 1, SearchRequest(parse_search(q), offset, count, sort))


def everyone(engine: Engine, generation: int = 1, portal_id: int = PORTAL) -> dict[int, int]:
    return {hit.vid: hit.version for hit in engine.scan(portal_id, generation, ANYONE, 0, 1000)}


def test_an_engine_says_its_product_and_version(engine: Engine) -> None:
    product, version = engine.describe().split()
    assert product.isalpha() and version[0].isdigit()


@pytest.mark.parametrize(
    ("q", "vids"),
    [
        ("ada", [1]),
        ("ADA LOVE", [1]),
        ("lovelace ada", [1]),
        ("love ada", []),
        ("grace.hopper@navy.mil", [3]),
        ("@navy", [3]),
        ("bletchley", [2]),
        ("01908 640404", [2]),
        ("+44 1908 640404", [2]),
        ("a", [2, 1]),
        ("hoper", [3]),
        ("turnig", [2]),
        ("analyticla", [1]),
        ("nobody", []),
        ("", []),
        ('words:ada OR "', []),
        ("*", []),
        ("a*a", []),
        ("ada AND", []),
    ],
)
def test_contacts_are_found_by_words(filled: Engine, q: str, vids: list[int]) -> None:
    assert page(filled, q) == SearchHits(vids, len(vids))


def test_better_matches_come_first_and_newer_ones_first_among_equals(engine: Engine) -> None:
    engine.create(PORTAL, 1, CATALOGUE)
    store(
        engine,
        person(1, change=9, company="Marting"),
        person(2, change=8, lastname="Martin"),
        person(3, change=7, firstname="Anna", lastname="Martin"),
        person(4, change=1, lastname="martin"),
        person(5, change=6, company="Marten"),
    )
    assert found(engine, "martin") == [2, 4, 3, 1, 5]


def test_typos_are_forgiven_only_where_sure_matches_do_not_fill_the_page(engine: Engine) -> None:
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, *(person(vid, lastname="Miller") for vid in (1, 2)), person(3, lastname="Muller"))
    assert page(engine, "miller", count=2) == SearchHits([2, 1], 2)
    assert page(engine, "miller", count=3) == SearchHits([2, 1, 3], 3)
    assert page(engine, "miller", offset=2, count=1) == SearchHits([3], 3)


def test_pages_of_a_search_follow_each_other(filled: Engine) -> None:
    store(filled, *(person(vid, lastname="Zuse") for vid in range(10, 30)))
    paged = [vid for offset in range(0, 25, 5) for vid in found(filled, "zuse", offset, 5)]
    assert paged == list(range(29, 9, -1))


def test_the_total_of_a_search_stops_at_ten_thousand(engine: Engine) -> None:
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, *(person(vid, firstname="Bo") for vid in range(1, MAX_HITS + 3)))
    assert page(engine, "bo", MAX_HITS - 2, 2) == SearchHits([4, 3], MAX_HITS)


@pytest.mark.parametrize(
    ("field", "descending", "vids"),
    [
        ("s.lastname", False, [2, 1, 4, 3, 5]),
        ("s.lastname", True, [3, 1, 4, 2, 5]),
        ("n.employees", False, [4, 3, 1, 2, 5]),
        ("n.employees", True, [3, 4, 1, 2, 5]),
        ("d.seen", False, [5, 1, 2, 3, 4]),
        ("vid", False, [1, 2, 3, 4, 5]),
        ("vid", True, [5, 4, 3, 2, 1]),
    ],
)
def test_a_sort_puts_missing_values_last_and_breaks_ties_by_vid(
    engine: Engine, field: str, descending: bool, vids: list[int]
) -> None:
    engine.create(PORTAL, 1, CATALOGUE)
    store(
        engine,
        person(1, firstname="Kim", lastname="Émile"),
        person(2, firstname="Kim", lastname="anders"),
        person(3, firstname="Kim", lastname="Zoe", employees="10"),
        person(4, firstname="Kim", lastname="emile", employees="9"),
        person(5, firstname="Kim", seen="0"),
    )
    assert found(engine, "kim", sort=Sort(field, descending)) == vids


def test_a_property_without_any_value_sorts_by_vid(filled: Engine) -> None:
    store(filled, person(4, firstname="Ada"))
    assert found(filled, "ada", sort=Sort("s.brand_new", True)) == [1, 4]


def test_a_scan_returns_matching_contacts_by_vid_with_their_versions(filled: Engine) -> None:
    store(filled, person(3, version=7, firstname="Grace"))
    assert filled.scan(PORTAL, 1, ANYONE, 1, 10) == [Scanned(2, 1), Scanned(3, 7)]


def test_a_scan_page_ends_at_its_limit(filled: Engine) -> None:
    assert [hit.vid for hit in filled.scan(PORTAL, 1, ANYONE, 0, 2)] == [1, 2]
    assert [hit.vid for hit in filled.scan(PORTAL, 1, ANYONE, 2, 2)] == [3]
    assert filled.scan(PORTAL, 1, ANYONE, 3, 2) == []


@pytest.mark.parametrize(
    ("tree", "vids"),
    [
        (Or(()), []),
        (where("lastname", "EQ", "TURING"), [2]),
        (where("lastname", "CONTAINS", "*"), []),
        (where("company", "STR_ENDS_WITH", "engines;navy"), [1, 3]),
        (where("employees", "GTE", "3"), [3]),
        (where("phone", "IS_EMPTY", ""), [1, 3]),
        (Not(where("firstname", "EQ", "ada")), [2, 3]),
    ],
)
def test_a_scan_follows_the_filter(filled: Engine, tree: Node, vids: list[int]) -> None:
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, 0, 10)] == vids


def test_a_text_of_eight_thousand_wide_characters_is_stored_whole(engine: Engine) -> None:
    text = "𝄞" * 9_000
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, person(1, company=text, stage=text))
    assert [hit.vid for hit in engine.scan(PORTAL, 1, where("company", "EQ", text), 0, 10)] == [1]
    assert [hit.vid for hit in engine.scan(PORTAL, 1, where("stage", "SET_ANY", text), 0, 10)] == [1]


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
        "scan": lambda: engine.scan(PORTAL, 1, ANYONE, 0, 10),
        "extend": lambda: engine.extend(PORTAL, [1], CATALOGUE),
        "register": lambda: engine.register(PORTAL, [1], query),
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
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, 0, 10)] == [4]


def test_a_property_may_change_its_type(filled: Engine) -> None:
    catalogue = with_property(Definition("company", PropertyType.NUMBER))
    filled.extend(PORTAL, [1], catalogue)
    store(filled, person(4, catalogue=catalogue, company="12"))
    tree = parse_filters([[{"property": "company", "operator": "EQ", "value": "12"}]], FilterContext(catalogue, {}))
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, 0, 10)] == [4]
