"""Leaves that compare two properties of one contact. No engine can ask that without scripts, so `evaluate` decides.

Text and options are compared for equality, text whatever its case; numbers and dates also in order. A `date` and a
`datetime` are compared by their UTC days.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.document import indexed_day
from queries.dsl import MATCH_ALL, Query, Stated, all_of, known
from queries.errors import UnsupportedFilter
from queries.fields import Document
from queries.leaves import framing
from queries.leaves.keys import ECHOED, read_choice, read_keys, read_missing, read_property, read_tree_keys
from queries.leaves.words import with_missing
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "compare"
V1 = {"EQ": "eq", "NEQ": "neq", "LT": "lt", "LTE": "lte", "GT": "gt", "GTE": "gte"}
_V1_OF = {tree: v1 for v1, tree in V1.items()}
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_SAID = {
    "eq": "is the same as",
    "neq": "is not the same as",
    "lt": "is less than",
    "lte": "is at most",
    "gt": "is more than",
    "gte": "is at least",
}
_EQUALITY = ("eq", "neq")
_ORDERED = (PropertyType.NUMBER, PropertyType.DATE, PropertyType.DATETIME)


@dataclass(frozen=True, slots=True)
class Comparison(Leaf):
    """Both properties have a value and stand in the relation; where one has none, `missing` answers."""

    name: str
    type: PropertyType
    operator: str
    other: str
    other_type: PropertyType
    missing: bool

    def reads(self) -> frozenset[str]:
        """Return both names."""
        return frozenset({self.name, self.other})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the relation holds."""
        mine, others = self.seen(document, at)
        if mine is None or others is None:
            return self.missing
        return _RELATIONS[self.operator](mine, others)

    def search(self, at: Moment) -> Stated:
        """Return whether both have a value."""
        return Stated(self.coarse(), False)

    def percolate(self) -> Stated:
        """Return whether both have a value."""
        return Stated(self.coarse(), False)

    def coarse(self) -> Query:
        """Return whether both have a value."""
        return MATCH_ALL if self.missing else all_of((known(self.name), known(self.other)))

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        missing = framing.rendered(self.missing)
        return {"kind": KIND, "field": self.name, "op": self.operator, "other": self.other, "missing": missing}

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter object."""
        if self.missing:
            return None
        return {
            "filterFamily": "PropertyValue",
            "operator": _V1_OF[self.operator],
            "property": self.name,
            "type": self.type.value,
            "value": "",
            "compareProperty": self.other,
            **ECHOED,
        }

    def describe(self, names: Names) -> str:
        """Return such as `last name is the same as company`."""
        text = f"{names.label(self.name)} {_SAID[self.operator]} {names.label(self.other)}"
        return with_missing(text, self.missing)

    def seen(self, document: Document, at: Moment) -> Any:
        """Return both values as they are compared."""
        by_day = self.type is not self.other_type
        pairs = ((self.name, self.type), (self.other, self.other_type))
        return [_value(document, name, type, by_day) for name, type in pairs]

    def missing_applies(self, document: Document) -> bool:
        """Return whether one of them has no value."""
        return None in self.seen(document, Moment(0))


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Comparison:
    """Return the leaf of `{"kind": "compare", "other": …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    operator = read_choice(raw, path, "op", _operators_of(definition.type))
    other = read_property(read_tree_keys(raw, path, ("other",)), path, context, "other")
    return _leaf(definition, operator, other, read_missing(raw, path), f"{path}.other")


def from_v1(
    keys: dict[str, Any], definition: Definition, operator: str, path: str, context: FilterContext
) -> Comparison:
    """Return the leaf of a v1 filter with `compareProperty`; its value says nothing. Raises FilterError.

    What either property was earlier cannot be asked.
    """
    read_keys(keys, path, ("property", "type", "value", "compareProperty"))
    allowed = [_V1_OF[each] for each in _operators_of(definition.type)]
    read_choice({"operator": operator}, path, "operator", allowed)
    other = read_property(keys, path, context, "compareProperty")
    return _leaf(definition, V1[operator], other, False, f"{path}.compareProperty")


def _leaf(definition: Definition, operator: str, other: Definition, missing: bool, path: str) -> Comparison:
    if fields.kind(definition) != fields.kind(other):
        raise UnsupportedFilter(path, other.name, f"another property of type {definition.type.value}")
    return Comparison(definition.name, definition.type, operator, other.name, other.type, missing)


def _operators_of(type: PropertyType) -> tuple[str, ...]:
    return tuple(V1.values()) if type in _ORDERED else _EQUALITY


def _value(document: Document, name: str, type: PropertyType, by_day: bool) -> Any:
    """Return a value in the form in which two are compared: enumerations as whole sets."""
    kind = fields.KINDS[type]
    value = document.get(fields.EXACT_SET if kind == "e" else kind, {}).get(name)
    return indexed_day(value) if kind == "d" and by_day and value is not None else value
