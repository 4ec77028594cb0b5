"""Counting many trees over many documents gives the answers that evaluating each of them gives."""

from hypothesis import given
from hypothesis import strategies as st

from queries.evaluate import evaluate
from queries.inline import inline
from queries.nodes import And, Node, Or
from queries.tally import Batch
from tests.queries.test_tree import trees
from tests.support.filter_cases import AT, Case, cases, look_up


@given(st.lists(trees(3), min_size=1, max_size=4), st.lists(st.sampled_from(cases()), max_size=9))
def test_a_batch_answers_as_evaluation_does(asked: list[Node], contacts: list[Case]) -> None:
    documents = [case.document for case in contacts]
    batch = Batch(documents, AT)
    for tree in map(_inlined, asked):
        answers = batch.answers(tree)
        assert [answers >> place & 1 for place in range(len(documents))] == [
            evaluate(tree, document, AT) for document in documents
        ]
        assert batch.chosen(answers) == [document for document in documents if evaluate(tree, document, AT)]


def test_groups_of_nothing_are_everyone_and_nobody() -> None:
    batch = Batch([case.document for case in cases()[:3]], AT)
    assert (batch.answers(And(())), batch.answers(Or(()))) == (0b111, 0)


def _inlined(tree: Node) -> Node:
    return inline(tree, look_up)
