"""Shared reading of filter objects, v1's and the tree's: a key that is not understood is refused, never ignored."""

from collections.abc import Collection
from typing import Any

from queries.catalogue import Definition
from queries.context import FilterContext
from queries.errors import MalformedFilter, MissingKey, UnknownProperty, UnsupportedFilter
from queries.leaves.framing import MATCH, NO_MATCH

ECHOED = {"withinTimeMode": "PAST", "checkPastVersions": False}
"""Keys that every normalised filter carries, with their values where they say nothing (contract S4.3)."""

_NEUTRAL: dict[str, tuple[object, ...]] = {
    "withinTimeMode": ("PAST",),
    "checkPastVersions": (False,),
    "reverseWithinTimeWindow": (False,),
    "propertyObjectType": ("CONTACT",),
}

PROPERTY_KEYS = ("kind", "field", "op", "missing")
"""Keys of every tree leaf over a property, which has its own readers for them."""


def read_keys(raw: dict[str, Any], path: str, meant: Collection[str]) -> dict[str, Any]:
    """Return the keys of a filter object that carry meaning; null means absent.

    Raises UnsupportedFilter for a key that is neither meant nor known to change nothing.
    """
    present = {key: value for key, value in raw.items() if value is not None}
    for key, value in present.items():
        if key not in meant and not _is_neutral(key, value):
            raise UnsupportedFilter(f"{path}.{key[:100]}", value, _supported(key, meant))
    return {key: value for key, value in present.items() if key in meant}


def read_operator(raw: dict[str, Any], path: str, operators: Collection[str]) -> str:
    """Return the filter's operator; raises UnsupportedFilter unless it is one of `operators`."""
    operator = raw.get("operator")
    if operator not in operators:
        raise UnsupportedFilter(f"{path}.operator", operator, ", ".join(operators))
    return str(operator)


def read_tree_keys(
    raw: dict[str, Any], path: str, meant: Collection[str] = (), shared: Collection[str] = PROPERTY_KEYS
) -> dict[str, Any]:
    """Return the keys of a tree's leaf that are `meant`, beyond the `shared` ones; null means absent.

    Raises UnsupportedFilter for any other key.
    """
    present = {key: value for key, value in raw.items() if value is not None}
    for key, value in present.items():
        if key not in meant and key not in shared:
            raise UnsupportedFilter(f"{path}.{key[:100]}", value, ", ".join((*shared, *meant)))
    return {key: value for key, value in present.items() if key in meant}


def read_choice(raw: dict[str, Any], path: str, key: str, choices: Collection[str]) -> str:
    """Return a key's value; raises UnsupportedFilter unless it is one of `choices`."""
    value = raw.get(key)
    if not isinstance(value, str) or value not in choices:
        raise UnsupportedFilter(f"{path}.{key}", value, ", ".join(choices))
    return value


def read_missing(raw: dict[str, Any], path: str) -> bool:
    """Return whether a contact without the value matches; by default it does not."""
    if raw.get("missing") is None:
        return False
    return read_choice(raw, path, "missing", (NO_MATCH, MATCH)) == MATCH


def read_flag(keys: dict[str, Any], path: str, key: str) -> bool:
    """Return a boolean key, false where it is absent; raises MalformedFilter."""
    value = keys.get(key, False)
    if not isinstance(value, bool):
        raise MalformedFilter(f"{path}.{key}", value, "true or false")
    return value


def read_whole(keys: dict[str, Any], path: str, key: str, low: int, high: int) -> int:
    """Return a key's whole number from `low` to `high`, also given as digits; raises MissingKey, MalformedFilter."""
    value = require(keys, key, path)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise MalformedFilter(f"{path}.{key}", value, f"a whole number from {low} to {high}")
    return value


def read_property(raw: dict[str, Any], path: str, context: FilterContext, key: str = "field") -> Definition:
    """Return the property that a key names; raises MissingKey or UnknownProperty."""
    name = require(raw, key, path)
    definition = context.catalogue.get(name) if isinstance(name, str) else None
    if definition is None:
        raise UnknownProperty(f"{path}.{key}", str(name))
    return definition


def read_list_id(value: object, path: str) -> int:
    """Return a list id given as a number or as its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    raise MalformedFilter(path, value, "a list id")


def require(keys: dict[str, Any], key: str, path: str) -> Any:
    """Return a key's value; raises MissingKey when it is absent or null."""
    value = keys.get(key)
    if value is None:
        raise MissingKey(path, key)
    return value


def _is_neutral(key: str, value: object) -> bool:
    if key in ("operator", "filterFamily"):
        return True
    return any(value is neutral or (isinstance(neutral, str) and value == neutral) for neutral in _NEUTRAL.get(key, ()))


def _supported(key: str, meant: Collection[str]) -> str:
    if key in _NEUTRAL:
        return f"{key} {' or '.join(repr(value) for value in _NEUTRAL[key])} only"
    return ", ".join(("operator", "filterFamily", *meant))
