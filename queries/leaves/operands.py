"""Reads the operand of a property filter into the terms that documents hold, so that both sides compare alike."""

from queries.catalogue import Definition, PropertyType
from queries.conditions import Scalar
from queries.document import SCALARS, indexed_set, indexed_text
from queries.errors import MAX_NEEDLE, MAX_VALUES, BadOperand, TooMany
from queries.values import InvalidValue, check_value

_PLAIN = {
    PropertyType.NUMBER: Definition("value", PropertyType.NUMBER),
    PropertyType.DATE: Definition("value", PropertyType.DATETIME),
    PropertyType.DATETIME: Definition("value", PropertyType.DATETIME),
    PropertyType.STRING: Definition("value", PropertyType.STRING),
    PropertyType.BOOL: Definition("value", PropertyType.BOOL),
}


def read_one(definition: Definition, given: object, path: str) -> Scalar:
    """Return the one indexed value that the operand names, a semicolon taken literally; raises BadOperand."""
    return SCALARS[definition.type](_checked(definition, given, path))


def read_alternatives(definition: Definition, given: object, path: str) -> frozenset[Scalar]:
    """Return the indexed values named by a `;`-joined operand; raises BadOperand or TooMany.

    Internal values of enumerations are not held against the options, because a list may outlive an option.
    """
    parts = _split(given, path)
    if definition.type is PropertyType.ENUMERATION:
        return frozenset(item for part in parts for item in indexed_set(part))
    checked = [_checked(definition, part, path) for part in parts]
    return frozenset(checked if definition.type is PropertyType.BOOL else map(SCALARS[definition.type], checked))


def read_needles(given: object, path: str) -> tuple[str, ...]:
    """Return the normalised texts to look for, joined by `;` in the operand; raises BadOperand or TooMany."""
    needles = tuple(dict.fromkeys(indexed_text(part) for part in _split(given, path)))
    longest = max(map(len, needles))
    if longest > MAX_NEEDLE:
        raise TooMany(path, "characters in one text", longest, MAX_NEEDLE)
    return tuple(filter(None, needles)) or _refuse_empty(given, path)


def _split(given: object, path: str) -> list[str]:
    parts = [part for part in _text(given, path).split(";") if part != ""]
    if len(parts) > MAX_VALUES:
        raise TooMany(path, "values", len(parts), MAX_VALUES)
    return parts or list(_refuse_empty(given, path))


def _checked(definition: Definition, given: object, path: str) -> str:
    try:
        stored = check_value(_PLAIN[definition.type], _text(given, path))
    except InvalidValue as error:
        raise BadOperand(path, given, f"is no {definition.type.value}", f"Send a {definition.type.value}") from error
    return stored or _refuse_empty(given, path)[0]


def _text(given: object, path: str) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float | str):
        return str(given)
    raise BadOperand(path, given, "is neither text nor a number", "Join several values with ;")


def _refuse_empty(given: object, path: str) -> tuple[str, ...]:
    raise BadOperand(path, given, "names no value", "Send a value, or use IS_EMPTY or IS_NOT_EMPTY")
