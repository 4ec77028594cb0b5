"""Reads v1 filters (contract S4.3) into a tree, and writes a tree back as normalised v1 filters.

    filters = [group, …]      one group must match
    group   = [filter, …]     all filters of the group must match; an empty one, so everybody, is refused
    filter  = {"filterFamily": FAMILY, "operator": …, …}   the family defaults to PropertyValue

Two levels, so there is no depth to limit; the number of filters is.
"""

from typing import Any

from queries.context import FilterContext
from queries.errors import MAX_FILTERS, MalformedFilter, TooMany, UnsupportedFilter
from queries.leaves import DEFAULT_FAMILY, FAMILIES
from queries.nodes import And, Leaf, Or


def parse_filters(raw: object, context: FilterContext) -> Or:
    """Return the tree of v1 filters; `[]` (or null) is the filter that matches nobody. Raises FilterError."""
    given = _list([] if raw is None else raw, "filters", "a list of lists of filters")
    groups = [_group(group, f"filters[{i}]") for i, group in enumerate(given)]
    count = sum(map(len, groups))
    if count > MAX_FILTERS:
        raise TooMany("filters", "filters", count, MAX_FILTERS)
    return Or(
        tuple(
            And(tuple(_leaf(item, f"filters[{i}][{j}]", context) for j, item in enumerate(group)))
            for i, group in enumerate(groups)
        )
    )


def render_filters(tree: Or) -> list[list[dict[str, Any]]]:
    """Return the normalised v1 filters of a tree made by `parse_filters`."""
    return [[leaf.render() for leaf in _children(group)] for group in tree.children]


def _children(group: object) -> tuple[Leaf, ...]:
    match group:
        case And(children):
            return tuple(child for child in children if isinstance(child, Leaf))
        case _:
            raise TypeError(f"{group!r} is no group of v1 filters")


def _group(raw: object, path: str) -> list[Any]:
    group = _list(raw, path, "a list of filters")
    if not group:
        raise MalformedFilter(path, group, "a list of at least one filter")
    return group


def _leaf(raw: object, path: str, context: FilterContext) -> Leaf:
    if not isinstance(raw, dict):
        raise MalformedFilter(path, raw, "a filter object")
    family = raw.get("filterFamily")
    family = DEFAULT_FAMILY if family is None else family
    if not isinstance(family, str) or family not in FAMILIES:
        raise UnsupportedFilter(f"{path}.filterFamily", family, ", ".join(FAMILIES))
    return FAMILIES[family](raw, path, context)


def _list(raw: object, path: str, wanted: str) -> list[Any]:
    if not isinstance(raw, list):
        raise MalformedFilter(path, raw, wanted)
    return raw
