"""What a portal knows that a filter may name: its properties and its lists."""

from dataclasses import dataclass

from queries.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The names that filters are checked against. `lists` maps a list id to whether the list is dynamic."""

    catalogue: Catalogue
    lists: dict[int, bool]
