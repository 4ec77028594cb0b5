"""Maps the columns of a CSV file to properties: by name, by label, or by the headings that address books write.

Those headings are a table, headings.json: program -> heading -> property.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from queries.catalogue import Catalogue, Definition
from queries.text import normalise
from records.catalogues import load_catalogue
from records.models import PropertyDefinition

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is imported: its position from 0, its property, and folded option label -> internal value."""

    position: int
    definition: Definition
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """A header: how many columns it has, those imported, and the headings of those that are not."""

    width: int
    mapped: tuple[Column, ...]
    unmapped: tuple[str, ...]
    read_only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Properties:
    """What headings may name: the portal's catalogue, and property -> folded option label -> internal value."""

    catalogue: Catalogue
    options: Mapping[str, Mapping[str, str]]


def load_properties(session: Session, portal_id: int) -> Properties:
    """Return the properties of a portal as headings and cells name them."""
    statement = select(PropertyDefinition.name, PropertyDefinition.details).where(
        PropertyDefinition.portal_id == portal_id
    )
    options = {name: _labels(details) for name, details in session.execute(statement)}
    return Properties(load_catalogue(session, portal_id), options)


def map_columns(header: Sequence[str], properties: Properties) -> Columns:
    """Return what each column of a header means; blank headings count as unmapped."""
    names = _known_headings(properties.catalogue)
    found = [(i, heading, names.get(fold(heading))) for i, heading in enumerate(header)]
    mapped = [(i, heading, properties.catalogue.definitions[name]) for i, heading, name in found if name]
    return Columns(
        width=len(header),
        mapped=tuple(
            Column(i, definition, properties.options.get(definition.name, {}))
            for i, _, definition in mapped
            if not definition.read_only
        ),
        unmapped=tuple(heading for _, heading, name in found if not name),
        read_only=tuple(heading for _, heading, definition in mapped if definition.read_only),
    )


def fold(text: str) -> str:
    """Return the form in which headings and option labels are compared: case, accents and blanks do not matter."""
    return _BLANKS.sub(" ", normalise(text)).strip()


def _known_headings(catalogue: Catalogue) -> dict[str, str]:
    """Return folded heading -> property; a name goes before a label, a label before the table."""
    definitions = catalogue.definitions.values()
    table = {heading: name for heading, name in _table().items() if name in catalogue}
    labels = {fold(definition.label): definition.name for definition in definitions if definition.label}
    return {**table, **labels, **{fold(definition.name): definition.name for definition in definitions}}


def _labels(details: Mapping[str, Any]) -> dict[str, str]:
    return {fold(option["label"]): option["value"] for option in details.get("options", ())}


@cache
def _table() -> dict[str, str]:
    text = resources.files("indexer.imports").joinpath("headings.json").read_text("utf-8")
    return {fold(heading): name for table in json.loads(text).values() for heading, name in table.items()}
