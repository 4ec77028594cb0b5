"""Each operator's whole query, and how and, or and not are put around it."""

from typing import Any

import pytest

from queries.compile import compile_filter
from queries.nodes import And, Node, Not, Or
from queries.parse import parse_filters
from tests.support.filter_cases import CONTEXT, D0, D1, NOON

KNOWN = {"term": {"known": "text"}}


def leaf(name: str, operator: str, value: Any) -> Node:
    """The single leaf of a filter over one property."""
    group = parse_filters([[{"property": name, "operator": operator, "value": value}]], CONTEXT).children[0]
    assert isinstance(group, And)
    return group.children[0]


def but_not(name: str, query: dict[str, Any]) -> dict[str, Any]:
    """A contact that has the value, and for which the query does not hold."""
    return {"bool": {"filter": [{"term": {"known": name}}], "must_not": [query]}}


def wildcard(pattern: str) -> dict[str, Any]:
    return {"wildcard": {"s.text": {"value": pattern}}}


def either(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


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
        ("SET_ALL", "A;a", {"terms": {"s.text": ["a"]}}),
        ("SET_ALL", "b;a", {"bool": {"filter": [{"term": {"s.text": "a"}}, {"term": {"s.text": "b"}}]}}),
        ("SET_EQ", "a", {"terms": {"s.text": ["a"]}}),
        ("SET_NEQ", "a", but_not("text", {"terms": {"s.text": ["a"]}})),
    ],
)
def test_each_operator_over_text_compiles_to_one_query(operator: str, value: str, query: dict[str, Any]) -> None:
    assert compile_filter(leaf("text", operator, value)) == query


@pytest.mark.parametrize(
    ("name", "operator", "value", "query"),
    [
        ("amount", "EQ", "5", {"term": {"n.amount": 5.0}}),
        ("amount", "NEQ", 5, but_not("amount", {"term": {"n.amount": 5.0}})),
        ("amount", "GT", "-1e3", {"range": {"n.amount": {"gt": -1000.0}}}),
        ("amount", "SET_ANY", "2;1.0;1", {"terms": {"n.amount": [1.0, 2.0]}}),
        ("amount", "IS_EMPTY", 0, {"bool": {"must_not": [{"term": {"known": "amount"}}]}}),
        ("day", "EQ", NOON, {"term": {"d.day": D0}}),
        ("day", "LTE", "2019-05-05", {"range": {"d.day": {"lte": D1}}}),
        ("moment", "LT", NOON, {"range": {"d.moment": {"lt": NOON}}}),
        ("moment", "SET_ANY", f"{D1};{D0}", {"terms": {"d.moment": [D0, D1]}}),
        ("flag", "EQ", True, {"term": {"x.flag": "true"}}),
        ("flag", "NEQ", "false", but_not("flag", {"term": {"x.flag": "false"}})),
        ("flag", "SET_ANY", "true", {"terms": {"e.flag": ["true"]}}),
        ("stage", "EQ", "Lead", {"term": {"x.stage": "Lead"}}),
        ("stage", "SET_ANY", "lead;customer", {"terms": {"e.stage": ["customer", "lead"]}}),
        ("tags", "EQ", "b;a", {"term": {"x.tags": "a;b"}}),
        ("tags", "SET_EQ", "b;a", {"term": {"x.tags": "a;b"}}),
        ("tags", "SET_NEQ", "b;a", but_not("tags", {"term": {"x.tags": "a;b"}})),
        ("tags", "SET_NOT_ANY", "b;a", but_not("tags", {"terms": {"e.tags": ["a", "b"]}})),
        (
            "tags",
            "SET_ALL",
            "b;a",
            {"bool": {"filter": [{"term": {"e.tags": "a"}}, {"term": {"e.tags": "b"}}]}},
        ),
    ],
)
def test_each_type_is_asked_in_its_own_field(name: str, operator: str, value: Any, query: dict[str, Any]) -> None:
    assert compile_filter(leaf(name, operator, value)) == query


@pytest.mark.parametrize(
    ("operator", "query"),
    [
        ("IN_LIST", {"term": {"marks": "s:12"}}),
        ("NOT_IN_LIST", {"bool": {"must_not": [{"term": {"marks": "s:12"}}]}}),
    ],
)
def test_membership_is_asked_of_the_marks(operator: str, query: dict[str, Any]) -> None:
    raw = [[{"filterFamily": "ListMembership", "operator": operator, "list": 12}]]
    assert compile_filter(parse_filters(raw, CONTEXT)) == either({"bool": {"filter": [query]}})


A = leaf("text", "EQ", "a")
B = leaf("text", "EQ", "b")
NOT_B = leaf("text", "NEQ", "b")
A_QUERY = {"term": {"s.text": "a"}}
B_QUERY = {"term": {"s.text": "b"}}


@pytest.mark.parametrize(
    ("tree", "query"),
    [
        (And(()), {"match_all": {}}),
        (Or(()), {"match_none": {}}),
        (And((A, B)), {"bool": {"filter": [A_QUERY, B_QUERY]}}),
        (Or((A, B)), either(A_QUERY, B_QUERY)),
        (Not(A), {"bool": {"must_not": [A_QUERY]}}),
        (Or((A, NOT_B)), either(A_QUERY, but_not("text", B_QUERY))),
        (Or((A, Not(B))), either(A_QUERY, {"bool": {"must_not": [B_QUERY]}})),
    ],
)
def test_every_negation_has_a_bool_of_its_own(tree: Node, query: dict[str, Any]) -> None:
    assert compile_filter(tree) == query
