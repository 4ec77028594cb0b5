"""Random filter trees and contacts, made of the table's rows, so that they meet often enough to be worth asking."""

import random
from collections.abc import Sequence
from typing import Any

from queries.nodes import And, Node, Not, Or
from tests.support.filter_cases import CATALOGUE, Case, Contact, cases, read_filter

MARKS = ("s:12", "s:1", "s:120", "in:7", "out:7")


class Maker:
    """Makes trees and contacts by a source of chance; equal seeds make equal ones."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._cases: Sequence[Case] = cases()
        self._values = _values(self._cases)
        self._parts = [read_filter(raw) for raw in {str(case.filter): case.filter for case in self._cases}.values()]

    def tree(self, depth: int = 4) -> Node:
        """Return a tree of at most so many levels above the table's filters."""
        if depth == 0 or self._rng.random() < 0.3:
            return self._rng.choice(self._parts)
        below = tuple(self.tree(depth - 1) for _ in range(self._rng.randint(1, 3)))
        return self._rng.choice((And(below), Or(below), Not(below[0])))

    def contact(self) -> Contact:
        """Return a contact whose values are values of the table."""
        properties = {name: value for name in CATALOGUE.names if (value := self._value(name)) is not None}
        past = {name: (value,) for name in CATALOGUE.names if (value := self._value(name)) and self._rng.random() < 0.3}
        case = self._rng.choice(self._cases)
        marks = tuple(self._rng.sample(MARKS, self._rng.randint(0, 2)))
        emails, tokens = self._rng.choice(((), ("ada@x.org",))), self._rng.choice((0, 0, 2))
        return Contact(properties, marks, case.contact.changed, past, emails, tokens)

    def moment(self) -> Any:
        """Return a moment of the table."""
        return self._rng.choice(self._cases).at

    def _value(self, name: str) -> str | None:
        return self._rng.choice(self._values[name])


def _values(table: Sequence[Case]) -> dict[str, list[str | None]]:
    """Return the values of each property in the table, absence being one of them."""
    found: dict[str, list[str | None]] = {name: [None] for name in CATALOGUE.names}
    for case in table:
        for name, value in case.contact.properties.items():
            found[name].append(value)
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}
