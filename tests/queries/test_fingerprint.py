"""Fingerprints: equal for filters that ask the same, different for all others."""

from typing import Any

import pytest

from queries.fingerprint import fingerprint
from tests.support.filter_cases import MATCH, cases, leaf, read_filter

A, B, C = (leaf("value", "text", "eq", each) for each in "abc")


def group(op: str, *of: dict[str, Any]) -> dict[str, Any]:
    return {"op": op, "of": list(of)}


def in_v1(operator: str, value: Any, name: str = "text") -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


SAME = [
    (group("and", A, B), group("and", B, A)),
    (group("or", A, B, A), group("or", B, A)),
    (group("and", A, group("and", B, C)), group("and", group("and", A, B), C)),
    (group("and", A), A),
    (group("or", group("and", A)), A),
    (group("not", group("not", A)), A),
    (group("not", group("or", A, A)), group("not", A)),
    (leaf("value", "text", "eq", "ÁDA"), leaf("value", "text", "eq", "ada")),
    (leaf("value", "text", "any", ["b", "A", "a"]), leaf("value", "text", "any", ["a", "b"])),
    (leaf("value", "text", "any", ["a"]), A),
    (leaf("value", "text", "none", ["a"]), leaf("value", "text", "neq", "a")),
    (leaf("value", "amount", "eq", "5.0"), leaf("value", "amount", "eq", 5)),
    (leaf("value", "amount", "eq", -0.0), leaf("value", "amount", "eq", 0)),
    (leaf("text", "text", "contains", ["x", "Y"]), leaf("text", "text", "contains", ["y", "X", "x"])),
    (leaf("value", "tags", "exactly", ["b", "a"]), in_v1("EQ", "a;b", "tags")),
    (in_v1("SET_ANY", "b;a"), leaf("value", "text", "any", ["a", "b"])),
    (in_v1("IS_EMPTY", ""), leaf("presence", "text", "unknown")),
    ({"kind": "search", "value": "Byron  ADA lo"}, {"kind": "search", "value": "ada byron lo"}),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_filters_that_ask_the_same_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert fingerprint(read_filter(one)) == fingerprint(read_filter(other))


DIFFERENT = [
    (A, {**A, **MATCH}),
    (A, {**A, "ever": True}),
    (A, leaf("value", "text", "neq", "a")),
    (A, leaf("value", "nick", "eq", "a")),
    (A, group("not", A)),
    (group("and", A, B), group("or", A, B)),
    (group("and", A, group("or", B, C)), group("and", A, B, C)),
    (leaf("text", "text", "starts", ["a"]), leaf("text", "text", "ends", ["a"])),
    (leaf("text", "text", "regex", "A"), leaf("text", "text", "regex", "a")),
    (leaf("value", "tags", "all", ["a", "b"]), leaf("value", "tags", "any", ["a", "b"])),
    ({"kind": "list", "op": "in", "list": 7}, {"kind": "list", "op": "in", "list": 12}),
    ({"kind": "search", "value": "ada byron"}, {"kind": "search", "value": "byron ada"}),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=str)
def test_filters_that_may_differ_are_different(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert fingerprint(read_filter(one)) != fingerprint(read_filter(other))


def test_filters_of_equal_fingerprints_answer_the_table_alike() -> None:
    known: dict[str, list[dict[str, Any]]] = {}
    for case in cases():
        known.setdefault(fingerprint(case.tree), []).append(case.filter)
    answers: dict[tuple[str, str, int], bool] = {}
    for case in cases():
        key = (fingerprint(case.tree), str(case.contact), case.at.now_ms)
        assert answers.setdefault(key, case.answer) is case.answer


def test_a_zone_of_its_own_makes_a_list_different() -> None:
    tree = read_filter(A)
    assert fingerprint(tree, "Asia/Tokyo") not in (fingerprint(tree), fingerprint(tree, "Europe/Berlin"))
