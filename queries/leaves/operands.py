"""Reads the operand of a property filter into the terms that documents hold: both sides compare alike."""

from queries.catalogue import Definition, PropertyType
from queries.conditions import Scalar
from queries.document import SCALARS, indexed_set, indexed_text
from queries.errors import MAX_NEEDLE, MAX_VALUES, BadOperand, TooMany
from queries.values import MAX_LENGTH, InvalidValue, check_value

_TEXT = f"text of at most {MAX_LENGTH} characters without NUL"
_WANTED = {
    PropertyType.STRING: _TEXT,
    PropertyType.ENUMERATION: _TEXT,
    PropertyType.NUMBER: 'a decimal number like "12.5"',
    PropertyType.BOOL: '"true" or "false"',
    PropertyType.DATE: "milliseconds since the epoch, or a day like 2016-01-31",
    PropertyType.DATETIME: "milliseconds since the epoch, or an ISO 8601 time with its zone",
}
_READ_AS = {
    PropertyType.ENUMERATION: (PropertyType.STRING,),
    PropertyType.DATE: (PropertyType.DATETIME, PropertyType.DATE),
}
"""How operands differ from values: an option may be gone, and an instant stands for its day."""


def read_one(definition: Definition, given: object, path: str) -> Scalar:
    """Return the one indexed value that the operand names, a semicolon taken literally; raises BadOperand."""
    stored = _checked(definition.type, given, path)
    return stored if definition.type is PropertyType.BOOL else SCALARS[definition.type](stored)


def read_alternatives(definition: Definition, given: object, path: str) -> frozenset[Scalar]:
    """Return the indexed values named by a `;`-joined operand; raises BadOperand or TooMany.

    Internal values of enumerations are not held against the options, because a list may outlive an option.
    """
    parts = _split(given, path)
    if definition.type is PropertyType.ENUMERATION:
        return frozenset(item for part in parts for item in indexed_set(_checked(definition.type, part, path)))
    return frozenset(read_one(definition, part, path) for part in parts)


def read_needles(given: object, path: str) -> tuple[str, ...]:
    """Return the normalised texts to look for, joined by `;` in the operand; raises BadOperand or TooMany."""
    parts = (_checked(PropertyType.STRING, part, path) for part in _split(given, path))
    needles = tuple(dict.fromkeys(map(indexed_text, parts)))
    longest = max(map(len, needles))
    if longest > MAX_NEEDLE:
        raise TooMany(path, "characters in one text", longest, MAX_NEEDLE)
    return needles


def _split(given: object, path: str) -> list[str]:
    parts = list(filter(None, _text(given, path).split(";")))
    if not parts:
        raise _no_value(given, path)
    if len(parts) > MAX_VALUES:
        raise TooMany(path, "values", len(parts), MAX_VALUES)
    return parts


def _checked(type: PropertyType, given: object, path: str) -> str:
    for reading in _READ_AS.get(type, (type,)):
        try:
            stored = check_value(Definition("value", reading), _text(given, path))
        except InvalidValue:
            continue
        if not stored:
            raise _no_value(given, path)
        return stored
    raise BadOperand(path, given, f"is no value of type {type.value}", f"Send {_WANTED[type]}")


def _text(given: object, path: str) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float | str):
        return str(given)
    raise BadOperand(path, given, "is neither text nor a number", "Join several values with ;")


def _no_value(given: object, path: str) -> BadOperand:
    return BadOperand(path, given, "names no value", "Send a value, or use IS_EMPTY or IS_NOT_EMPTY")
