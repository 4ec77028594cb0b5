"""Builds the index document of a contact: the very thing that engines store, percolate and `evaluate` judges.

Text is normalised here, in Python, so that every engine compares equal tokens.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from queries import fields
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.fields import Document
from queries.moments import utc_day
from queries.search import SearchFields, search_tokens
from queries.supplied import effective_values
from queries.text import normalise, words

DAY_MS = 86_400_000

MAX_PAST = 1_000
"""Earlier values of one property that are indexed, the newest first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A contact as the records hold it at one moment; instants are milliseconds since the epoch.

    `properties` are the stored values, `emails` every address it is known by, `marks` its static lists and pins,
    `changed` when each property last changed, `past` its earlier values, newest first, `tokens` the number of
    visitor tokens (cookies) that it is known by.
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
        **search_tokens(_search_fields(values, contact.emails)),
    }


def property_fields(values: Mapping[str, str], catalogue: Catalogue) -> Document:
    """Return the part of a document that property filters look at: the kinds' objects and the known names.

    A value that is not of its property's type counts as none: it was written while the type was being changed.
    """
    document: Document = {fields.KNOWN: [], fields.BLANK: []}
    for name, value in values.items():
        definition = catalogue.get(name)
        if value != "" and definition is not None:
            with suppress(ValueError):
                _add_value(document, definition, value)
    return document


def indexed_text(value: str) -> str:
    """Return the text by which a string value or a filter's operand is compared: cut, normalised, cut."""
    return normalise(value[: fields.MAX_TEXT])[: fields.MAX_TEXT]


def indexed_number(value: str | float) -> float:
    """Return the number that is compared; minus zero is zero, because engines tell the two apart."""
    return float(value) + 0.0


def indexed_day(value: str | int) -> int:
    """Return the start of an instant's UTC day, by which `date` properties compare."""
    return int(value) // DAY_MS * DAY_MS


def indexed_set(value: str) -> frozenset[str]:
    """Return the internal values of an enumeration: the parts between semicolons, blank ones left out."""
    return frozenset(part[: fields.MAX_TEXT] for part in value.split(";") if part)


def _add_value(document: Document, definition: Definition, value: str) -> None:
    name = definition.name
    for kind, indexed in {**_indexed(definition, value), **_derived(definition, value)}.items():
        document.setdefault(kind, {})[name] = indexed
    document[fields.KNOWN].append(name)
    if value.isspace():
        document[fields.BLANK].append(name)


def _indexed(definition: Definition, value: str) -> dict[str, Any]:
    """Return a value under each kind that holds it; raises ValueError where it is not of the property's type."""
    if fields.kind(definition) == "e":
        items = indexed_set(value)
        return {"e": sorted(items), fields.EXACT_SET: fields.set_term(items)}
    return {fields.kind(definition): SCALARS[definition.type](value)}


def _derived(definition: Definition, value: str) -> dict[str, Any]:
    """Return what engines must know beside the value, because they cannot work it out."""
    match definition.type:
        case PropertyType.STRING:
            return {fields.TEXT_WORDS: words(indexed_text(value))[: fields.MAX_WORDS]}
        case PropertyType.DATE | PropertyType.DATETIME:
            return {fields.MONTH_DAY: month_day(utc_day(int(value)))}
        case PropertyType.ENUMERATION if definition.multiple:
            return {fields.COUNT: len(indexed_set(value))}
    return {}


def month_day(day: int) -> int:
    """Return the month and day of a day as one number, 101 to 1231; raises ValueError outside the calendar."""
    told = date.fromordinal(day)
    return told.month * 100 + told.day


def _history(values: Mapping[str, str], contact: Snapshot, catalogue: Catalogue) -> Document:
    """Return when properties changed and what they were: earlier values that are of the type of today."""
    past = {
        name: _past_values(definition, contact.past[name], values.get(name, ""))
        for name in contact.past
        if (definition := catalogue.get(name)) is not None
    }
    earlier: dict[str, dict[str, list[Any]]] = {}
    for name, kinds in past.items():
        for kind, found in kinds.items():
            earlier.setdefault(kind, {})[name] = found
    changed = {name: instant for name, instant in contact.changed.items() if name in catalogue}
    found_past = {fields.PAST: sorted(name for name, kinds in past.items() if kinds)}
    return found_past | ({fields.HISTORY: earlier} if earlier else {}) | ({fields.CHANGED: changed} if changed else {})


def _past_values(definition: Definition, past: Iterable[str], present: str) -> dict[str, list[Any]]:
    """Return kind -> different earlier values, of which an enumeration has one list of options and one of sets.

    A set too long for one term is left out, because it could not be told from others.
    """
    found: dict[str, dict[Any, None]] = {}
    for value in list(dict.fromkeys(each for each in past if each not in ("", present)))[:MAX_PAST]:
        with suppress(ValueError):
            for kind, indexed in _earlier(definition, value).items():
                items = indexed if isinstance(indexed, list) else [indexed]
                found.setdefault(kind, {}).update(dict.fromkeys(items))
    return {kind: list(items) for kind, items in found.items()}


def _earlier(definition: Definition, value: str) -> dict[str, Any]:
    too_long = fields.kind(definition) == "e" and len(value) > fields.MAX_TEXT
    return {} if too_long else _indexed(definition, value)


SCALARS: dict[PropertyType, Callable[[str], str | float | int]] = {
    PropertyType.STRING: indexed_text,
    PropertyType.NUMBER: indexed_number,
    PropertyType.DATE: indexed_day,
    PropertyType.DATETIME: int,
}


def _search_fields(values: Mapping[str, str], emails: Iterable[str]) -> SearchFields:
    return SearchFields(
        first_name=values.get("firstname", ""),
        last_name=values.get("lastname", ""),
        company=values.get("company", ""),
        emails=tuple(emails),
        phones=tuple(filter(None, (values.get("phone", ""), values.get("mobilephone", "")))),
    )
