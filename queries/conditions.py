"""What may be asked of one value of a contact, each condition with its meaning and its queries.

A condition is positive and is only asked of a value that is there; absence, history and negation belong to the leaf.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from queries.dsl import Query, Stated, all_of, known, term

Scalar = str | float | int


class Condition(Protocol):
    """A question about a present value: text, number, instant, or the list of an enumeration's values."""

    def matches(self, value: Any) -> bool:
        """Return the answer for the value as it stands in the index document."""

    def search(self, field: str) -> Stated:
        """Return the question about an index field, wider where it is not exact."""

    def percolate(self, field: str, name: str) -> Stated:
        """Return the question about a percolated contact: the field, and terms of the property to select by."""

    def normal(self) -> list[Any]:
        """Return the question as JSON that is equal for conditions that ask the same."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value is this one."""

    operand: Scalar

    def matches(self, value: Any) -> bool:
        """Return whether the value equals the operand."""
        return bool(value == self.operand)

    def search(self, field: str) -> Stated:
        """Return a term query."""
        return Stated(term(field, self.operand))

    def percolate(self, field: str, name: str) -> Stated:
        """Return a term query."""
        return self.search(field)

    def normal(self) -> list[Any]:
        """Return the operand as the only one of several."""
        return ["any", [self.operand]]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The value, or one of the values, is among these."""

    operands: frozenset[Scalar]

    def matches(self, value: Any) -> bool:
        """Return whether any present value is among the operands."""
        return not self.operands.isdisjoint(value if isinstance(value, list) else (value,))

    def search(self, field: str) -> Stated:
        """Return a terms query, of one operand a term query."""
        if len(self.operands) == 1:
            return Stated(term(field, *self.operands))
        return Stated({"terms": {field: sorted(self.operands)}})

    def percolate(self, field: str, name: str) -> Stated:
        """Return a terms query; several numbers do not select, so their span is asked beside them."""
        operands, asked = sorted(self.operands), self.search(field).query
        if len(operands) == 1 or isinstance(operands[0], str):
            return Stated(asked)
        return Stated(all_of(({"range": {field: {"gte": operands[0], "lte": operands[-1]}}}, asked)))

    def normal(self) -> list[Any]:
        """Return the operands in order."""
        return ["any", sorted(self.operands)]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these is among the values."""

    operands: frozenset[Scalar]

    def matches(self, value: Any) -> bool:
        """Return whether all operands are present."""
        return self.operands.issubset(value if isinstance(value, list) else (value,))

    def search(self, field: str) -> Stated:
        """Return one term query an operand, all of them required."""
        return Stated(all_of(term(field, operand) for operand in sorted(self.operands)))

    def percolate(self, field: str, name: str) -> Stated:
        """Return the same."""
        return self.search(field)

    def normal(self) -> list[Any]:
        """Return the operands in order; all of one is any of it."""
        return ["any" if len(self.operands) == 1 else "all", sorted(self.operands)]


@dataclass(frozen=True, slots=True)
class Compares:
    """The value stands in an order relation to this one; text is ordered by code point."""

    relation: str
    operand: Scalar

    def matches(self, value: Any) -> bool:
        """Return whether the relation holds."""
        return _RELATIONS[self.relation](value, self.operand)

    def search(self, field: str) -> Stated:
        """Return a range query."""
        return Stated({"range": {field: {self.relation: self.operand}}})

    def percolate(self, field: str, name: str) -> Stated:
        """Return a range query, for text beside a term to select by."""
        return _selected(self.search(field).query, name, self.operand)

    def normal(self) -> list[Any]:
        """Return relation and operand."""
        return [self.relation, self.operand]


@dataclass(frozen=True, slots=True)
class Between:
    """The value lies between these two or is one of them."""

    low: Scalar
    high: Scalar

    def matches(self, value: Any) -> bool:
        """Return whether the value is inside."""
        return bool(self.low <= value <= self.high)

    def search(self, field: str) -> Stated:
        """Return one range query, since two could be met by different values."""
        return Stated({"range": {field: {"gte": self.low, "lte": self.high}}})

    def percolate(self, field: str, name: str) -> Stated:
        """Return a range query, for text beside a term to select by."""
        return _selected(self.search(field).query, name, self.low)

    def normal(self) -> list[Any]:
        """Return both ends."""
        return ["between", self.low, self.high]


_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def _selected(query: Query, name: str, operand: Scalar) -> Stated:
    """A percolator selects by ranges of numbers, and by none of text."""
    return Stated(all_of((known(name), query)) if isinstance(operand, str) else query)
