"""Tells why a contact matches a filter or not: every clause with its answer, and what would turn the whole.

A clause is *pivotal* when turning it alone turns the whole: for a contact outside a list, what is one clause away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from queries.describe import describe
from queries.evaluate import evaluate, next_change
from queries.fields import Document
from queries.leaves.framing import rendered
from queries.moments import Moment
from queries.nodes import And, Leaf, Names, Node, Not, Or, children
from queries.tree import render_tree


@dataclass(frozen=True, slots=True)
class Explained:
    """One node for one contact.

    `seen` is what a leaf looks at; `missing` is the rule that answered for a value that is absent, `match` or
    `no-match`, else None; `pivotal` says that turning this node alone turns the whole; `changes_at` is when the clock
    turns a leaf, and at the root the whole, in milliseconds since the epoch.
    """

    node: Node
    text: str
    matches: bool
    pivotal: bool
    seen: Any
    missing: str | None
    changes_at: int | None
    below: tuple["Explained", ...]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as JSON with the keys of the wire."""
        told: dict[str, Any] = {"matches": self.matches, "pivotal": self.pivotal, "text": self.text}
        if self.changes_at is not None:
            told["changesAt"] = self.changes_at
        if isinstance(self.node, Leaf):
            return told | {"filter": render_tree(self.node), "seen": self.seen, "missing": self.missing}
        return told | {"op": type(self.node).__name__.lower(), "of": [each.as_json() for each in self.below]}


def explain(tree: Node, document: Document, at: Moment, names: Names) -> Explained:
    """Return the explanation of a tree for a contact's document at a moment; smart lists must have been inlined."""
    answers = dict(_answers(tree, document, at))
    whole = next_change(tree, document, at)
    return _Explainer(document, at, names, answers).explain(tree, True, whole)


def clauses_away(explained: Explained) -> list[Explained]:
    """Return the pivotal leaves: each of them alone would turn the whole."""
    if isinstance(explained.node, Leaf):
        return [explained] if explained.pivotal else []
    return [leaf for below in explained.below for leaf in clauses_away(below)]


@dataclass(frozen=True, slots=True)
class _Explainer:
    document: Document
    at: Moment
    names: Names
    answers: Mapping[int, bool]

    def explain(self, node: Node, pivotal: bool, changes_at: int | None = None) -> Explained:
        answer = self.answers[id(node)]
        text = describe(node, self.names)
        if isinstance(node, Leaf):
            missing = rendered(answer) if node.missing_applies(self.document) else None
            changes = node.next_change(self.document, self.at) if changes_at is None else changes_at
            return Explained(node, text, answer, pivotal, node.seen(self.document, self.at), missing, changes, ())
        decisive = self._decisive(node)
        below = tuple(
            self.explain(child, pivotal and turns) for child, turns in zip(children(node), decisive, strict=True)
        )
        return Explained(node, text, answer, pivotal, None, None, changes_at, below)

    def _decisive(self, node: Node) -> list[bool]:
        """Say of each child whether turning it turns the node: no other child may settle the node's answer."""
        settled = isinstance(node, Or)
        settling = [isinstance(node, And | Or) and self.answers[id(child)] == settled for child in children(node)]
        return [sum(settling) - own == 0 for own in settling]


def _answers(tree: Node, document: Document, at: Moment) -> Iterator[tuple[int, bool]]:
    """Yield the answer of every node; equal nodes share theirs, so an identity is enough of a name."""
    below: list[bool] = []
    for child in children(tree):
        found = dict(_answers(child, document, at))
        below.append(found[id(child)])
        yield from found.items()
    match tree:
        case And():
            yield id(tree), all(below)
        case Or():
            yield id(tree), any(below)
        case Not():
            yield id(tree), not below[0]
        case leaf:
            yield id(leaf), evaluate(leaf, document, at)
