"""Why a contact matches: each clause's answer, what it saw, what would turn the whole, and when the clock does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.evaluate import evaluate
from queries.explain import Explained, clauses_away, explain
from queries.inline import inline
from queries.moments import Moment
from queries.nodes import And, Leaf, Node, Not, Or
from tests.queries.test_tree import trees
from tests.support.filter_cases import AT, CONTEXT, MATCH, NOON, Case, Contact, cases, leaf, look_up, ms, read_filter

LEAD = leaf("value", "stage", "eq", "lead")
ADA = leaf("text", "text", "contains", ["ada"])
RECENT = {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 2, "unit": "days"}


def told(raw: dict[str, Any], contact: Contact, at: Moment = AT) -> dict[str, Any]:
    """The explanation of a filter for a contact, as JSON."""
    return explain(inline(read_filter(raw), look_up), contact.document(), at, CONTEXT).as_json()


def test_an_explanation_tells_each_clause_with_what_it_saw() -> None:
    contact = Contact({"text": "Ada L", "moment": str(NOON)})
    assert told({"op": "and", "of": [ADA, LEAD, {"op": "not", "of": [RECENT]}]}, contact) == {
        "matches": False,
        "pivotal": True,
        "text": "text contains ada and stage is lead and not (moment is in the last 2 days)",
        "op": "and",
        "of": [
            {
                "matches": True,
                "pivotal": False,
                "text": "text contains ada",
                "filter": {**ADA, "missing": "no-match"},
                "seen": "ada l",
                "missing": None,
            },
            {
                "matches": False,
                "pivotal": False,
                "text": "stage is lead",
                "filter": {**LEAD, "missing": "no-match"},
                "seen": None,
                "missing": "no-match",
            },
            {
                "matches": False,
                "pivotal": False,
                "text": "not (moment is in the last 2 days)",
                "op": "not",
                "of": [
                    {
                        "matches": True,
                        "pivotal": False,
                        "text": "moment is in the last 2 days",
                        "changesAt": ms("2019-05-07"),
                        "filter": {**RECENT, "missing": "no-match"},
                        "seen": "2019-05-04T12:00:00Z",
                        "missing": None,
                    }
                ],
            },
        ],
    }


def test_the_root_tells_when_the_whole_changes_by_itself() -> None:
    contact = Contact({"text": "ada", "moment": str(NOON)})
    raw = {"op": "and", "of": [ADA, RECENT]}
    assert told(raw, contact)["changesAt"] == ms("2019-05-07")
    assert "changesAt" not in told(raw, Contact({"moment": str(NOON)}))
    assert told(RECENT, contact)["changesAt"] == ms("2019-05-07")


@pytest.mark.parametrize(
    ("raw", "rule"),
    [(LEAD, "no-match"), ({**LEAD, **MATCH}, "match"), (RECENT, "no-match"), ({**RECENT, **MATCH}, "match")],
)
def test_the_rule_for_missing_values_is_told_where_it_answers(raw: dict[str, Any], rule: str) -> None:
    assert told(raw, Contact())["missing"] == rule
    assert told(raw, Contact({"stage": "Lead", "moment": "0"}))["missing"] is None


def test_one_clause_away_is_named() -> None:
    tree = read_filter({"op": "and", "of": [ADA, LEAD]})
    for properties, away in (
        ({"text": "ada"}, ["stage is lead"]),
        ({}, []),
        ({"stage": "lead"}, ["text contains ada"]),
    ):
        explained = explain(tree, Contact(properties).document(), AT, CONTEXT)
        assert [each.text for each in clauses_away(explained)] == away


@given(trees(3), st.sampled_from(cases()))
def test_turning_a_pivotal_leaf_turns_the_whole_and_turning_another_does_not(tree: Node, case: Case) -> None:
    document = case.document
    whole = inline(tree, look_up)
    explained = explain(whole, document, case.at, CONTEXT)
    assert explained.matches is evaluate(whole, document, case.at)
    for each in _leaves(explained):
        assert each.matches is evaluate(each.node, document, case.at)
        assert (_answer(explained, turned=each) is not explained.matches) is each.pivotal


def _leaves(explained: Explained) -> list[Explained]:
    below = [leaf for each in explained.below for leaf in _leaves(each)]
    return [explained] if isinstance(explained.node, Leaf) else below


def _answer(explained: Explained, turned: Explained) -> bool:
    if explained is turned:
        return not explained.matches
    answers = [_answer(each, turned) for each in explained.below]
    match explained.node:
        case And():
            return all(answers)
        case Or():
            return any(answers)
        case Not():
            return not answers[0]
    return explained.matches
