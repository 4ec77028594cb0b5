"""The reference meaning of every operator on every type, and of and, or and not."""

from typing import Any

import pytest

from queries.catalogue import PropertyType
from queries.evaluate import evaluate
from queries.leaves.property import operators_of
from queries.nodes import And, Node, Not, Or
from queries.parse import parse_filters
from tests.support.filter_cases import CATALOGUE, CONTEXT, PROPERTY_ROWS, Case, cases, document


def tree(*groups: list[dict[str, Any]]) -> Or:
    return parse_filters(list(groups), CONTEXT)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_filter_means_what_the_table_says(case: Case) -> None:
    assert evaluate(tree([case.filter]), case.document) is case.answer


def test_the_table_asks_every_operator_of_every_type() -> None:
    asked = {(CATALOGUE.definitions[row[0]].type, row[1]) for row in PROPERTY_ROWS}
    assert asked == {(type, operator) for type in PropertyType for operator in operators_of(type)}


def test_the_table_asks_every_operator_of_contacts_with_and_without_the_value() -> None:
    seen: dict[tuple[str, str], set[str | None]] = {}
    for name, operator, _, answers in PROPERTY_ROWS:
        seen.setdefault((name, operator), set()).update(answers)
    assert [key for key, values in seen.items() if not {None, ""} < values] == []


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
    assert evaluate(tree(*groups), document(properties)) is answer


@pytest.mark.parametrize(
    ("node", "answer"),
    [(And(()), True), (Or(()), False), (Not(And(())), False), (Not(Or(())), True), (Not(Not(And(()))), True)],
)
def test_nothing_asked_with_and_is_everyone_and_with_or_is_nobody(node: Node, answer: bool) -> None:
    assert evaluate(node, document({})) is answer


@pytest.mark.parametrize(("name", "value"), [("amount", "large"), ("day", "May"), ("moment", "2019-05-04T00:00:00Z")])
def test_a_value_that_is_not_of_its_propertys_type_counts_as_none(name: str, value: str) -> None:
    asked = tree([{"property": name, "operator": "IS_EMPTY"}])
    assert evaluate(asked, document({name: value})) is True
    assert evaluate(tree([{"property": name, "operator": "NEQ", "value": 0}]), document({name: value})) is False


def test_not_is_set_complement_and_includes_contacts_without_the_value() -> None:
    leaf = tree([ADA])
    assert evaluate(Not(leaf), document({})) is True
    assert evaluate(Not(tree([{**ADA, "operator": "DOESNT_CONTAIN"}])), document({})) is True
