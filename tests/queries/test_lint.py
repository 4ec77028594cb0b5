"""Warnings about filters: what is certain to be nobody's or everybody's, gone options and equal lists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.evaluate import evaluate
from queries.fingerprint import fingerprint
from queries.inline import inline
from queries.lint import Verdict, equal_lists, lint, verdict
from queries.nodes import Node
from queries.parse import parse_filters
from tests.queries.test_tree import trees
from tests.support.filter_cases import AT, CATALOGUE, CONTEXT, D0, D1, MATCH, Case, cases, leaf, look_up, read_filter


def group(op: str, *of: dict[str, Any]) -> dict[str, Any]:
    return {"op": op, "of": list(of)}


def found(raw: dict[str, Any]) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.code, each.path) for each in lint(read_filter(raw), CATALOGUE)]


A, B = leaf("value", "text", "eq", "a"), leaf("value", "text", "eq", "b")
KNOWN, UNKNOWN = leaf("presence", "text", "known"), leaf("presence", "text", "unknown")
IN, OUT = {"kind": "list", "op": "in", "list": 12}, {"kind": "list", "op": "not-in", "list": 12}
CONTRADICTIONS = [
    group("and", A, B),
    group("and", A, group("not", A)),
    group("and", A, group("and", group("not", A))),
    group("and", A, leaf("value", "text", "neq", "A")),
    group("and", A, leaf("text", "text", "contains", ["b"])),
    group("and", leaf("value", "text", "any", ["a", "b"]), leaf("value", "text", "any", ["c", "d"])),
    group("and", leaf("value", "text", "any", ["a", "b"]), leaf("text", "text", "regex", "c")),
    group("and", KNOWN, UNKNOWN),
    group("and", UNKNOWN, A),
    group("and", UNKNOWN, leaf("value", "text", "neq", "a")),
    group("and", group("not", KNOWN), A),
    group("and", UNKNOWN, leaf("presence", "text", "blank")),
    group("and", IN, OUT),
    group("and", leaf("value", "amount", "gt", 5), leaf("value", "amount", "lt", 5)),
    group("and", leaf("value", "amount", "gte", 6), leaf("value", "amount", "between", 1, 5)),
    group("and", leaf("value", "day", "lt", D0), leaf("value", "day", "gte", D1)),
    group("and", leaf("value", "tags", "exactly", ["a"]), leaf("value", "tags", "all", ["a", "b"])),
    group("and", leaf("value", "flag", "any", [True]), leaf("value", "flag", "eq", False)),
    group("and", {"kind": "identity", "op": "identified"}, {"kind": "identity", "op": "anonymous"}),
]


@pytest.mark.parametrize("raw", CONTRADICTIONS, ids=str)
def test_clauses_that_exclude_each_other_are_a_contradiction(raw: dict[str, Any]) -> None:
    assert found(raw) == [("CONTRADICTION", ())]
    assert found(group("or", A, raw)) == [("CONTRADICTION", (1,))]


@pytest.mark.parametrize(
    "raw",
    [
        group("and", A, leaf("value", "nick", "eq", "b")),
        group("and", A, {**B, **MATCH}),
        group("and", A, {**B, "ever": True}),
        group("and", UNKNOWN, {**A, **MATCH}),
        group("and", UNKNOWN, {**A, "ever": True}),
        group("and", leaf("value", "amount", "gte", 5), leaf("value", "amount", "lte", 5)),
        group("and", leaf("value", "tags", "any", ["a"]), leaf("value", "tags", "any", ["b"])),
        group("and", leaf("value", "text", "any", ["a", "b"]), leaf("value", "text", "neq", "a")),
        group("or", A, B),
        group("or", A, leaf("value", "text", "neq", "a")),
    ],
    ids=str,
)
def test_clauses_that_may_agree_are_left_alone(raw: dict[str, Any]) -> None:
    assert found(raw) == []


@pytest.mark.parametrize(
    "raw",
    [
        group("or", A, group("not", A)),
        group("or", KNOWN, UNKNOWN),
        group("or", IN, OUT),
        group("or", B, group("or", A, group("not", A))),
        group("or", A, leaf("value", "text", "neq", "a", **MATCH), group("not", A)),
        {"kind": "constant", "value": True},
        group("not", group("and", A, B)),
    ],
    ids=str,
)
def test_a_list_of_everyone_is_told(raw: dict[str, Any]) -> None:
    assert ("EVERYONE", ()) in found(raw)


def test_an_everyone_clause_inside_a_list_is_told_where_it_stands() -> None:
    assert found(group("and", A, group("or", KNOWN, UNKNOWN))) == [("EVERYONE", (1,))]
    assert found(group("and", A, {"kind": "constant", "value": True})) == [("EVERYONE", (1,))]
    assert found({"kind": "constant", "value": False}) == [("NEVER", ())]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (leaf("value", "stage", "eq", "gone"), "stage has no option gone any more: this clause cannot become true"),
        (leaf("value", "stage", "any", ["gone", "lost"]), "no option gone, lost any more: this clause cannot become"),
        (leaf("value", "tags", "all", ["a", "gone"]), "cannot become true"),
        (leaf("value", "stage", "any", ["gone", "lead"]), "stage has no option gone any more"),
        (leaf("value", "stage", "neq", "gone"), "stage has no option gone any more"),
    ],
)
def test_an_option_that_is_gone_is_told(raw: dict[str, Any], says: str) -> None:
    [warning] = lint(read_filter(raw), CATALOGUE)
    assert warning.code == "DELETED_OPTION"
    assert says in warning.message
    assert says.endswith("more") is not ("cannot become true" in warning.message)


def test_options_that_anyone_may_add_are_not_missed() -> None:
    assert found(leaf("value", "marks_of", "eq", "anything")) == []


def test_an_empty_filter_is_no_reason_to_warn() -> None:
    assert lint(parse_filters([], CONTEXT), CATALOGUE) == []


def test_lists_that_ask_the_same_are_told() -> None:
    others = {7: fingerprint(read_filter(group("or", B, A))), 9: fingerprint(read_filter(A)), 3: "x"}
    [warning] = equal_lists(read_filter(group("or", A, B)), others)
    assert (warning.code, warning.message) == ("EQUAL_LIST", "List 7 has the same criteria")


@given(trees(3), st.sampled_from(cases()))
def test_what_is_certain_is_never_contradicted_by_a_contact(tree: Node, case: Case) -> None:
    whole = inline(tree, look_up)
    certain = verdict(whole)
    if certain is not Verdict.OPEN:
        assert evaluate(whole, case.document, case.at) is (certain is Verdict.ALWAYS)


@pytest.mark.parametrize("raw", CONTRADICTIONS, ids=str)
def test_no_contact_of_the_table_meets_a_contradiction(raw: dict[str, Any]) -> None:
    tree = read_filter(raw)
    assert verdict(tree) is Verdict.NEVER
    assert not any(evaluate(tree, case.document, AT) for case in cases())
