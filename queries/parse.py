"""Reads v1 filters (contract S4.3) into a tree, and writes a tree back as normalised v1 filters.

    filters = [group, …]      one group must match
    group   = [filter, …]     all filters of the group must match; an empty one, so everybody, is refused
    filter  = {"filterFamily": FAMILY, "operator": …, …}   the family defaults to PropertyValue

What v1 cannot say is a tree (`queries.tree`); its filters are one FilterTree filter with the tree's fingerprint, which
is taken back only unchanged.
"""

from typing import Any

from queries.context import FilterContext
from queries.errors import MAX_FILTERS, ChangedEcho, MalformedFilter, OtherCriteria, TooMany, UnsupportedFilter
from queries.fingerprint import fingerprint
from queries.leaves import ALIASES, DEFAULT_FAMILY, FAMILIES
from queries.leaves.opaque import opaque_leaf
from queries.limits import check_bytes
from queries.nodes import And, Leaf, Node, Or
from queries.tree import parse_tree

FILTER_TREE = "FilterTree"
FilterGroups = list[list[dict[str, Any]]]


def parse_criteria(filters: object, tree: object, context: FilterContext, present: Node | None = None) -> Node:
    """Return the tree of a list's `filters` and `filterTree`, either of which may be absent (None).

    Where both are sent, `filters` must be the echo of the tree, since one of them would otherwise be ignored; an echo
    alone stands for `present`, what the list has now. Raises FilterError.
    """
    if tree is None:
        if present is not None and is_tree_echo(filters) and is_echo_of(filters, present):
            return present
        return parse_filters(filters, context)
    parsed = parse_tree(tree, context)
    if filters not in (None, []) and not is_echo_of(filters, parsed):
        raise OtherCriteria("filters", is_tree_echo(filters))
    return parsed


def parse_filters(raw: object, context: FilterContext) -> Or:
    """Return the tree of v1 filters; `[]` (or null) is the filter that matches nobody. Raises FilterError."""
    given = _list([] if raw is None else raw, "filters", "a list of lists of filters")
    groups = [_group(group, f"filters[{i}]") for i, group in enumerate(given)]
    count = sum(map(len, groups))
    if count > MAX_FILTERS:
        raise TooMany("filters", "filters", count, MAX_FILTERS)
    tree = Or(
        tuple(
            And(tuple(_leaf(item, f"filters[{i}][{j}]", context) for j, item in enumerate(group)))
            for i, group in enumerate(groups)
        )
    )
    check_bytes("filters", given)
    return tree


def render_filters(tree: Node) -> FilterGroups:
    """Return the normalised v1 filters of a tree, or its FilterTree echo where v1 cannot say it."""
    said = render_v1(tree)
    return [[{"filterFamily": FILTER_TREE, "fingerprint": fingerprint(tree)}]] if said is None else said


def render_v1(tree: Node) -> FilterGroups | None:
    """Return the normalised v1 filters that mean the same as a tree, None where v1 cannot say it."""
    groups: FilterGroups = []
    for group in _alternatives(tree):
        rendered = [leaf.render_v1() for leaf in _conjuncts(group) if isinstance(leaf, Leaf)]
        said = [each for each in rendered if each is not None]
        if not said or len(said) != len(_conjuncts(group)):
            return None
        groups.append(said)
    return groups


def is_echo_of(filters: object, tree: Node) -> bool:
    """Return whether v1 filters are just what `render_filters` says of a tree."""
    return filters == render_filters(tree)


def is_tree_echo(filters: object) -> bool:
    """Return whether v1 filters are a FilterTree echo, of whatever tree."""
    return (
        isinstance(filters, list)
        and len(filters) == 1
        and isinstance(filters[0], list)
        and len(filters[0]) == 1
        and isinstance(filters[0][0], dict)
        and filters[0][0].get("filterFamily") == FILTER_TREE
    )


def _alternatives(tree: Node) -> tuple[Node, ...]:
    return tree.children if isinstance(tree, Or) else (tree,)


def _conjuncts(tree: Node) -> tuple[Node, ...]:
    return tree.children if isinstance(tree, And) else (tree,)


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
    family = ALIASES.get(family, family) if isinstance(family, str) else family
    if family == FILTER_TREE:
        raise ChangedEcho(f"{path}")
    if isinstance(family, str) and family in FAMILIES:
        return FAMILIES[family](raw, path, context)
    if context.keep_unknown and isinstance(family, str):
        return opaque_leaf(raw, in_v1=True)
    raise UnsupportedFilter(f"{path}.filterFamily", family, ", ".join(FAMILIES))


def _list(raw: object, path: str, wanted: str) -> list[Any]:
    if not isinstance(raw, list):
        raise MalformedFilter(path, raw, wanted)
    return raw
