"""The meaning of a filter: whether a contact's index document matches a tree at a moment.

This is the definition that search and percolation must agree with, and the matcher of the embedded set-up.
"""

from queries.fields import Document
from queries.moments import Moment
from queries.nodes import Node, leaves


def evaluate(tree: Node, document: Document, at: Moment) -> bool:
    """Return whether the document matches the tree.

    `at` holds the time of the records' clock and the zone of the list. Smart lists must have been inlined.
    """
    return tree.matches(document, at)


def next_change(tree: Node, document: Document, at: Moment, steps: int = 64) -> int | None:
    """Return the first instant after a moment at which the clock alone changes the answer, None for never.

    A leaf may turn without turning the whole, so at most `steps` such instants are tried; then None as well.
    """
    answer = evaluate(tree, document, at)
    for _ in range(steps):
        changes = _next_turn(tree, document, at)
        if changes is None:
            return None
        at = Moment(changes, at.zone)
        if evaluate(tree, document, at) != answer:
            return changes
    return None


def _next_turn(tree: Node, document: Document, at: Moment) -> int | None:
    turns = (leaf.next_change(document, at) for leaf in leaves(tree))
    return min((turn for turn in turns if turn is not None), default=None)
