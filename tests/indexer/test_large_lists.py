"""Lists as large as they may be: they are filled and followed exactly, and leave other lists alone."""

from typing import Any

import pytest

from indexer.engines.base import Asked, Engine, ListQuery
from queries.evaluate import evaluate
from queries.nodes import reads
from queries.parse import parse_filters
from tests.support.filter_cases import AT, CATALOGUE, CONTEXT, document

PORTAL, GENERATION = 1, 1
CONTACTS = [document({"text": text}, vid=vid) for vid, text in enumerate(("a t7 b", "none", "t7", "x" * 1_000), 1)]
CONTACTS.append(document({}, vid=5))


def texts(count: int) -> str:
    return ";".join(f"t{number}" for number in range(count))


def asked(operator: str, value: str) -> dict[str, Any]:
    return {"property": "text", "operator": operator, "value": value}


LARGE = {
    "a thousand texts": [[asked("CONTAINS", texts(1_000))]],
    "none of a thousand texts": [[asked("DOESNT_CONTAIN", texts(1_000))]],
    "the longest text": [[asked("CONTAINS", "x" * 1_000)]],
    "250 filters of ten texts": [[asked("CONTAINS", texts(10))] for _ in range(250)],
    "all of a thousand values": [[asked("SET_ALL", texts(1_000))] for _ in range(3)],
    "250 negations": [[asked("NEQ", f"t{number}") for number in range(250)]],
    "250 times a thousand values": [[asked("SET_ANY", texts(1_000))] for _ in range(250)],
}


@pytest.mark.parametrize("filters", LARGE.values(), ids=LARGE.keys())
def test_a_list_as_large_as_may_be_is_scanned_exactly_and_proposed_wherever_it_matches(
    engine: Engine, filters: list[list[dict[str, Any]]]
) -> None:
    large, small = (parse_filters(raw, CONTEXT) for raw in (filters, [[asked("EQ", "none")]]))
    engine.create(PORTAL, GENERATION, CATALOGUE)
    stored = [ListQuery(list_id, 1, tree, reads(tree)) for list_id, tree in ((7, large), (8, small))]
    engine.register(PORTAL, [GENERATION], stored)
    engine.index(PORTAL, [GENERATION], CONTACTS)
    engine.seal(PORTAL, GENERATION)
    expected = [contact["vid"] for contact in CONTACTS if evaluate(large, contact, AT)]
    assert [hit.vid for hit in engine.scan(PORTAL, GENERATION, large, AT, 0, 10)] == expected
    assert [hit.vid for hit in engine.scan(PORTAL, GENERATION, large, AT, 0, 1)] == expected[:1]
    proposed = engine.propose(PORTAL, GENERATION, CONTACTS, Asked(frozenset({"text"}), frozenset({"text"})))
    if proposed is not None:
        assert {vid for vid, lists in proposed.items() if 7 in lists} >= set(expected)
        assert [vid for vid, lists in proposed.items() if 8 in lists] == [2]
