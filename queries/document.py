"""Builds the index document of a contact: the very thing that engines store, percolate and `evaluate` judges.

Text is normalised here, in Python, so that every engine compares equal tokens.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

from queries import fields
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.fields import Document
from queries.moments import LAST_DAY, utc_day
from queries.search import SearchFields, search_tokens
from queries.submitted import Submitted, submission_fields
from queries.supplied import effective_values
from queries.text import normalise, remembered, words

DEFINITION = 2
"""Rises with every change of what documents or mappings hold; an index of another number is built anew."""

DAY_MS = 86_400_000

MAX_PAST = 1_000
"""Earlier values of one property that are indexed, the newest first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A contact as the records hold it at one moment; instants are milliseconds since the epoch.

    `properties` are the stored values, `emails` every address it is known by, `marks` its static lists and pins,
    `changed` when each property last changed, `past` its earlier values, newest first, `tokens` the number of
    visitor tokens (cookies) that it is known by, `submissions` what it sent through forms.
    """

    vid: int
    version: int
    change: int
    created_at: int
    updated_at: int
    origin: tuple[str, str]
    properties: Mapping[str, str]
    emails: tuple[str, ...]
    marks: tuple[str, ...]
    changed: Mapping[str, int] = field(default_factory=dict)
    past: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: int = 0
    submissions: tuple[Submitted, ...] = ()


def build_document(contact: Snapshot, catalogue: Catalogue) -> Document:
    """Return the index document of a contact: its values by kind, what is known, marks and search tokens."""
    values = effective_values(contact.properties, contact.created_at, contact.updated_at, contact.origin)
    return {
        fields.VID: contact.vid,
        fields.VERSION: contact.version,
        fields.CHANGE: contact.change,
        fields.MARKS: list(contact.marks),
        fields.BUCKET: fields.bucket(contact.vid),
        fields.IDENTIFIED: bool(contact.emails or values.get("email")),
        fields.TOKENS: contact.tokens,
        **property_fields(values, catalogue),
        **_history(values, contact, catalogue),
        **submission_fields(contact.submissions),
        **search_tokens(_search_fields(values, contact.emails)),
    }


def property_fields(values: Mapping[str, str], catalogue: Catalogue) -> Document:
    """Return the part of a document that property filters look at: the kinds' objects and the known names.

    A value that is not of its property's type counts as none: it was written while the type was being changed.
    """
    document: Document = {fields.KNOWN: [], fields.BLANK: []}
    for name, value in values.items():
        definition = catalogue.get(name) if value else None
        if definition is not None:
            try:
                _ADDERS[definition.type](document, definition, value)
            except ValueError:
                continue
            document[fields.KNOWN].append(name)
    return document


def indexed_text(value: str) -> str:
    """Return the text by which a string value or a filter's operand is compared: cut, normalised, cut."""
    return normalise(value[: fields.MAX_TEXT])[: fields.MAX_TEXT]


def indexed_number(value: str | float) -> float:
    """Return the number that is compared; minus zero is zero, because engines tell the two apart.

    Raises ValueError for what is no finite number.
    """
    number = float(value) + 0.0
    if not isfinite(number):
        raise ValueError(f"{value} is not finite")
    return number


def indexed_day(value: str | int) -> int:
    """Return the start of an instant's UTC day, by which `date` properties compare."""
    return int(value) // DAY_MS * DAY_MS


def indexed_set(value: str) -> frozenset[str]:
    """Return the internal values of an enumeration: the parts between semicolons, blank ones left out."""
    return frozenset(part[: fields.MAX_TEXT] for part in value.split(";") if part)


@lru_cache(maxsize=8_192)
def month_day(day: int) -> int:
    """Return the month and day of a day as one number, 101 to 1231; raises ValueError outside the calendar."""
    if not 1 <= day <= LAST_DAY:
        raise ValueError(f"day {day} is outside the calendar")
    told = date.fromordinal(day)
    return told.month * 100 + told.day


SCALARS: dict[PropertyType, Callable[[str], str | float | int]] = {
    PropertyType.STRING: indexed_text,
    PropertyType.NUMBER: indexed_number,
    PropertyType.DATE: indexed_day,
    PropertyType.DATETIME: int,
}


def _add_number(document: Document, definition: Definition, value: str) -> None:
    document.setdefault("n", {})[definition.name] = indexed_number(value)


def _add_text(document: Document, definition: Definition, value: str) -> None:
    """Words are told apart here, because engines never split a text."""
    text, found = _read_text(value)
    document.setdefault("s", {})[definition.name] = text
    document.setdefault(fields.TEXT_WORDS, {})[definition.name] = list(found)
    if value.isspace():
        document.setdefault(fields.BLANK, []).append(definition.name)


@remembered
def _read_text(value: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a string value by which it is compared, and its words."""
    text = indexed_text(value)
    return text, tuple(words(text)[: fields.MAX_WORDS])


def _add_instant(document: Document, definition: Definition, value: str) -> None:
    """Month and day are told in UTC; an instant's local ones may be those of a neighbouring day."""
    instant = int(SCALARS[definition.type](value))
    returns = month_day(utc_day(instant))
    document.setdefault("d", {})[definition.name] = instant
    document.setdefault(fields.MONTH_DAY, {})[definition.name] = returns


def _add_set(document: Document, definition: Definition, value: str) -> None:
    items, term = _set_fields(value)
    document.setdefault("e", {})[definition.name] = list(items)
    document.setdefault(fields.EXACT_SET, {})[definition.name] = term
    if definition.multiple:
        document.setdefault(fields.COUNT, {})[definition.name] = len(items)


@lru_cache(maxsize=4_096)
def _set_fields(value: str) -> tuple[tuple[str, ...], str]:
    """Return the sorted items and the one term of an enumeration's value, of which a portal has few."""
    items = indexed_set(value)
    return tuple(sorted(items)), fields.set_term(items)


_ADDERS: dict[PropertyType, Callable[[Document, Definition, str], None]] = {
    PropertyType.STRING: _add_text,
    PropertyType.NUMBER: _add_number,
    PropertyType.DATE: _add_instant,
    PropertyType.DATETIME: _add_instant,
    PropertyType.BOOL: _add_set,
    PropertyType.ENUMERATION: _add_set,
}


def _history(values: Mapping[str, str], contact: Snapshot, catalogue: Catalogue) -> Document:
    """Return when properties changed and what they were: earlier values that are of the type of today."""
    earlier: dict[str, dict[str, list[Any]]] = {}
    names = []
    for name, past in contact.past.items():
        definition = catalogue.get(name)
        found = {} if definition is None else _past_values(definition, past, values.get(name, ""))
        names += [name] if found else []
        for kind, items in found.items():
            earlier.setdefault(kind, {})[name] = items
    changed = {name: instant for name, instant in contact.changed.items() if name in catalogue}
    return {
        fields.PAST: sorted(names),
        **({fields.HISTORY: earlier} if earlier else {}),
        **({fields.CHANGED: changed} if changed else {}),
    }


def _past_values(definition: Definition, past: Iterable[str], present: str) -> dict[str, list[Any]]:
    """Return kind -> different earlier values, of which an enumeration has one list of options and one of sets."""
    found: dict[str, dict[Any, None]] = {}
    for value in list(dict.fromkeys(each for each in past if each not in ("", present)))[:MAX_PAST]:
        with suppress(ValueError):
            for kind, indexed in _earlier(definition, value).items():
                items = indexed if isinstance(indexed, list) else [indexed]
                found.setdefault(kind, {}).update(dict.fromkeys(items))
    return {kind: list(items) for kind, items in found.items()}


def _earlier(definition: Definition, value: str) -> dict[str, Any]:
    """Return an earlier value by kind; a set too long for one term could not be told from others, and is left out."""
    if fields.kind(definition) == "e" and len(value) > fields.MAX_TEXT:
        return {}
    scratch: Document = {}
    _ADDERS[definition.type](scratch, definition, value)
    return {kind: scratch[kind][definition.name] for kind in fields.kinds(definition)}


def _search_fields(values: Mapping[str, str], emails: Iterable[str]) -> SearchFields:
    return SearchFields(
        first_name=values.get("firstname", ""),
        last_name=values.get("lastname", ""),
        company=values.get("company", ""),
        emails=tuple(emails),
        phones=tuple(filter(None, (values.get("phone", ""), values.get("mobilephone", "")))),
    )
