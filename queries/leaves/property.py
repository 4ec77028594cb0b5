"""The v1 family PropertyValue: picks the family of leaves by operator and keys (contract S4.3)."""

from collections.abc import Callable
from typing import Any

from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.errors import UnsupportedFilter
from queries.leaves import compare, presence, relative, text, values
from queries.leaves.keys import read_keys, read_operator, read_property
from queries.nodes import Leaf

OPERATORS = (*values.V1, *presence.V1, *text.V1, *relative.V1)
_BASE = ("property", "type", "value")


def parse_v1(raw: dict[str, Any], path: str, context: FilterContext) -> Leaf:
    """Return the leaf of a PropertyValue filter object; raises FilterError."""
    operator = read_operator(raw, path, OPERATORS)
    keys = read_keys(raw, path, _meant(operator))
    definition = read_property(keys, path, context, "property")
    if keys.get("type", definition.type.value) != definition.type.value:
        raise UnsupportedFilter(f"{path}.type", keys["type"], f"{definition.type.value}, the type of {definition.name}")
    read_operator(raw, path, operators_of(definition.type))
    if "compareProperty" in keys:
        return compare.from_v1(keys, definition, operator, path, context)
    return _family(operator)(keys, definition, operator, path)


def operators_of(type: PropertyType) -> tuple[str, ...]:
    """Return the v1 operators that a property type takes."""
    in_text = tuple(text.V1) if type is PropertyType.STRING else ()
    in_time = relative.V1 if type in (PropertyType.DATE, PropertyType.DATETIME) else ()
    return (*(values.OPERATORS[each] for each in values.operators_of(type)), *presence.V1, *in_text, *in_time)


def _meant(operator: str) -> tuple[str, ...]:
    """Return the keys that carry meaning for an operator."""
    if operator in relative.V1:
        return (*_BASE, *relative.V1_KEYS)
    if operator in presence.V1:
        return _BASE
    if operator in text.V1:
        return (*_BASE, "checkPastVersions")
    ends = ("rangeStart", "rangeEnd") if operator.endswith("BETWEEN") else ()
    compared = ("compareProperty",) if operator in compare.V1 else ()
    return (*_BASE, "checkPastVersions", *ends, *compared)


def _family(operator: str) -> Callable[[dict[str, Any], Definition, str, str], Leaf]:
    if operator in values.V1:
        return values.from_v1
    if operator in presence.V1:
        return presence.from_v1
    return text.from_v1 if operator in text.V1 else relative.from_v1
