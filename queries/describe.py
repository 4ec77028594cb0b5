"""Says any filter in plain language: `last name is Page and (stage is lead or create date is in the last 30 days)`."""

from queries.nodes import And, Leaf, Names, Node, Not, Or

NOBODY = "nobody"
EVERYONE = "everyone"


def describe(tree: Node, names: Names) -> str:
    """Return a filter as a sentence; `names` tells what properties and lists are called (`queries.context`)."""
    match tree:
        case And(()):
            return EVERYONE
        case Or(()):
            return NOBODY
        case And(children) | Or(children) if len(children) == 1:
            return describe(children[0], names)
        case And(children):
            return " and ".join(_inner(child, names) for child in children)
        case Or(children):
            return " or ".join(_inner(child, names) for child in children)
        case Not(child):
            return f"not ({describe(child, names)})"
        case leaf:
            return leaf.describe(names)


def _inner(tree: Node, names: Names) -> str:
    """Put a group into brackets, unless it says one thing only."""
    while isinstance(tree, And | Or) and len(tree.children) == 1:
        tree = tree.children[0]
    text = describe(tree, names)
    return text if isinstance(tree, Leaf | Not) else f"({text})"
