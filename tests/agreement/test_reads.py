"""A list reads all that its stored query asks of a contact: the percolator is sent nothing else (`filtered_part`)."""

from collections.abc import Iterator
from typing import Any

from queries import fields
from queries.compile import compile_percolator
from queries.nodes import reads
from tests.agreement.random_trees import make_round
from tests.support.filter_cases import CATALOGUE

OBJECTS = (*fields.ENGINE_TYPES, fields.COUNT)
NAMING = (fields.KNOWN, fields.BLANK, fields.PAST, fields.MISSING, fields.CLEARED)


def asked_of(query: Any) -> Iterator[str]:
    """Yield the properties that a query asks something of."""
    if isinstance(query, list):
        for each in query:
            yield from asked_of(each)
    elif isinstance(query, dict):
        for key, value in query.items():
            yield from _named(key, value)
            yield from asked_of(value)


def _named(field: str, asked: Any) -> Iterator[str]:
    kind, _, name = field.removeprefix(f"{fields.HISTORY}.").partition(".")
    if kind in OBJECTS and name:
        yield name
    elif field in NAMING:
        yield from asked if isinstance(asked, list) else [asked]
    elif field == fields.GRAMS:
        grams = asked if isinstance(asked, list) else [asked]
        yield from (gram.rpartition(":")[0] for gram in grams if not gram.startswith(":"))
    elif field == "exists":
        yield from _named(asked["field"], ())


def test_a_stored_query_asks_of_nothing_that_its_list_does_not_read() -> None:
    found = set()
    for question in make_round(seed=1, questions=4_000, contacts=1).questions:
        asked = set(asked_of(compile_percolator(question.tree).query))
        assert asked <= reads(question.tree), question.tree
        found |= asked
    assert found >= {name for name, each in CATALOGUE.definitions.items() if each.type != "bool"} - {"unused"}
