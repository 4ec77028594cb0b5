"""Puts the criteria of smart lists in the place of the leaves that ask for them.

A smart list means `(its criteria or pinned in) and not pinned out`, on its own and inside another list. Nobody's
membership is asked, so one write settles all levels at once, and the order of evaluation cannot matter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from queries.errors import MAX_INLINED, MAX_INLINED_DEPTH, ListCycle, TooMany, UnknownList
from queries.leaves.membership import ListMembership, Pinned
from queries.nodes import And, Node, Not, Or, children, depth, leaves


@dataclass(frozen=True, slots=True)
class ListCriteria:
    """A smart list as others contain it: its tree as written, and the time zone in which it tells days.

    That is its own zone, else its portal's; None is the zone of whatever list contains it.
    """

    tree: Node
    zone: str | None = None


Lookup = Callable[[int], ListCriteria | None]
"""Takes the id of a smart list and returns its criteria, None where there is no such list."""


def inline(tree: Node, lookup: Lookup, list_id: int | None = None) -> Node:
    """Return a tree without smart lists. With `list_id`, it is the tree of that list, pins included.

    Raises ListCycle with the path, UnknownList, and TooMany for more leaves or levels than are taken.
    """
    inliner = _Inliner(lookup)
    path = () if list_id is None else (list_id,)
    inlined = flat(inliner.expand(tree, path))
    whole = inlined if list_id is None else flat(with_pins(inlined, list_id))
    levels = depth(whole)
    if levels > MAX_INLINED_DEPTH:
        raise TooMany("filters", "levels, lists in lists included,", levels, MAX_INLINED_DEPTH)
    return whole


def with_pins(tree: Node, list_id: int) -> Node:
    """Return the criteria of a smart list as its members are: pinned in or matching, and not pinned out."""
    return And((Or((tree, Pinned(list_id, "in"))), Not(Pinned(list_id, "out"))))


def find_cycle(list_id: int, uses: Mapping[int, frozenset[int]]) -> tuple[int, ...] | None:
    """Return the ids along a way from a list back to itself, or None. `uses` maps a list to the lists it names."""
    return next(_ways_back(list_id, (list_id,), uses, set()), None)


def containers(list_id: int, uses: Mapping[int, frozenset[int]]) -> list[int]:
    """Return every list that contains a list, directly or not, inner ones before those that contain them."""
    found: dict[int, None] = {}

    def visit(inner: int) -> None:
        for outer in sorted(outer for outer, named in uses.items() if inner in named):
            if outer not in found and outer != list_id:
                visit(outer)
                found[outer] = None

    visit(list_id)
    return list(reversed(found))


def flat(tree: Node) -> Node:
    """Return a tree that means the same with fewer levels: groups in groups of their kind are joined."""
    match tree:
        case And(below):
            return _joined(And, tuple(map(flat, below)))
        case Or(below):
            return _joined(Or, tuple(map(flat, below)))
        case Not(child):
            inner = flat(child)
            return inner.child if isinstance(inner, Not) else Not(inner)
        case leaf:
            return leaf


class _Inliner:
    """Expands one tree; what a list expands to is worked out once, and the leaves are counted on the way."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._expanded: dict[int, Node] = {}
        self._sizes: dict[int, int] = {}

    def expand(self, tree: Node, path: tuple[int, ...]) -> Node:
        size = sum(self._size(leaf, path) for leaf in leaves(tree))
        if size > MAX_INLINED:
            raise TooMany("filters", "filters, lists in lists included,", size, MAX_INLINED)
        return self._replace(tree)

    def _size(self, leaf: Node, path: tuple[int, ...]) -> int:
        if not isinstance(leaf, ListMembership) or not leaf.dynamic:
            return 1
        if leaf.list_id in path:
            raise ListCycle((*path[path.index(leaf.list_id) :], leaf.list_id))
        if leaf.list_id not in self._expanded:
            self._take(leaf.list_id, path)
        return self._sizes[leaf.list_id]

    def _take(self, list_id: int, path: tuple[int, ...]) -> None:
        if len(path) > MAX_INLINED_DEPTH:
            raise TooMany("filters", "lists in each other", len(path), MAX_INLINED_DEPTH)
        criteria = self._lookup(list_id)
        if criteria is None:
            raise UnknownList("filters", list_id, "does not exist")
        inner = self.expand(criteria.tree, (*path, list_id))
        self._expanded[list_id] = with_pins(in_zone(inner, criteria.zone), list_id)
        self._sizes[list_id] = sum(1 for _ in leaves(self._expanded[list_id]))

    def _replace(self, tree: Node) -> Node:
        match tree:
            case And(below):
                return And(tuple(map(self._replace, below)))
            case Or(below):
                return Or(tuple(map(self._replace, below)))
            case Not(child):
                return Not(self._replace(child))
            case ListMembership(list_id, negative, True):
                return Not(self._expanded[list_id]) if negative else self._expanded[list_id]
            case leaf:
                return leaf


def in_zone(tree: Node, zone: str | None) -> Node:
    """Return a tree whose leaves about days keep the zone of the list they were written in."""
    if zone is None:
        return tree
    match tree:
        case And(below):
            return And(tuple(in_zone(child, zone) for child in below))
        case Or(below):
            return Or(tuple(in_zone(child, zone) for child in below))
        case Not(child):
            return Not(in_zone(child, zone))
        case leaf:
            return leaf.in_zone(zone)


def _joined(group: type[And] | type[Or], below: tuple[Node, ...]) -> Node:
    joined: list[Node] = []
    for child in below:
        joined += children(child) if isinstance(child, group) else (child,)
    unique = tuple(dict.fromkeys(joined))
    return unique[0] if len(unique) == 1 else group(unique)


def _ways_back(
    start: int, path: tuple[int, ...], uses: Mapping[int, frozenset[int]], seen: set[int]
) -> Iterator[tuple[int, ...]]:
    for inner in sorted(uses.get(path[-1], ())):
        if inner == start:
            yield (*path, inner)
        elif inner not in seen:
            seen.add(inner)
            yield from _ways_back(start, (*path, inner), uses, seen)
