"""How every engine finds contacts; the suite runs on each of them."""

import pytest

from indexer.engines.base import MAX_HITS, Engine, Scanned, SearchHits, Sort
from queries.nodes import Node, Not, Or
from tests.indexer.people import CATALOGUE, person
from tests.indexer.steps import ANYONE, AT, PORTAL, found, page, store, where


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
    assert filled.scan(PORTAL, 1, ANYONE, AT, 1, 10) == [Scanned(2, 1), Scanned(3, 7)]


def test_a_scan_page_ends_at_its_limit(filled: Engine) -> None:
    assert [hit.vid for hit in filled.scan(PORTAL, 1, ANYONE, AT, 0, 2)] == [1, 2]
    assert [hit.vid for hit in filled.scan(PORTAL, 1, ANYONE, AT, 2, 2)] == [3]
    assert filled.scan(PORTAL, 1, ANYONE, AT, 3, 2) == []


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
    assert [hit.vid for hit in filled.scan(PORTAL, 1, tree, AT, 0, 10)] == vids


def test_a_text_of_eight_thousand_wide_characters_is_stored_whole(engine: Engine) -> None:
    text = "𝄞" * 9_000
    engine.create(PORTAL, 1, CATALOGUE)
    store(engine, person(1, company=text, stage=text))
    assert [hit.vid for hit in engine.scan(PORTAL, 1, where("company", "EQ", text), AT, 0, 10)] == [1]
    assert [hit.vid for hit in engine.scan(PORTAL, 1, where("stage", "SET_ANY", text), AT, 0, 10)] == [1]
