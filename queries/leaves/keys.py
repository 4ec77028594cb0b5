"""Shared reading of v1 filter objects: keys that would change the meaning are refused, never ignored."""

from collections.abc import Collection
from typing import Any

from queries.errors import MalformedFilter, MissingKey, UnsupportedFilter

ECHOED = {"withinTimeMode": "PAST", "checkPastVersions": False}
"""Keys that every normalised filter carries, with the only values that are taken (contract S4.3)."""

_NEUTRAL: dict[str, tuple[object, ...]] = {
    "withinTimeMode": ("PAST",),
    "checkPastVersions": (False,),
    "reverseWithinTimeWindow": (False,),
    "dynamicList": (False,),
    "propertyObjectType": ("CONTACT",),
}


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
