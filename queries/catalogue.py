"""What the properties of a portal mean, without any storage: filters, values and documents agree on it.

Types, field types and names follow the vendor's property object (contract S3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


class PropertyType(StrEnum):
    """The `type` of a property as it stands on the wire."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    ENUMERATION = "enumeration"


@dataclass(frozen=True, slots=True)
class Definition:
    """One property: its type, and the internal values of its options when it is an enumeration.

    `read_only` means that clients cannot write the value; `external_options` means that the options live in
    another system, so any value is taken.
    """

    name: str
    type: PropertyType
    field_type: str = "text"
    options: tuple[str, ...] = ()
    label: str = ""
    read_only: bool = False
    external_options: bool = False

    @property
    def multiple(self) -> bool:
        """True when a value may hold several options, joined by `;` (an enumeration shown as checkboxes)."""
        return self.type is PropertyType.ENUMERATION and self.field_type == "checkbox"

    @property
    def dated(self) -> bool:
        """True when a value is a day or an instant, in milliseconds since the epoch."""
        return self.type in (PropertyType.DATE, PropertyType.DATETIME)

    @property
    def closed(self) -> bool:
        """True when only the listed options may be values."""
        return self.type is PropertyType.ENUMERATION and bool(self.options) and not self.external_options


@dataclass(frozen=True)
class Catalogue:
    """All definitions of one portal by name; `version` rises with every change of a definition."""

    version: int
    definitions: Mapping[str, Definition]

    def get(self, name: str) -> Definition | None:
        """Return the definition of a property, or None when the portal has no such property."""
        return self.definitions.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.definitions

    @cached_property
    def instants(self) -> frozenset[str]:
        """The names of the properties whose values are dates or instants."""
        return frozenset(name for name, definition in self.definitions.items() if definition.dated)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all properties in alphabetical order."""
        return tuple(sorted(self.definitions))


def valid_name(name: str) -> bool:
    """Tell whether a new property or group may have this name.

    Lowercase letters, digits and underscores, a letter first (contract S3); at most 100 characters.
    """
    return _NAME.fullmatch(name) is not None
