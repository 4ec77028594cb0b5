"""The meaning of a filter: whether a contact's index document matches a tree.

This is the definition that search and percolation must agree with, and the matcher of the embedded set-up.
"""

from queries.fields import Document
from queries.nodes import And, Node, Not, Or


def evaluate(tree: Node, document: Document) -> bool:
    """Return whether the document matches the tree."""
    match tree:
        case And(children):
            return all(evaluate(child, document) for child in children)
        case Or(children):
            return any(evaluate(child, document) for child in children)
        case Not(child):
            return not evaluate(child, document)
        case leaf:
            return leaf.matches(document)
