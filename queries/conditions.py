"""What may be asked of one value of a contact, each condition with its meaning and its query.

A condition is positive and is only asked of a value that is there; absence and negation belong to the leaf.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Scalar = str | float | int
Query = dict[str, Any]


class Condition(Protocol):
    """A question about a present value: text, number, instant, or the list of an enumeration's values."""

    def matches(self, value: Any) -> bool:
        """Return the answer for the value as it stands in the index document."""

    def compile(self, field: str) -> Query:
        """Return the question as query DSL over an index field."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value is this one."""

    operand: Scalar

    def matches(self, value: Any) -> bool:
        """Return whether the value equals the operand."""
        return bool(value == self.operand)

    def compile(self, field: str) -> Query:
        """Return a term query."""
        return {"term": {field: self.operand}}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The value, or one of the values, is among these."""

    operands: frozenset[Scalar]

    def matches(self, value: Any) -> bool:
        """Return whether any present value is among the operands."""
        return not self.operands.isdisjoint(value if isinstance(value, list) else (value,))

    def compile(self, field: str) -> Query:
        """Return a terms query."""
        return {"terms": {field: sorted(self.operands)}}


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these is among the values."""

    operands: frozenset[Scalar]

    def matches(self, value: Any) -> bool:
        """Return whether all operands are present."""
        return self.operands.issubset(value if isinstance(value, list) else (value,))

    def compile(self, field: str) -> Query:
        """Return one term query an operand, all of them required."""
        return {"bool": {"filter": [{"term": {field: operand}} for operand in sorted(self.operands)]}}


@dataclass(frozen=True, slots=True)
class Compares:
    """The value stands in an order relation to this one; text is ordered by code point."""

    relation: str
    operand: Scalar

    def matches(self, value: Any) -> bool:
        """Return whether the relation holds."""
        return _RELATIONS[self.relation](value, self.operand)

    def compile(self, field: str) -> Query:
        """Return a range query."""
        return {"range": {field: {self.relation: self.operand}}}


_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Contains:
    """The text contains one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a substring."""
        return any(needle in value for needle in self.needles)

    def compile(self, field: str) -> Query:
        """Return wildcard queries with a star on both sides."""
        return any_query([_wildcard(field, f"*{_escape(needle)}*") for needle in self.needles])


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The text starts with one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a prefix."""
        return bool(value.startswith(self.needles))

    def compile(self, field: str) -> Query:
        """Return prefix queries."""
        return any_query([{"prefix": {field: {"value": needle}}} for needle in self.needles])


@dataclass(frozen=True, slots=True)
class EndsWith:
    """The text ends with one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a suffix."""
        return bool(value.endswith(self.needles))

    def compile(self, field: str) -> Query:
        """Return wildcard queries with a leading star."""
        return any_query([_wildcard(field, f"*{_escape(needle)}") for needle in self.needles])


def any_query(queries: list[Query]) -> Query:
    """Return a query that matches where one of the queries does."""
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _wildcard(field: str, pattern: str) -> Query:
    return {"wildcard": {field: {"value": pattern}}}


def _escape(needle: str) -> str:
    return needle.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
