"""Leaves of the family PropertyValue: the value of one property now.

A negative operator does not match a contact without the value. `;` separates alternatives for sets and for
the operators that look inside text; EQ and NEQ take it literally.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.conditions import AllOf, AnyOf, Compares, Condition, Contains, EndsWith, Equals, StartsWith
from queries.context import FilterContext
from queries.errors import UnknownProperty, UnsupportedFilter
from queries.fields import Document
from queries.leaves.keys import ECHOED, read_keys, read_operator, require
from queries.leaves.operands import read_alternatives, read_needles, read_one

PRESENCE = {"IS_EMPTY": True, "IS_NOT_EMPTY": False}
NEGATIVE = {"NEQ": "EQ", "SET_NOT_ANY": "SET_ANY", "SET_NEQ": "SET_EQ", "DOESNT_CONTAIN": "CONTAINS"}
ORDER = {"LT": "lt", "LTE": "lte", "GT": "gt", "GTE": "gte"}
ANY_TYPE = ("EQ", "NEQ", "SET_ANY", "SET_NOT_ANY", "SET_ALL", "SET_EQ", "SET_NEQ", *PRESENCE)
TEXT_ONLY = ("CONTAINS", "DOESNT_CONTAIN", "STR_STARTS_WITH", "STR_ENDS_WITH")
OPERATORS = (*ANY_TYPE, *ORDER, *TEXT_ONLY)
ORDERED = (PropertyType.STRING, PropertyType.NUMBER, PropertyType.DATE, PropertyType.DATETIME)


@dataclass(frozen=True, slots=True)
class PropertyKnown:
    """The property has a value, or has none (`empty`); an empty text is none."""

    name: str
    type: PropertyType
    empty: bool

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def compile(self) -> dict[str, Any]:
        """Return a term query over the known names."""
        term = {"term": {fields.KNOWN: self.name}}
        return {"bool": {"must_not": [term]}} if self.empty else term

    def matches(self, document: Document) -> bool:
        """Return whether the name is known, or is not."""
        return (self.name in document[fields.KNOWN]) != self.empty

    def render(self) -> dict[str, Any]:
        """Return the normalised v1 filter object."""
        operator = "IS_EMPTY" if self.empty else "IS_NOT_EMPTY"
        return _rendered(self.name, self.type, operator, "")


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """The property has a value for which the condition holds, or, when negative, does not hold.

    `given` is the operand as the client wrote it, kept for the echo; it takes no part in comparison.
    """

    name: str
    type: PropertyType
    operator: str
    kind: str
    condition: Condition
    given: str | int | float | bool = field(compare=False)

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def compile(self) -> dict[str, Any]:
        """Return the condition's query; a negative one also asks that there is a value."""
        query = self.condition.compile(fields.path(self.kind, self.name))
        if self.operator not in NEGATIVE:
            return query
        return {"bool": {"filter": [{"term": {fields.KNOWN: self.name}}], "must_not": [query]}}

    def matches(self, document: Document) -> bool:
        """Return whether there is a value that answers the condition as asked."""
        value = document.get(self.kind, {}).get(self.name)
        return value is not None and self.condition.matches(value) != (self.operator in NEGATIVE)

    def render(self) -> dict[str, Any]:
        """Return the normalised v1 filter object."""
        return _rendered(self.name, self.type, self.operator, self.given)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> PropertyKnown | PropertyValue:
    """Return the leaf of a PropertyValue filter object; raises FilterError."""
    read_operator(raw, path, OPERATORS)
    keys = read_keys(raw, path, ("property", "type", "value"))
    definition = _read_property(keys, path, context)
    operator = read_operator(raw, path, operators_of(definition.type))
    if operator in PRESENCE:
        return PropertyKnown(definition.name, definition.type, PRESENCE[operator])
    given = require(keys, "value", path)
    kind, condition = _condition(definition, NEGATIVE.get(operator, operator), given, f"{path}.value")
    return PropertyValue(definition.name, definition.type, operator, kind, condition, given)


def operators_of(type: PropertyType) -> tuple[str, ...]:
    """Return the operators that a property type takes."""
    text = TEXT_ONLY if type is PropertyType.STRING else ()
    return (*ANY_TYPE, *(ORDER if type in ORDERED else ()), *text)


def _read_property(keys: dict[str, Any], path: str, context: FilterContext) -> Definition:
    name = require(keys, "property", path)
    definition = context.catalogue.get(name) if isinstance(name, str) else None
    if definition is None:
        raise UnknownProperty(f"{path}.property", str(name))
    if keys.get("type", definition.type.value) != definition.type.value:
        raise UnsupportedFilter(f"{path}.type", keys["type"], f"{definition.type.value}, the type of {definition.name}")
    return definition


def _condition(definition: Definition, operator: str, given: object, path: str) -> tuple[str, Condition]:
    """Return the kind of field to look at and the condition, for a positive operator."""
    if operator in ORDER:
        return fields.kind(definition), Compares(ORDER[operator], read_one(definition, given, path))
    if operator in _NEEDLES:
        return "s", _NEEDLES[operator](read_needles(given, path))
    if fields.kind(definition) == "e":
        return _set_condition(definition, operator, given, path)
    return fields.kind(definition), _scalar_condition(definition, operator, given, path)


def _set_condition(definition: Definition, operator: str, given: object, path: str) -> tuple[str, Condition]:
    operands = _set_operands(definition, operator, given, path)
    if operator in ("EQ", "SET_EQ"):
        return fields.EXACT_SET, Equals(fields.set_term(operands))
    return "e", _ANY_OR_ALL[operator](operands)


def _set_operands(definition: Definition, operator: str, given: object, path: str) -> frozenset[Any]:
    """Return the internal values asked for; a boolean's EQ names one value, a semicolon taken literally."""
    if operator == "EQ" and definition.type is PropertyType.BOOL:
        return frozenset({read_one(definition, given, path)})
    return read_alternatives(definition, given, path)


def _scalar_condition(definition: Definition, operator: str, given: object, path: str) -> Condition:
    """Return a condition on a property with one value: a set to be held whole holds at most that value."""
    if operator == "EQ":
        return Equals(read_one(definition, given, path))
    operands = read_alternatives(definition, given, path)
    return AnyOf(operands) if operator == "SET_ANY" or len(operands) == 1 else AllOf(operands)


def _rendered(name: str, type: PropertyType, operator: str, value: object) -> dict[str, Any]:
    return {
        "filterFamily": "PropertyValue",
        "operator": operator,
        "property": name,
        "type": type.value,
        "value": value,
        **ECHOED,
    }


_NEEDLES: dict[str, Callable[[tuple[str, ...]], Condition]] = {
    "CONTAINS": Contains,
    "STR_STARTS_WITH": StartsWith,
    "STR_ENDS_WITH": EndsWith,
}
_ANY_OR_ALL: dict[str, Callable[[frozenset[Any]], Condition]] = {"SET_ANY": AnyOf, "SET_ALL": AllOf}
