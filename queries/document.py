"""Builds the index document of a contact: the very thing that engines store, percolate and `evaluate` judges.

Text is normalised here, in Python, so that every engine compares equal tokens.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from queries import fields
from queries.catalogue import Catalogue, Definition, PropertyType
from queries.fields import Document
from queries.search import SearchFields, search_tokens
from queries.supplied import effective_values
from queries.text import normalise

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A contact as the records hold it at one moment; instants are milliseconds since the epoch.

    `properties` are the stored values, `emails` every address it is known by, `marks` its static lists.
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


def build_document(contact: Snapshot, catalogue: Catalogue) -> Document:
    """Return the index document of a contact: its values by kind, what is known, marks and search tokens."""
    values = effective_values(contact.properties, contact.created_at, contact.updated_at, contact.origin)
    return {
        fields.VID: contact.vid,
        fields.VERSION: contact.version,
        fields.CHANGE: contact.change,
        fields.MARKS: list(contact.marks),
        **property_fields(values, catalogue),
        **search_tokens(_search_fields(values, contact.emails)),
    }


def property_fields(values: Mapping[str, str], catalogue: Catalogue) -> Document:
    """Return the part of a document that property filters look at: the kinds' objects and the known names.

    A value that is not of its property's type counts as none: it was written while the type was being changed.
    """
    document: Document = {fields.KNOWN: []}
    for name, value in values.items():
        definition = catalogue.get(name) if value else None
        if definition is not None:
            with suppress(ValueError):
                _ADDERS[definition.type](document, definition, value)
                document[fields.KNOWN].append(name)
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


SCALARS: dict[PropertyType, Callable[[str], str | float | int]] = {
    PropertyType.STRING: indexed_text,
    PropertyType.NUMBER: indexed_number,
    PropertyType.DATE: indexed_day,
    PropertyType.DATETIME: int,
}


def _add_scalar(document: Document, definition: Definition, value: str) -> None:
    document.setdefault(fields.KINDS[definition.type], {})[definition.name] = SCALARS[definition.type](value)


def _add_set(document: Document, definition: Definition, value: str) -> None:
    items, term = _set_fields(value)
    document.setdefault("e", {})[definition.name] = list(items)
    document.setdefault(fields.EXACT_SET, {})[definition.name] = term


@lru_cache(maxsize=4_096)
def _set_fields(value: str) -> tuple[tuple[str, ...], str]:
    """Return the sorted items and the one term of an enumeration's value, of which a portal has few."""
    items = indexed_set(value)
    return tuple(sorted(items)), fields.set_term(items)


_ADDERS: dict[PropertyType, Callable[[Document, Definition, str], None]] = {
    **dict.fromkeys(SCALARS, _add_scalar),
    PropertyType.BOOL: _add_set,
    PropertyType.ENUMERATION: _add_set,
}


def _search_fields(values: Mapping[str, str], emails: Iterable[str]) -> SearchFields:
    return SearchFields(
        first_name=values.get("firstname", ""),
        last_name=values.get("lastname", ""),
        company=values.get("company", ""),
        emails=tuple(emails),
        phones=tuple(filter(None, (values.get("phone", ""), values.get("mobilephone", "")))),
    )
