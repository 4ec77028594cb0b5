"""Compiles a filter tree to Elasticsearch query DSL, valid in Elasticsearch 7.17 to 9 and OpenSearch 2 and 3.

Only and, or and not are known here; a leaf states its own query, once for indexed contacts at a moment and once for
percolated ones without any. A leaf that cannot be stated exactly is wider than its meaning, which under an odd number
of NOTs would lose contacts: there it is replaced by nobody. Then, and where engines would refuse a query for its size,
`verify` says that the hits are more than the matches, and `evaluate` decides. Every match is always among the hits.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from queries.dsl import MATCH_ALL, MATCH_NONE, Query, Stated, all_of, any_of, none_of, weight
from queries.moments import Moment
from queries.nodes import And, Leaf, Node, Not, Or, leaves

MAX_WEIGHT = 512
"""Above this the heaviest leaves give way: engines refuse 1,024 clauses (`indices.query.bool.max_clause_count`)."""

MAX_CLAUSES = 1_000
"""Above this, which only a filter full of other lists reaches, everyone is asked."""


class Compiled(NamedTuple):
    """A query in filter context; `verify` is True where it matches more documents than the filter means."""

    query: Query
    verify: bool


def compile_search(tree: Node, at: Moment) -> Compiled:
    """Return the query that finds at least the indexed contacts that match at a moment."""
    return _compile(tree, {leaf: leaf.search(at) for leaf in leaves(tree)})


def compile_percolator(tree: Node) -> Compiled:
    """Return the query to store with a list: it matches at least the percolated contacts that may match by now."""
    return _compile(tree, {leaf: leaf.percolate() for leaf in leaves(tree)})


def selects_nothing(compiled: Compiled) -> bool:
    """Return whether a stored query must be tested for every contact, because no term or range selects it."""
    return not _selects(compiled.query)


def _compile(tree: Node, stated: Mapping[Leaf, Stated]) -> Compiled:
    light = _lightened(tree, stated)
    whole = _state(tree, light, positive=True)
    if weight(whole.query) > MAX_CLAUSES:
        return Compiled(MATCH_ALL, True)
    return Compiled(whole.query, not whole.exact)


def _lightened(tree: Node, stated: Mapping[Leaf, Stated]) -> Mapping[Leaf, Stated]:
    """Return the statements of leaves, the heaviest replaced by coarse ones until engines take the whole."""
    counts = Counter(leaves(tree))
    weights = {leaf: weight(stated[leaf].query) for leaf in counts}
    total = sum(weights[leaf] * count for leaf, count in counts.items())
    light = dict(stated)
    for leaf in sorted(weights, key=lambda leaf: -weights[leaf]):
        if total <= MAX_WEIGHT:
            break
        coarse = leaf.coarse()
        if weight(coarse) < weights[leaf]:
            light[leaf] = Stated(coarse, False)
            total -= (weights[leaf] - weight(coarse)) * counts[leaf]
    return light


def _state(tree: Node, stated: Mapping[Leaf, Stated], positive: bool) -> Stated:
    """Return a query that is exact, or wider than the tree where `positive`, or narrower where not."""
    match tree:
        case And(children):
            parts = [_state(child, stated, positive) for child in children]
            return Stated(all_of(part.query for part in parts), all(part.exact for part in parts))
        case Or(children):
            parts = [_state(child, stated, positive) for child in children]
            return Stated(any_of(part.query for part in parts), all(part.exact for part in parts))
        case Not(child):
            inner = _state(child, stated, not positive)
            return Stated(none_of(inner.query), inner.exact)
        case leaf:
            own = stated[leaf]
            return own if own.exact or positive else Stated(MATCH_NONE, False)


def _selects(query: Query) -> bool:
    """Say whether a percolator can select by a query: by terms and ranges, but neither several numbers nor a denial."""
    if "bool" in query:
        required, optional = query["bool"].get("filter", ()), query["bool"].get("should", ())
        return any(map(_selects, required)) or (bool(optional) and all(map(_selects, optional)))
    if "range" in query:
        [bounds] = query["range"].values()
        return not any(isinstance(bound, str) for bound in bounds.values())
    if "terms" in query:
        [operands] = query["terms"].values()
        return all(isinstance(operand, str) for operand in operands)
    return "term" in query or "match_none" in query
