"""Which contacts the clock alone may have moved into or out of a list between two moments."""

from queries.moments import Moment
from queries.nodes import Crossing, Node, leaves


def crossings(tree: Node, since: Moment, until: Moment) -> frozenset[Crossing]:
    """Return what to scan for: a contact that no crossing covers has the same answer at both moments.

    The moments may be in either order, for a clock that went back; both carry the list's zone.
    """
    return frozenset(crossing for leaf in leaves(tree) for crossing in leaf.crossings(since, until))


def moves_with_the_clock(tree: Node) -> bool:
    """Return whether time alone can change the tree's answer for some contact."""
    return any(leaf.moves for leaf in leaves(tree))
