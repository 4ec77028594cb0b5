"""Makes the query of a filter small enough for every engine; what that costs in exactness `evaluate` makes good.

Engines refuse a query of more than 1,024 clauses (`indices.query.bool.max_clause_count`) and patterns whose automaton
is too large, and each pattern costs a percolation more than a millisecond. A filter within the limits of
`queries.errors` can be far beyond all of these, and one such query would fail every percolation of its portal.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from queries.compile import Query, compile_filter
from queries.leaves.property import PropertyKnown, PropertyValue
from queries.nodes import And, Node, Not, Or

MAX_WEIGHT = 512
PATTERN_WEIGHT = 8
MAX_PATTERN = 100
"""Characters of a pattern; one of a hundred equal ones is about as much as Lucene turns into an automaton."""


def widen(tree: Node) -> Node:
    """Return a tree whose query every engine takes, true wherever `tree` is: `tree` itself where that will do.

    The heaviest leaves give way first, to the question whether there is a value at all.
    """
    counts = Counter(_parts(tree))
    weights = {part: _weight(compile_filter(part)) for part in counts}
    total = sum(weights[part] * count for part, count in counts.items())
    widened: dict[Node, Node] = {}
    for part in sorted(weights, key=lambda part: -weights[part]):
        if total <= MAX_WEIGHT:
            break
        widened[part] = _widened(part)
        total -= (weights[part] - _weight(compile_filter(widened[part]))) * counts[part]
    return _replace(tree, widened) if widened else tree


def _parts(tree: Node) -> Iterator[Node]:
    """Yield what may be replaced by something wider: leaves, and whole negations, inside which wider is narrower."""
    match tree:
        case And(children) | Or(children):
            for child in children:
                yield from _parts(child)
        case _:
            yield tree


def _replace(tree: Node, widened: dict[Node, Node]) -> Node:
    match tree:
        case And(children):
            return And(tuple(_replace(child, widened) for child in children))
        case Or(children):
            return Or(tuple(_replace(child, widened) for child in children))
        case _:
            return widened.get(tree, tree)


def _widened(part: Node) -> Node:
    match part:
        case PropertyValue(name, type):
            return PropertyKnown(name, type, empty=False)
        case Not():
            return And(())
        case _:
            return part


def _weight(query: Query) -> int:
    """Return how much of an engine's patience a query takes: its clauses, patterns counting for several."""
    if "wildcard" in query:
        [pattern] = query["wildcard"].values()
        return PATTERN_WEIGHT if len(pattern["value"]) <= MAX_PATTERN else MAX_WEIGHT + 1
    if "bool" not in query:
        return 1
    inner: list[Any] = [query["bool"].get(clause, ()) for clause in ("filter", "should", "must_not")]
    return sum(_weight(each) for clauses in inner for each in clauses)
