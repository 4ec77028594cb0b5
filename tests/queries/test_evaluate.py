"""The reference meaning of every operator on every type, and of and, or and not."""

from typing import Any

import pytest

from queries.catalogue import PropertyType
from queries.evaluate import evaluate
from queries.inline import inline
from queries.leaves import KINDS
from queries.leaves.property import operators_of
from queries.leaves.values import OPERATORS
from queries.nodes import And, Node, Not, Or, leaves
from queries.parse import parse_filters
from tests.support.filter_cases import AT, CATALOGUE, CONTEXT, PROPERTY_ROWS, TREE_ROWS, Case, cases, document, look_up


def tree(*groups: list[dict[str, Any]]) -> Or:
    return parse_filters(list(groups), CONTEXT)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_filter_means_what_the_table_says(case: Case) -> None:
    assert evaluate(inline(case.tree, look_up), case.document, case.at) is case.answer


def test_the_table_has_at_least_four_hundred_cases() -> None:
    assert len(cases()) >= 400


def test_the_table_asks_every_operator_of_every_type() -> None:
    asked = {(CATALOGUE.definitions[row[0]].type, row[1]) for row in PROPERTY_ROWS}
    asked |= {_typed(case.filter) for case in cases() if "operator" in case.filter and "property" in case.filter}
    in_trees = {OPERATORS.get(raw["op"], "") for raw, _ in TREE_ROWS if raw["kind"] == "value"}
    wanted = {(type, operator) for type in PropertyType for operator in operators_of(type)}
    aliases = {"HAS_PROPERTY", "NOT_HAS_PROPERTY", "LAST_N_DAYS", "WITHIN_TIME_REVERSE"}
    left = {pair for pair in wanted - asked if pair[1] not in aliases}
    assert {operator for _, operator in left} <= in_trees


def _typed(raw: dict[str, Any]) -> tuple[PropertyType, str]:
    return CATALOGUE.definitions[raw["property"]].type, raw["operator"]


def test_the_table_asks_every_operator_of_contacts_with_and_without_the_value() -> None:
    seen: dict[tuple[str, str], set[str | None]] = {}
    for name, operator, _, answers in PROPERTY_ROWS:
        seen.setdefault((name, operator), set()).update(answers)
    for raw, answers in TREE_ROWS:
        if raw["kind"] != "value":
            seen.setdefault((raw["kind"], raw["op"]), set()).update(answers)
    assert [key for key, values in seen.items() if not {None, ""} < values] == []


def test_the_table_asks_every_kind_of_leaf() -> None:
    kinds = {part.render_tree()["kind"] for case in cases() for part in leaves(case.tree)}
    assert kinds == set(KINDS)


ADA = {"property": "text", "operator": "CONTAINS", "value": "ada"}
BOB = {"property": "text", "operator": "CONTAINS", "value": "bob"}
NO_EVE = {"property": "text", "operator": "DOESNT_CONTAIN", "value": "eve"}
BIG = {"property": "amount", "operator": "GT", "value": 10}


@pytest.mark.parametrize(
    ("groups", "properties", "answer"),
    [
        ([], {"text": "ada"}, False),
        ([[ADA]], {"text": "ada"}, True),
        ([[ADA, BIG]], {"text": "ada"}, False),
        ([[ADA, BIG]], {"text": "ada", "amount": "11"}, True),
        ([[ADA], [BIG]], {"text": "bob", "amount": "11"}, True),
        ([[ADA], [BIG]], {"text": "bob", "amount": "9"}, False),
        ([[ADA, BIG], [BOB, NO_EVE]], {"text": "bob"}, True),
        ([[ADA, BIG], [BOB, NO_EVE]], {"text": "bob and eve"}, False),
        ([[NO_EVE], [ADA]], {"text": "eve and ada"}, True),
        ([[NO_EVE], [ADA]], {}, False),
    ],
)
def test_groups_are_alternatives_and_the_filters_of_a_group_must_all_hold(
    groups: list[list[dict[str, Any]]], properties: dict[str, str], answer: bool
) -> None:
    assert evaluate(tree(*groups), document(properties), AT) is answer


@pytest.mark.parametrize(
    ("node", "answer"),
    [(And(()), True), (Or(()), False), (Not(And(())), False), (Not(Or(())), True), (Not(Not(And(()))), True)],
)
def test_nothing_asked_with_and_is_everyone_and_with_or_is_nobody(node: Node, answer: bool) -> None:
    assert evaluate(node, document({}), AT) is answer


@pytest.mark.parametrize(
    ("name", "value"),
    [("amount", "large"), ("day", "May"), ("moment", "2019-05-04T00:00:00Z")]
    + [("amount", "nan"), ("amount", "1e999"), ("day", "9" * 40), ("moment", "-" + "9" * 20)],
)
def test_a_value_that_is_not_of_its_propertys_type_counts_as_none(name: str, value: str) -> None:
    asked = tree([{"property": name, "operator": "IS_EMPTY"}])
    assert evaluate(asked, document({name: value}), AT) is True
    assert evaluate(tree([{"property": name, "operator": "NEQ", "value": 0}]), document({name: value}), AT) is False


def test_not_is_set_complement_and_includes_contacts_without_the_value() -> None:
    leaf = tree([ADA])
    assert evaluate(Not(leaf), document({}), AT) is True
    assert evaluate(Not(tree([{**ADA, "operator": "DOESNT_CONTAIN"}])), document({}), AT) is True
