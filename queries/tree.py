"""Reads and writes our own spelling of a filter, `filterTree`, which says everything that the language can.

node = {"op": "and" | "or", "of": [node, …]}      at least one
     | {"op": "not", "of": [node]}
     | {"kind": …, …}                             a leaf; `queries.leaves` has one module a kind
"""

from typing import Any

from queries.context import FilterContext
from queries.errors import MalformedFilter, UnsupportedFilter
from queries.leaves import KINDS
from queries.leaves.opaque import KIND as OPAQUE
from queries.leaves.opaque import opaque_leaf
from queries.limits import check_bytes, check_depth, check_leaves
from queries.nodes import And, Leaf, Node, Not, Or

ROOT = "filterTree"
GROUPS = ("and", "or", "not")


def parse_tree(raw: object, context: FilterContext) -> Node:
    """Return the tree that a `filterTree` object says; raises FilterError."""
    tree = _Reader(context).read(raw, ROOT, 0)
    check_bytes(ROOT, raw)
    return tree


def render_tree(tree: Node) -> dict[str, Any]:
    """Return a tree as a `filterTree` object; reading that gives the tree back."""
    match tree:
        case And(children):
            return {"op": "and", "of": [render_tree(child) for child in children]}
        case Or(children):
            return {"op": "or", "of": [render_tree(child) for child in children]}
        case Not(child):
            return {"op": "not", "of": [render_tree(child)]}
        case leaf:
            return leaf.render_tree()


class _Reader:
    """Reads one tree and counts its leaves on the way, so that a huge one is refused early."""

    def __init__(self, context: FilterContext) -> None:
        self._context = context
        self._leaves = 0

    def read(self, raw: object, path: str, depth: int) -> Node:
        if not isinstance(raw, dict):
            raise MalformedFilter(path, raw, "a filter object")
        return self._leaf(raw, path) if "kind" in raw else self._group(raw, path, depth + 1)

    def _group(self, raw: dict[str, Any], path: str, depth: int) -> Node:
        check_depth(path, depth)
        operator = raw.get("op")
        if operator not in GROUPS:
            raise UnsupportedFilter(f"{path}.op", operator, f"{', '.join(GROUPS)}, or a leaf with a kind")
        for key in raw.keys() - {"op", "of"}:
            raise UnsupportedFilter(f"{path}.{key[:100]}", raw[key], "op, of")
        below = self._below(raw.get("of"), f"{path}.of", depth)
        if operator != "not":
            return And(below) if operator == "and" else Or(below)
        if len(below) != 1:
            raise MalformedFilter(f"{path}.of", raw["of"], "a list of exactly one filter, as not needs")
        return Not(below[0])

    def _below(self, raw: object, path: str, depth: int) -> tuple[Node, ...]:
        if not isinstance(raw, list) or not raw:
            raise MalformedFilter(path, raw, "a list of at least one filter")
        return tuple(self.read(each, f"{path}[{index}]", depth) for index, each in enumerate(raw))

    def _leaf(self, raw: dict[str, Any], path: str) -> Leaf:
        self._leaves += 1
        check_leaves(ROOT, self._leaves)
        kind = raw["kind"]
        if isinstance(kind, str) and kind in KINDS:
            return KINDS[kind](raw, path, self._context)
        if self._context.keep_unknown and isinstance(kind, str):
            return _kept(raw)
        raise UnsupportedFilter(f"{path}.kind", kind, ", ".join(KINDS))


def _kept(raw: dict[str, Any]) -> Leaf:
    """Return an opaque leaf: one of v1's inside a leaf of ours, or a kind of leaf that is not known here."""
    found = raw.get("filter")
    if raw["kind"] == OPAQUE and isinstance(found, dict):
        return opaque_leaf(found, in_v1=True)
    return opaque_leaf(raw, in_v1=False)
