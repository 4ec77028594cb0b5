"""Each operator's whole query, searched and percolated, and how and, or and not are put around it."""

from typing import Any

import pytest

from queries.compile import MAX_CLAUSES, compile_percolator, compile_search, selects_nothing
from queries.evaluate import evaluate
from queries.grams import needle_grams
from queries.inline import inline
from queries.nodes import And, Node, Not, Or
from queries.parse import parse_filters
from tests.support.filter_cases import AT, CONTEXT, D0, D1, MATCH, NOON, Case, cases, leaf, look_up, read_filter

KNOWN = {"term": {"known": "text"}}
Query = dict[str, Any]


def v1(name: str, operator: str, value: Any) -> Node:
    """The tree of a v1 filter over one property."""
    return parse_filters([[{"property": name, "operator": operator, "value": value}]], CONTEXT)


def searched(tree: Node) -> Query:
    """The query over indexed contacts."""
    return compile_search(tree, AT).query


def percolated(tree: Node) -> tuple[Query, bool]:
    """The query over percolated contacts, and whether its hits need verifying."""
    compiled = compile_percolator(tree)
    return compiled.query, compiled.verify


def but_not(name: str, query: Query) -> Query:
    """A contact that has the value, and for which the query does not hold."""
    return {"bool": {"filter": [{"term": {"known": name}}], "must_not": [query]}}


def wildcard(pattern: str) -> Query:
    return {"wildcard": {"s.text": {"value": pattern}}}


def either(*queries: Query) -> Query:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def every(*queries: Query) -> Query:
    return {"bool": {"filter": list(queries)}}


@pytest.mark.parametrize(
    ("operator", "value", "query"),
    [
        ("EQ", "ÁDA;b", {"term": {"s.text": "ada;b"}}),
        ("NEQ", "Ada", but_not("text", {"term": {"s.text": "ada"}})),
        ("CONTAINS", "Ada", wildcard("*ada*")),
        ("CONTAINS", "a;B", either(wildcard("*a*"), wildcard("*b*"))),
        ("CONTAINS", "*?\\", wildcard("*\\*\\?\\\\*")),
        ("DOESNT_CONTAIN", "a;b", but_not("text", either(wildcard("*a*"), wildcard("*b*")))),
        ("STR_STARTS_WITH", "A*", {"prefix": {"s.text": {"value": "a*"}}}),
        (
            "STR_STARTS_WITH",
            "a;b",
            either({"prefix": {"s.text": {"value": "a"}}}, {"prefix": {"s.text": {"value": "b"}}}),
        ),
        ("STR_ENDS_WITH", "a?", wildcard("*a\\?")),
        ("STR_ENDS_WITH", "a;b", either(wildcard("*a"), wildcard("*b"))),
        ("LT", "B", {"range": {"s.text": {"lt": "b"}}}),
        ("LTE", "B", {"range": {"s.text": {"lte": "b"}}}),
        ("GT", "B", {"range": {"s.text": {"gt": "b"}}}),
        ("GTE", "B", {"range": {"s.text": {"gte": "b"}}}),
        ("IS_EMPTY", "", {"bool": {"must_not": [KNOWN]}}),
        ("IS_NOT_EMPTY", "", KNOWN),
        ("SET_ANY", "b;A;a", {"terms": {"s.text": ["a", "b"]}}),
        ("SET_NOT_ANY", "b;a", but_not("text", {"terms": {"s.text": ["a", "b"]}})),
        ("SET_ALL", "A;a", {"term": {"s.text": "a"}}),
        ("SET_ALL", "b;a", every({"term": {"s.text": "a"}}, {"term": {"s.text": "b"}})),
        ("SET_NOT_ALL", "a", but_not("text", {"term": {"s.text": "a"}})),
        ("SET_EQ", "a", {"term": {"s.text": "a"}}),
        ("SET_NEQ", "a", but_not("text", {"term": {"s.text": "a"}})),
    ],
)
def test_each_operator_over_text_searches_by_one_query(operator: str, value: str, query: Query) -> None:
    compiled = compile_search(v1("text", operator, value), AT)
    assert compiled.query == query
    assert compiled.verify is False


@pytest.mark.parametrize(
    ("name", "operator", "value", "query"),
    [
        ("amount", "EQ", "5", {"term": {"n.amount": 5.0}}),
        ("amount", "NEQ", 5, but_not("amount", {"term": {"n.amount": 5.0}})),
        ("amount", "GT", "-1e3", {"range": {"n.amount": {"gt": -1000.0}}}),
        ("day", "EQ", NOON, {"term": {"d.day": D0}}),
        ("day", "LTE", "2019-05-05", {"range": {"d.day": {"lte": D1}}}),
        ("moment", "LT", NOON, {"range": {"d.moment": {"lt": NOON}}}),
        ("flag", "EQ", True, {"term": {"x.flag": "true"}}),
        ("flag", "NEQ", "false", but_not("flag", {"term": {"x.flag": "false"}})),
        ("flag", "SET_ANY", "true", {"term": {"e.flag": "true"}}),
        ("stage", "EQ", "Lead", {"term": {"x.stage": "Lead"}}),
        ("stage", "SET_ANY", "lead;customer", {"terms": {"e.stage": ["customer", "lead"]}}),
        ("tags", "EQ", "b;a", {"term": {"x.tags": "a;b"}}),
        ("tags", "SET_EQ", "b;a", {"term": {"x.tags": "a;b"}}),
        ("tags", "SET_NEQ", "b;a", but_not("tags", {"term": {"x.tags": "a;b"}})),
        ("tags", "SET_NOT_ANY", "b;a", but_not("tags", {"terms": {"e.tags": ["a", "b"]}})),
        ("tags", "SET_ALL", "b;a", every({"term": {"e.tags": "a"}}, {"term": {"e.tags": "b"}})),
        ("tags", "SET_NOT_ALL", "b;a", but_not("tags", every({"term": {"e.tags": "a"}}, {"term": {"e.tags": "b"}}))),
    ],
)
def test_each_type_is_asked_in_its_own_field_and_percolates_by_the_same_query(
    name: str, operator: str, value: Any, query: Query
) -> None:
    tree = v1(name, operator, value)
    assert searched(tree) == query
    assert percolated(tree) == (query, False)


def test_several_numbers_are_percolated_beside_their_span_because_they_do_not_select() -> None:
    rows: list[tuple[str, str, str, list[Any]]] = [
        ("amount", "2;1.0;1", "n.amount", [1.0, 2.0]),
        ("moment", f"{D1};{D0}", "d.moment", [D0, D1]),
    ]
    for name, value, field, operands in rows:
        tree = v1(name, "SET_ANY", value)
        assert searched(tree) == {"terms": {field: operands}}
        span = {"range": {field: {"gte": operands[0], "lte": operands[-1]}}}
        assert percolated(tree) == (every(span, {"terms": {field: operands}}), False)


@pytest.mark.parametrize(
    ("tree", "query", "verify"),
    [
        (v1("text", "CONTAINS", "a"), KNOWN, True),
        (v1("text", "CONTAINS", "ab"), KNOWN, True),
        (v1("text", "CONTAINS", "abc;a"), KNOWN, True),
        (v1("text", "DOESNT_CONTAIN", "abc"), KNOWN, True),
        (v1("text", "LT", "b"), every(KNOWN, {"range": {"s.text": {"lt": "b"}}}), False),
        (v1("text", "IS_EMPTY", ""), {"term": {"missing": "text"}}, False),
        (
            read_filter(leaf("value", "text", "neq", "a", **MATCH)),
            either(but_not("text", {"term": {"s.text": "a"}}), {"term": {"missing": "text"}}),
            False,
        ),
        (read_filter(leaf("text", "text", "regex", "a")), KNOWN, True),
        (read_filter(leaf("text", "text", "regex", "a", **MATCH)), {"match_all": {}}, True),
        (
            read_filter(leaf("compare", "amount", "gt", other="limit")),
            every({"term": {"known": "amount"}}, {"term": {"known": "limit"}}),
            True,
        ),
        (
            read_filter({"kind": "calendar", "field": "day", "op": "this", "unit": "month"}),
            {"term": {"known": "day"}},
            True,
        ),
        (
            read_filter({"kind": "calendar", "field": "text", "of": "changed", "op": "this", "unit": "month"}),
            either(KNOWN, {"term": {"cleared": "text"}}),
            True,
        ),
        (
            read_filter({"kind": "day", "field": "day", "op": "on", "value": "2019-05-04"}),
            {"range": {"d.day": {"gte": D0, "lt": D1}}},
            False,
        ),
        (read_filter({"kind": "sample", "low": 0, "high": 5}), {"range": {"bucket": {"gte": 0, "lt": 5}}}, False),
        (read_filter({"kind": "sample", "low": 0, "high": 5, "seed": "x"}), {"match_all": {}}, True),
    ],
)
def test_what_a_stored_query_cannot_ask_is_wider_and_verified(tree: Node, query: Query, verify: bool) -> None:
    assert percolated(tree) == (query, verify)


@pytest.mark.parametrize(
    ("operator", "needle", "ends"),
    [
        ("CONTAINS", "lovelace", {}),
        ("STR_STARTS_WITH", "ab", {"starts": True}),
        ("STR_ENDS_WITH", "yz", {"ends": True}),
    ],
)
def test_needles_percolate_by_traces_instead_of_patterns(operator: str, needle: str, ends: dict[str, bool]) -> None:
    query, verify = percolated(v1("text", operator, needle))
    grams = [{"term": {"grams": gram}} for gram in needle_grams("text", needle, **ends)]
    assert query == (every(*grams) if len(grams) > 1 else grams[0])
    assert verify is True


@pytest.mark.parametrize(
    ("operator", "query"),
    [
        ("IN_LIST", {"term": {"marks": "s:12"}}),
        ("NOT_IN_LIST", {"bool": {"must_not": [{"term": {"marks": "s:12"}}]}}),
    ],
)
def test_membership_is_asked_of_the_marks(operator: str, query: Query) -> None:
    tree = parse_filters([[{"filterFamily": "ListMembership", "operator": operator, "list": 12}]], CONTEXT)
    assert searched(tree) == query
    assert percolated(tree) == (query, False)


A, B, NOT_B = v1("text", "EQ", "a"), v1("text", "EQ", "b"), v1("text", "NEQ", "b")
REGEX = read_filter(leaf("text", "text", "regex", "a"))
A_QUERY = {"term": {"s.text": "a"}}
B_QUERY = {"term": {"s.text": "b"}}
ALL: Query = {"match_all": {}}
NOBODY: Query = {"match_none": {}}


@pytest.mark.parametrize(
    ("tree", "query"),
    [
        (And(()), ALL),
        (Or(()), NOBODY),
        (Not(And(())), NOBODY),
        (Not(Or(())), ALL),
        (And((A, B)), every(A_QUERY, B_QUERY)),
        (And((A, And(()))), A_QUERY),
        (And((A, Or(()))), NOBODY),
        (And((A, A)), A_QUERY),
        (Or((A, B)), either(A_QUERY, B_QUERY)),
        (Or((A, And(()))), ALL),
        (Or((A, A)), A_QUERY),
        (Not(A), {"bool": {"must_not": [A_QUERY]}}),
        (Or((A, NOT_B)), either(A_QUERY, but_not("text", B_QUERY))),
        (Or((A, Not(B))), either(A_QUERY, {"bool": {"must_not": [B_QUERY]}})),
    ],
)
def test_every_negation_has_a_bool_of_its_own_and_constants_are_folded(tree: Node, query: Query) -> None:
    assert compile_search(tree, AT).query == query
    assert compile_search(tree, AT).verify is False


@pytest.mark.parametrize(
    ("tree", "query"),
    [
        (REGEX, KNOWN),
        (Not(REGEX), ALL),
        (Not(Not(REGEX)), KNOWN),
        (And((A, Not(REGEX))), A_QUERY),
        (Or((A, Not(REGEX))), ALL),
        (Not(And((A, REGEX))), ALL),
        (Not(Or((A, REGEX))), {"bool": {"must_not": [A_QUERY]}}),
        (Not(And((A, Not(REGEX)))), {"bool": {"must_not": [every(A_QUERY, {"bool": {"must_not": [KNOWN]}})]}}),
    ],
)
def test_a_leaf_that_is_not_exact_is_wider_and_under_an_odd_number_of_nots_nobody(tree: Node, query: Query) -> None:
    assert compile_search(tree, AT) == compile_percolator(tree)
    assert compile_search(tree, AT).query == query
    assert compile_search(tree, AT).verify is True


def texts(count: int) -> str:
    return ";".join(f"t{number:04}" for number in range(count))


def clauses(query: Query) -> int:
    """The clauses that engines count."""
    if "bool" not in query:
        return 1
    return sum(clauses(each) for part in query["bool"].values() if isinstance(part, list) for each in part)


@pytest.mark.parametrize(
    "tree",
    [
        Or(()),
        And((v1("text", "EQ", "a"),) * 250),
        v1("text", "SET_ANY", texts(1_000)),
        v1("text", "STR_STARTS_WITH", texts(500)),
        v1("text", "CONTAINS", texts(64)),
        v1("text", "CONTAINS", "a" * 98),
        v1("text", "STR_STARTS_WITH", "a" * 1_000),
        v1("text", "GTE", "a" * 1_000),
    ],
)
def test_a_filter_that_engines_take_is_searched_exactly(tree: Node) -> None:
    assert compile_search(tree, AT).verify is False


@pytest.mark.parametrize(
    "tree",
    [
        v1("text", "CONTAINS", texts(65)),
        v1("text", "DOESNT_CONTAIN", texts(1_000)),
        v1("text", "STR_ENDS_WITH", "a" * 101),
        v1("text", "SET_ALL", texts(1_000)),
        v1("text", "STR_STARTS_WITH", texts(1_000)),
        v1("text", "STR_STARTS_WITH", "é" * 100 + "😀" * 250),
        v1("text", "GTE", "a" * 1_001),
        read_filter(leaf("value", "text", "between", "a", "b" * 1_001)),
    ],
)
def test_a_leaf_that_is_too_heavy_gives_way_to_whether_there_is_a_value(tree: Node) -> None:
    compiled = compile_search(tree, AT)
    assert compiled.query == KNOWN
    assert compiled.verify is True
    assert compile_search(Not(tree), AT).query == ALL


def test_the_heaviest_leaves_give_way_first() -> None:
    light, heavy = v1("text", "CONTAINS", "x"), v1("text", "CONTAINS", texts(64))
    assert searched(And((light, heavy))) == every(wildcard("*x*"), KNOWN)


def test_the_largest_filters_that_are_taken_end_below_the_engines_limit() -> None:
    heavy = Or(tuple(v1("text", "CONTAINS", f"{texts(999)};g{number}") for number in range(250)))
    wide = Or(tuple(v1("text", "NEQ", f"t{number}") for number in range(1_000)))
    for tree in (heavy, wide, Not(wide)):
        for compiled in (compile_search(tree, AT), compile_percolator(tree)):
            assert clauses(compiled.query) <= MAX_CLAUSES


@pytest.mark.parametrize(
    ("tree", "selects"),
    [
        (A, True),
        (Not(A), False),
        (And((Not(A), B)), True),
        (Or((Not(A), B)), False),
        (NOT_B, True),
        (v1("text", "IS_EMPTY", ""), True),
        (And(()), False),
        (Or(()), True),
        (v1("amount", "GT", 1), True),
        (v1("text", "CONTAINS", "a"), True),
        (read_filter({"kind": "search", "value": "ada"}), True),
        (read_filter({"kind": "search", "value": "a"}), False),
        (v1("amount", "SET_ANY", "1;2"), True),
        (Not(v1("amount", "SET_ANY", "1;2")), False),
        (read_filter({"kind": "search", "value": "ada byron"}), True),
    ],
)
def test_a_query_says_whether_a_percolator_can_select_it(tree: Node, selects: bool) -> None:
    assert selects_nothing(compile_percolator(tree)) is not selects


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_filter_of_the_table_compiles_both_ways(case: Case) -> None:
    tree = inline(case.tree, look_up)
    for compiled in (compile_search(tree, case.at), compile_percolator(tree)):
        assert clauses(compiled.query) <= 64
    assert compile_search(tree, case.at).query != NOBODY or not evaluate(tree, case.document, case.at)
