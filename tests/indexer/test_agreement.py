"""One meaning of a filter: every engine's scan and percolation answer as the table of cases and `evaluate` do."""

from collections.abc import Mapping, Sequence

import pytest

from indexer.engines.base import Asked, Engine, ListQuery
from queries.compile import compile_percolator, compile_search
from queries.evaluate import evaluate
from queries.fields import VID, Document
from queries.inline import inline
from queries.moments import Moment
from queries.nodes import Node, reads
from tests.support.filter_cases import CATALOGUE, cases, look_up
from tests.support.random_trees import Maker

PORTAL, GENERATION = 1, 1
SEED = 20130408
DUEL_TREES, DUEL_CONTACTS = 300, 100

Trees = Mapping[int, Node]
Pairs = set[tuple[int, int]]


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    """An engine with an empty generation."""
    engine.create(PORTAL, GENERATION, CATALOGUE)
    return engine


def test_scan_and_percolation_answer_every_case_of_the_table(stocked: Engine) -> None:
    table = cases()
    list_ids = {key: list_id for list_id, key in enumerate({str(case.filter): 0 for case in table}, 1)}
    trees = {list_ids[str(case.filter)]: inline(case.tree, look_up) for case in table}
    contacts = [case.contact.document(vid) for vid, case in enumerate(table, 1)]
    _store(stocked, trees, contacts)
    proposed = _proposed(stocked, trees, contacts)
    asked = {(list_ids[str(case.filter)], case.at) for case in table}
    scanned = {key: _scanned(stocked, trees[key[0]], key[1], len(contacts)) for key in asked}
    for vid, case in enumerate(table, 1):
        list_id = list_ids[str(case.filter)]
        answer = evaluate(trees[list_id], contacts[vid - 1], case.at)
        assert answer == case.answer or case.filter.get("kind") == "sample", "a sample goes by vid"
        assert (vid in scanned[list_id, case.at]) == answer, ("scan", str(case), case.filter)
        assert (vid, list_id) in proposed or not answer, ("percolation", str(case), case.filter)


def test_random_trees_mean_the_same_to_every_judge(stocked: Engine) -> None:
    maker = Maker(SEED)
    trees = {list_id: inline(maker.tree(), look_up) for list_id in range(1, DUEL_TREES + 1)}
    contacts = [maker.contact().document(vid) for vid in range(1, DUEL_CONTACTS + 1)]
    _store(stocked, trees, contacts)
    proposed = _proposed(stocked, trees, contacts)
    for list_id, tree in trees.items():
        at = maker.moment()
        expected = {contact[VID] for contact in contacts if evaluate(tree, contact, at)}
        scanned = _scanned(stocked, tree, at, len(contacts))
        for vid in scanned ^ expected:
            raise AssertionError(("scan", tree, at, compile_search(tree, at), contacts[vid - 1]))
        for vid in {vid for vid in expected if (vid, list_id) not in proposed}:
            raise AssertionError(("percolation", tree, at, compile_percolator(tree), contacts[vid - 1]))


def _store(engine: Engine, trees: Trees, contacts: Sequence[Document]) -> None:
    for list_id, tree in trees.items():
        engine.register(PORTAL, [GENERATION], ListQuery(list_id, 1, tree, reads(tree)))
    assert not engine.index(PORTAL, [GENERATION], contacts).refused
    engine.seal(PORTAL, GENERATION)


def _scanned(engine: Engine, tree: Node, at: Moment, limit: int) -> set[int]:
    return {hit.vid for hit in engine.scan(PORTAL, GENERATION, tree, at, 0, limit + 1)}


def _proposed(engine: Engine, trees: Trees, contacts: Sequence[Document]) -> Pairs:
    """Return the pairs (vid, list) that are to be evaluated: all of them where the engine does not narrow."""
    proposed = engine.propose(PORTAL, GENERATION, contacts, Asked(frozenset("*"), CATALOGUE))
    if proposed is None:
        return {(contact[VID], list_id) for contact in contacts for list_id in trees}
    return {(vid, list_id) for vid, list_ids in proposed.items() for list_id in list_ids}
