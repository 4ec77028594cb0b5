"""Every engine counts many trees at once as evaluation does, and says where a count is only an upper bound."""

from typing import Any

import pytest

from indexer.engines.base import Engine, Question
from indexer.engines.survey import MAX_JUDGED
from queries.context import FilterContext
from queries.evaluate import evaluate
from queries.fields import bucket
from queries.inline import inline
from queries.moments import Moment
from queries.nodes import And, Node, Not, Or
from queries.tree import parse_tree
from tests.indexer.people import CATALOGUE, person
from tests.indexer.steps import ANYONE, EVERYONE, PORTAL, store, where
from tests.support import filter_cases

AT = Moment(1_500_000_000_000)
CONTEXT = FilterContext(CATALOGUE, {})


def asked(kind: str, field: str, op: str, **keys: Any) -> Node:
    """A leaf."""
    return parse_tree({"kind": kind, "field": field, "op": op, **keys}, CONTEXT)


MATHS = asked("text", "company", "regex", value="engin|bletch")
TREES: list[Node] = [
    ANYONE,
    Or(()),
    where("company", "EQ", "navy"),
    Not(where("company", "EQ", "navy")),
    where("firstname", "CONTAINS", "a"),
    MATHS,
    Not(MATHS),
    And((MATHS, where("firstname", "EQ", "ada"))),
    asked("compare", "company", "neq", other="lastname"),
    asked("text", "company", "words", values=["analytical engines"]),
    asked("value", "phone", "neq", value="1", missing="match"),
]


def test_a_survey_counts_and_names_those_whom_evaluation_finds(filled: Engine) -> None:
    found = filled.survey(PORTAL, 1, [Question(tree, 2) for tree in TREES], AT)
    for tree, surveyed in zip(TREES, found, strict=True):
        matching = [document["vid"] for document in EVERYONE if evaluate(tree, document, AT)]
        assert (surveyed.count, surveyed.exact) == (len(matching), True), tree
        assert list(surveyed.vids) == sorted(matching, key=bucket)[:2]


def test_every_filter_of_the_table_is_counted_as_evaluation_counts(engine: Engine) -> None:
    engine.create(PORTAL, 1, filter_cases.CATALOGUE)
    table = filter_cases.cases()
    documents = [case.contact.document(vid) for vid, case in enumerate(table[-MAX_JUDGED:], 1)]
    store(engine, *documents)
    engine.seal(PORTAL, 1)
    engine.promote(PORTAL, 1)
    for tree in {inline(case.tree, filter_cases.look_up) for case in table}:
        [found] = engine.survey(PORTAL, 1, [Question(tree, 3)], AT)
        matching = [document["vid"] for document in documents if evaluate(tree, document, AT)]
        assert (found.count, found.exact) == (len(matching), True), tree
        assert list(found.vids) == sorted(matching, key=lambda vid: (bucket(vid), vid))[:3]


def test_nobody_is_named_who_was_not_asked_for(filled: Engine) -> None:
    assert [each.vids for each in filled.survey(PORTAL, 1, [Question(MATHS), Question(ANYONE)], AT)] == [(), ()]


def test_an_index_of_nobody_counts_nobody(engine: Engine) -> None:
    engine.create(PORTAL, 1, CATALOGUE)
    engine.seal(PORTAL, 1)
    engine.promote(PORTAL, 1)
    found = engine.survey(PORTAL, 1, [Question(tree, 2) for tree in TREES], AT)
    assert {(each.count, each.exact, each.vids) for each in found} == {(0, True, ())}


@pytest.fixture
def crowded(filled: Engine) -> Engine:
    """An engine with more contacts that have a company than it may judge one by one."""
    store(filled, *(person(vid, company=f"Engine {vid}") for vid in range(10, 11 + MAX_JUDGED)))
    return filled


def test_hits_that_are_too_many_to_judge_are_an_upper_bound(crowded: Engine) -> None:
    rare = And((asked("text", "company", "regex", value="^engine 1[0-4]$"), where("company", "STR_ENDS_WITH", "4")))
    most, few, plain = crowded.survey(PORTAL, 1, [Question(MATHS, 3), Question(rare, 3), Question(ANYONE)], AT)
    assert (few.count, few.exact, few.vids) == (1, True, (14,))
    assert (plain.count, plain.exact) == (MAX_JUDGED + 4, True)
    assert len(most.vids) == 3
    assert most.count == (MAX_JUDGED + 3 if most.exact else MAX_JUDGED + 4)


def test_only_the_engine_that_narrows_has_upper_bounds(crowded: Engine) -> None:
    [found] = crowded.survey(PORTAL, 1, [Question(MATHS)], AT)
    assert found.exact is (crowded.kind == "embedded")
