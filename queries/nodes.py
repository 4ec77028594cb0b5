"""The tree of a filter: and, or, not over leaves. Frozen, so that trees compare by value and can be keys.

NOT is set complement over live contacts, never the negation of each leaf (a leaf about an absent value is
false in both spellings).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from queries.fields import Document


@runtime_checkable
class Leaf(Protocol):
    """One question about a contact. Each family of leaves is one module in `queries.leaves`."""

    def reads(self) -> frozenset[str]:
        """Return the names whose change can change the answer: properties, or `marks`."""

    def compile(self) -> dict[str, Any]:
        """Return the question as Elasticsearch query DSL in filter context."""

    def matches(self, document: Document) -> bool:
        """Return the answer for an index document: the reference meaning."""

    def render(self) -> dict[str, Any]:
        """Return the normalised v1 filter object (contract S4.3)."""


@dataclass(frozen=True, slots=True)
class And:
    """True where every child is true; true of everyone when it has none."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one child is true; true of nobody when it has none."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the child is false."""

    child: "Node"


Node = And | Or | Not | Leaf


def leaves(tree: Node) -> Iterator[Leaf]:
    """Yield every leaf of a tree, left to right."""
    match tree:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case Not(child):
            yield from leaves(child)
        case _:
            yield tree


def reads(tree: Node) -> frozenset[str]:
    """Return the names whose change can change the tree's answer."""
    return frozenset().union(*(leaf.reads() for leaf in leaves(tree)))
