"""The tree of a filter: and, or, not over leaves. Frozen, so that trees compare by value and can be keys.

NOT is set complement over live contacts, never the negation of each leaf: what a leaf says of an absent value is its
own affair (`missing`), and both spellings can be false of one contact.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from queries.dsl import MATCH_ALL, Query, Stated
from queries.fields import Document
from queries.moments import Moment


class Crossing(NamedTuple):
    """Contacts whose instant of `name` lies in (low, high] may have changed their answer between two moments.

    `source` says which instant: `value`, that of the date or datetime property; `changed`, when the property last
    changed; `submitted`, any at which the form of that name was sent, or any form where it is ""; all in milliseconds
    since the epoch. With `anniversary` the bounds are month and day in UTC as one number
    (1231) and both of them count: low <= number <= high.
    """

    source: str
    name: str
    low: int
    high: int


class Names(Protocol):
    """How the parts of a filter are called in plain language."""

    def label(self, name: str) -> str:
        """Return what a property is called."""

    def of_list(self, list_id: int) -> str:
        """Return what a list is called."""


class Leaf(ABC):
    """One question about a contact. Each family of leaves is one module in `queries.leaves`; this is its contract.

    Reading is each module's own: `parse(raw, path, context)` for the tree's spelling, and a way from v1 where it has
    one (`queries.leaves`).
    """

    __slots__ = ()

    @abstractmethod
    def reads(self) -> frozenset[str]:
        """Return the names whose change can change the answer: properties, marks, `identified`, `tokens`."""

    @abstractmethod
    def matches(self, document: Document, at: Moment) -> bool:
        """Return the answer for an index document at a moment: the reference meaning."""

    @abstractmethod
    def search(self, at: Moment) -> Stated:
        """Return the question about indexed contacts at a moment; where it is not exact, it is wider."""

    @abstractmethod
    def percolate(self) -> Stated:
        """Return the question about a percolated contact at any moment; where it is not exact, it is wider."""

    @abstractmethod
    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling, as it was given."""

    @abstractmethod
    def describe(self, names: Names) -> str:
        """Return the question in plain language."""

    def coarse(self) -> Query:
        """Return the cheapest query that matches wherever the leaf does, in either index."""
        return MATCH_ALL

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter (contract S4.3), None where v1 cannot say it."""
        return None

    def normal(self) -> Mapping[str, Any]:
        """Return the question as JSON that is equal for leaves that ask the same."""
        return self.render_tree()

    @property
    def moves(self) -> bool:
        """True when time alone can change the answer for some contact."""
        return False

    def crossings(self, since: Moment, until: Moment) -> tuple[Crossing, ...]:
        """Return which contacts the clock alone may have moved between two moments; () where none can be."""
        return ()

    def in_zone(self, zone: str) -> "Leaf":
        """Return the leaf with its days told in a time zone, unless it has one of its own or tells no days."""
        return self

    def next_change(self, document: Document, at: Moment) -> int | None:
        """Return the first instant after a moment at which the clock alone changes the answer, None for never."""
        return None

    def seen(self, document: Document, at: Moment) -> Any:
        """Return what the question looks at in a document, None where it is absent."""
        return None

    def missing_applies(self, document: Document) -> bool:
        """Return whether the answer comes from the rule for contacts without a value."""
        return False


@dataclass(frozen=True, slots=True)
class And:
    """True where every child is true; true of everyone when it has none."""

    children: tuple["Node", ...]

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether every child matches."""
        for child in self.children:
            if not child.matches(document, at):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Or:
    """True where one child is true; true of nobody when it has none."""

    children: tuple["Node", ...]

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether one child matches."""
        for child in self.children:
            if child.matches(document, at):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Not:
    """True where the child is false."""

    child: "Node"

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the child does not match."""
        return not self.child.matches(document, at)


Node = And | Or | Not | Leaf


def children(tree: Node) -> tuple[Node, ...]:
    """Return the nodes directly under a node."""
    match tree:
        case And(below) | Or(below):
            return below
        case Not(child):
            return (child,)
        case _:
            return ()


def leaves(tree: Node) -> Iterator[Leaf]:
    """Yield every leaf of a tree, left to right."""
    if isinstance(tree, Leaf):
        yield tree
    for child in children(tree):
        yield from leaves(child)


def depth(tree: Node) -> int:
    """Return the levels of and, or and not above the deepest leaf."""
    if isinstance(tree, Leaf):
        return 0
    return 1 + max(map(depth, children(tree)), default=0)


def reads(tree: Node) -> frozenset[str]:
    """Return the names whose change can change the tree's answer."""
    return frozenset().union(*(leaf.reads() for leaf in leaves(tree)))


def uses_lists(tree: Node) -> frozenset[int]:
    """Return the ids of the lists that a tree asks about."""
    return frozenset(list_id for leaf in leaves(tree) if (list_id := getattr(leaf, "list_id", None)) is not None)
