"""Reads the operands of a property filter into the terms that documents hold: both sides compare alike."""

from collections.abc import Sequence
from typing import NoReturn

from queries.catalogue import Definition, PropertyType
from queries.conditions import Scalar
from queries.document import SCALARS, indexed_set, indexed_text
from queries.errors import MAX_NEEDLE, MAX_VALUES, BadOperand, MalformedFilter, TooMany
from queries.leaves.conditional import Given
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


def read_alternatives(definition: Definition, given: Sequence[Given], path: str) -> frozenset[Scalar]:
    """Return the indexed values that operands name; raises BadOperand or TooMany.

    Internal values of enumerations are not held against the options, because a list may outlive an option.
    """
    _check_count(given, path)
    if definition.type is PropertyType.ENUMERATION:
        options = frozenset(item for each in given for item in indexed_set(_checked(definition.type, each, path)))
        return options if options else _refuse_nothing(given, path)
    return frozenset(read_one(definition, each, path) for each in given)


def read_needles(given: Sequence[Given], path: str) -> tuple[str, ...]:
    """Return the normalised texts to look for; raises BadOperand or TooMany."""
    _check_count(given, path)
    needles = tuple(dict.fromkeys(read_text(each, path) for each in given))
    longest = max(map(len, needles))
    if longest > MAX_NEEDLE:
        raise TooMany(path, "characters in one text", longest, MAX_NEEDLE)
    return needles


def read_text(given: object, path: str) -> str:
    """Return an operand as texts are compared; raises BadOperand where nothing is left of it."""
    needle = indexed_text(_checked(PropertyType.STRING, given, path))
    return needle if needle else _refuse_nothing(given, path)


def split(given: object, path: str) -> tuple[Given, ...]:
    """Return the operands that v1 joins by `;`, empty ones left out; raises BadOperand."""
    scalar = read_scalar(given, path)
    parts: tuple[Given, ...] = tuple(filter(None, scalar.split(";"))) if isinstance(scalar, str) else (scalar,)
    return parts if parts else _refuse_nothing(given, path)


def read_scalar(given: object, path: str) -> Given:
    """Return an operand that is text, a number or a boolean; raises BadOperand."""
    if isinstance(given, bool | int | float | str):
        return given
    raise BadOperand(path, given, "is neither text nor a number", "Join several values with ;")


def read_several(given: object, path: str) -> tuple[Given, ...]:
    """Return the operands of a tree's `values`; raises MalformedFilter or BadOperand."""
    if not isinstance(given, list) or not given:
        raise MalformedFilter(path, given, "a list of at least one value")
    return tuple(read_scalar(each, f"{path}[{index}]") for index, each in enumerate(given))


def _check_count(given: Sequence[Given], path: str) -> None:
    if len(given) > MAX_VALUES:
        raise TooMany(path, "values", len(given), MAX_VALUES)


def _checked(type: PropertyType, given: object, path: str) -> str:
    scalar = read_scalar(given, path)
    text = str(scalar).lower() if isinstance(scalar, bool) else str(scalar)
    for reading in _READ_AS.get(type, (type,)):
        try:
            stored = check_value(Definition("value", reading), text)
        except InvalidValue:
            continue
        return stored if stored else _refuse_nothing(given, path)
    raise BadOperand(path, given, f"is no value of type {type.value}", f"Send {_WANTED[type]}")


def _refuse_nothing(given: object, path: str) -> NoReturn:
    raise BadOperand(path, given, "names no value", "Send a value, or use IS_EMPTY or IS_NOT_EMPTY")
