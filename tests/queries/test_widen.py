"""Queries that every engine takes, however large the filter, and that never leave out a contact who matches."""

from typing import Any

import pytest

from queries.compile import compile_filter
from queries.evaluate import evaluate
from queries.nodes import And, Node, Not, Or
from queries.parse import parse_filters
from queries.widen import widen
from tests.support.filter_cases import CONTEXT, Case, cases

KNOWN = {"term": {"known": "text"}}


def texts(count: int) -> str:
    return ";".join(f"t{number}" for number in range(count))


def tree(*groups: list[dict[str, Any]]) -> Or:
    return parse_filters(list(groups), CONTEXT)


def asked(operator: str, value: str, name: str = "text") -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def clauses(query: dict[str, Any]) -> int:
    """The clauses that engines count."""
    if "bool" not in query:
        return 1
    return sum(clauses(each) for part in query["bool"].values() if isinstance(part, list) for each in part)


@pytest.mark.parametrize(
    "filters",
    [
        tree(),
        tree([asked("EQ", "a")] * 250),
        tree([asked("NEQ", "a")] * 250),
        tree([asked("SET_ANY", texts(1_000))] * 250),
        tree([asked("STR_STARTS_WITH", texts(500))]),
        tree([asked("CONTAINS", texts(64))]),
        tree([asked("CONTAINS", "a" * 98)]),
        Not(tree([asked("CONTAINS", "a")])),
    ],
)
def test_a_filter_that_engines_take_stays_as_it_is(filters: Node) -> None:
    assert widen(filters) is filters


@pytest.mark.parametrize(
    "filters",
    [
        tree([asked("CONTAINS", texts(65))]),
        tree([asked("DOESNT_CONTAIN", texts(1_000))]),
        tree([asked("STR_ENDS_WITH", "a" * 101)]),
        tree([asked("SET_ALL", texts(1_000))]),
        tree([asked("STR_STARTS_WITH", texts(1_000))]),
        Or((And((Not(tree([asked("CONTAINS", texts(65))])),)),)),
    ],
)
def test_a_leaf_that_is_too_heavy_gives_way_to_whether_there_is_a_value(filters: Node) -> None:
    query = compile_filter(widen(filters))
    assert query in (
        {"bool": {"should": [{"bool": {"filter": [KNOWN]}}], "minimum_should_match": 1}},
        {"bool": {"should": [{"bool": {"filter": [{"match_all": {}}]}}], "minimum_should_match": 1}},
    )


def test_the_heaviest_leaves_give_way_first() -> None:
    light, heavy = asked("CONTAINS", "x"), asked("CONTAINS", texts(64))
    wider = widen(tree([light, heavy]))
    assert wider == tree([light, asked("IS_NOT_EMPTY", "")])


def test_the_largest_filters_that_are_taken_end_below_the_engines_limit() -> None:
    groups = [[asked("CONTAINS", f"{texts(999)};g{number}")] for number in range(250)]
    assert clauses(compile_filter(widen(tree(*groups)))) <= 512


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_wider_filter_matches_whoever_matches(case: Case) -> None:
    padding = [asked("CONTAINS", texts(65)), asked("SET_ALL", texts(1_000))]
    filters = tree(*([case.filter] for _ in range(60)), *([each] for each in padding))
    wider = widen(filters)
    assert wider != filters
    assert evaluate(wider, case.document) >= evaluate(filters, case.document)
