"""How leaves over one property are put in plain language."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from queries.catalogue import PropertyType

_PRESENT = {
    "eq": "is {}",
    "neq": "is not {}",
    "any": "is any of {}",
    "none": "is none of {}",
    "all": "has all of {}",
    "not-all": "does not have all of {}",
    "exactly": "is exactly {}",
    "not-exactly": "is not exactly {}",
    "lt": "is less than {}",
    "lte": "is at most {}",
    "gt": "is more than {}",
    "gte": "is at least {}",
    "between": "is between {}",
    "not-between": "is not between {}",
    "contains": "contains {}",
    "not-contains": "does not contain {}",
    "starts": "starts with {}",
    "not-starts": "does not start with {}",
    "ends": "ends with {}",
    "not-ends": "does not end with {}",
    "words": "has the words {}",
    "not-words": "does not have the words {}",
    "regex": "matches /{}/",
    "not-regex": "does not match /{}/",
}
_OF_DATES = {
    "lt": "is before {}",
    "lte": "is at or before {}",
    "gt": "is after {}",
    "gte": "is at or after {}",
}
_EVER = {
    "neq": "has never been {}",
    "none": "has never been any of {}",
    "not-exactly": "has never been exactly {}",
    "not-all": "has never had all of {}",
    "not-between": "has never been between {}",
    "not-contains": "has never contained {}",
    "not-starts": "has never started with {}",
    "not-ends": "has never ended with {}",
    "not-words": "has never had the words {}",
    "not-regex": "has never matched /{}/",
    "all": "has ever had all of {}",
    "contains": "has ever contained {}",
    "starts": "has ever started with {}",
    "ends": "has ever ended with {}",
    "words": "has ever had the words {}",
    "regex": "has ever matched /{}/",
}
_JOINED_BY_AND = frozenset({"between", "not-between", "all", "not-all", "exactly", "not-exactly"})
_MAX_NAMED = 10


class Phrase(NamedTuple):
    """A property's name, an operator with its operands as given, and the property's type."""

    label: str
    operator: str
    given: Sequence[Any]
    type: PropertyType | None


def said(phrase: Phrase, ever: bool = False, missing: bool = False) -> str:
    """Return such as `stage is any of lead, customer or has no value`."""
    told = _verb(phrase, ever).format(_operands(phrase))
    return with_missing(f"{phrase.label} {told}", missing)


def with_missing(text: str, missing: bool) -> str:
    """Return a description of a leaf that also matches contacts without a value."""
    return f"({text} or there is no value)" if missing else text


def instant(milliseconds: int) -> str:
    """Return an instant as a day, or as day and time in UTC where it is not midnight."""
    told = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return told.strftime("%Y-%m-%d") if milliseconds % 86_400_000 == 0 else told.isoformat().replace("+00:00", "Z")


def _verb(phrase: Phrase, ever: bool) -> str:
    if ever:
        present = _PRESENT[phrase.operator]
        return _EVER.get(phrase.operator, present.replace("is ", "has ever been ", 1))
    if phrase.type in (PropertyType.DATE, PropertyType.DATETIME):
        return _OF_DATES.get(phrase.operator, _PRESENT[phrase.operator])
    return _PRESENT[phrase.operator]


def _operands(phrase: Phrase) -> str:
    told = [_operand(each, phrase.type) for each in phrase.given[:_MAX_NAMED]]
    if len(phrase.given) > _MAX_NAMED:
        told.append(f"{len(phrase.given) - _MAX_NAMED} more")
    if phrase.operator in _JOINED_BY_AND:
        return " and ".join(told)
    return told[0] if len(told) == 1 else ", ".join(told[:-1]) + f" or {told[-1]}"


def _operand(given: Any, type: PropertyType | None) -> str:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    if type in (PropertyType.DATE, PropertyType.DATETIME) and text.lstrip("+-").isdigit():
        return instant(int(text))
    return f'"{text}"' if text != text.strip() or text == "" else text
