"""What a portal knows that a filter may name: its properties and its lists."""

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from queries.catalogue import Catalogue

Told = TypeVar("Told", covariant=True)


class ByList(Protocol[Told]):
    """What is told of lists by their ids: a mapping, or what reads each list when it is asked for."""

    def get(self, list_id: int, /) -> Told | None:
        """Return what is told of a list, None where there is no such list."""


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The names that filters are checked against.

    `lists` maps a list id to whether the list is dynamic, `list_names` to what it is called. `keep_unknown` lets
    parsers keep a family that they do not know as an opaque leaf, which the import of lists needs and nothing else.
    """

    catalogue: Catalogue
    lists: ByList[bool]
    list_names: ByList[str] = field(default_factory=dict)
    keep_unknown: bool = False

    def label(self, name: str) -> str:
        """Return what a property is called in a sentence."""
        definition = self.catalogue.get(name)
        label = definition.label if definition is not None else ""
        return label.lower() if label else name.replace("_", " ")

    def of_list(self, list_id: int) -> str:
        """Return what a list is called in a sentence."""
        name = self.list_names.get(list_id)
        return f"list {list_id}" if name is None else f'list "{name}"'
