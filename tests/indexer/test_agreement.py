"""One meaning of a filter: every engine's scan and percolation answer as the table of cases and `evaluate` do."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from indexer.engines.base import Engine, ListQuery
from queries.compile import compile_filter
from queries.evaluate import evaluate
from queries.fields import VID, Document
from queries.nodes import Or, reads
from queries.parse import parse_filters
from tests.support.filter_cases import CATALOGUE, CONTEXT, PROPERTY_ROWS, cases, document

PORTAL, GENERATION = 1, 1
SEED = 20130408
DUEL_FILTERS, DUEL_CONTACTS = 300, 100

Trees = Mapping[int, Or]


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    """An engine with an empty generation."""
    engine.create(PORTAL, GENERATION, CATALOGUE)
    return engine


def test_scan_and_percolation_answer_every_case_of_the_table(stocked: Engine) -> None:
    filters = {str(case.filter): case.filter for case in cases()}
    list_ids = {key: list_id for list_id, key in enumerate(filters, 1)}
    trees = {list_ids[key]: parse_filters([[raw]], CONTEXT) for key, raw in filters.items()}
    contacts = [document(case.properties, case.marks, vid) for vid, case in enumerate(cases(), 1)]
    found = _answers(stocked, trees, contacts)
    for vid, case in enumerate(cases(), 1):
        for judge, pairs in found.items():
            assert ((vid, list_ids[str(case.filter)]) in pairs) == case.answer, (judge, str(case))


def test_random_filters_mean_the_same_to_every_judge(stocked: Engine) -> None:
    rng = random.Random(SEED)
    raw = {list_id: _random_filters(rng) for list_id in range(1, DUEL_FILTERS + 1)}
    trees = {list_id: parse_filters(filters, CONTEXT) for list_id, filters in raw.items()}
    contacts = [_random_document(rng, vid) for vid in range(1, DUEL_CONTACTS + 1)]
    expected = {
        (contact[VID], list_id) for contact in contacts for list_id, tree in trees.items() if evaluate(tree, contact)
    }
    for judge, pairs in _answers(stocked, trees, contacts).items():
        for vid, list_id in pairs ^ expected:
            raise AssertionError((judge, raw[list_id], compile_filter(trees[list_id]), contacts[vid - 1]))


def _answers(engine: Engine, trees: Trees, contacts: Sequence[Document]) -> dict[str, set[tuple[int, int]]]:
    """Return judge -> pairs (vid, list) that it says match; an engine that does not narrow has no percolation."""
    for list_id, tree in trees.items():
        engine.register(PORTAL, [GENERATION], ListQuery(list_id, 1, tree, reads(tree)))
    assert not engine.index(PORTAL, [GENERATION], contacts).refused
    engine.seal(PORTAL, GENERATION)
    scanned = {
        (hit.vid, list_id)
        for list_id, tree in trees.items()
        for hit in engine.scan(PORTAL, GENERATION, tree, 0, len(contacts) + 1)
    }
    proposed = engine.propose(PORTAL, GENERATION, contacts, frozenset("*"))
    if proposed is None:
        return {"scan": scanned}
    return {"scan": scanned, "percolation": {(vid, list_id) for vid, ids in proposed.items() for list_id in ids}}


def _random_filters(rng: random.Random) -> list[list[dict[str, Any]]]:
    return [[_random_filter(rng) for _ in range(rng.randint(1, 3))] for _ in range(rng.randint(1, 3))]


def _random_filter(rng: random.Random) -> dict[str, Any]:
    name, operator, operand, _ = rng.choice(PROPERTY_ROWS)
    return {"property": name, "operator": operator, "value": operand}


def _random_document(rng: random.Random, vid: int) -> Document:
    """Return a contact whose values are values of the table, so that filters are met often enough."""
    values: dict[str, str] = {}
    for name in CATALOGUE.names:
        value = rng.choice([value for row in PROPERTY_ROWS if row[0] == name for value in row[3]])
        if value is not None:
            values[name] = value
    marks = tuple(rng.sample(("s:12", "s:1", "s:120"), rng.randint(0, 2)))
    return document(values, marks, vid)
