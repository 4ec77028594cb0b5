"""A filter of a family that is not known here, kept word for word by the import of lists.

Dropping it would change what the list means, so it stays, and a list that has one must not be activated: `evaluate`
refuses to answer for it. The API refuses such filters.
"""

import json
from dataclasses import dataclass
from typing import Any

from queries.dsl import MATCH_ALL, Stated
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import Leaf, Names, Node, leaves

KIND = "opaque"


class OpaqueFilter(TypeError):
    """A list with a filter that nobody can answer was activated: a mistake of the caller's."""


@dataclass(frozen=True, slots=True)
class Opaque(Leaf):
    """A filter as it was found: its JSON, and whether that is v1's or a leaf of a tree."""

    text: str
    in_v1: bool

    def reads(self) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def matches(self, document: Document, at: Moment) -> bool:
        """Raise OpaqueFilter."""
        raise OpaqueFilter(f"no answer is known for {self.text[:100]}")

    def search(self, at: Moment) -> Stated:
        """Return everyone."""
        return Stated(MATCH_ALL, False)

    def percolate(self) -> Stated:
        """Return everyone."""
        return Stated(MATCH_ALL, False)

    def render_tree(self) -> dict[str, Any]:
        """Return the filter as it was found, v1's inside a leaf of its own."""
        found: dict[str, Any] = json.loads(self.text)
        return {"kind": KIND, "filter": found} if self.in_v1 else found

    def render_v1(self) -> dict[str, Any] | None:
        """Return the filter as it was found."""
        found: dict[str, Any] = json.loads(self.text)
        return found if self.in_v1 else None

    def describe(self, names: Names) -> str:
        """Return what family is not understood."""
        found = json.loads(self.text)
        return f"something not understood ({found.get('filterFamily') or found.get('kind')})"


def opaque_leaf(raw: dict[str, Any], in_v1: bool) -> Opaque:
    """Return the leaf that keeps a filter object as it is."""
    return Opaque(json.dumps(raw, sort_keys=True), in_v1)


def unknown_families(tree: Node) -> list[str]:
    """Return the families, or kinds of leaves, because of which a list must not be activated, in alphabetical order."""
    found = (json.loads(leaf.text) for leaf in opaque_leaves(tree))
    return sorted({str(each.get("filterFamily") or each.get("kind")) for each in found})


def opaque_leaves(tree: Node) -> list[Opaque]:
    """Return the leaves because of which a list must not be activated."""
    return [leaf for leaf in leaves(tree) if isinstance(leaf, Opaque)]
