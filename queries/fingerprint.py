"""One name for all filters that ask the same: trees are brought into a normal form, and that is hashed.

The order and repetition of and's and or's children, groups within groups of their kind, groups of one and double
negation say nothing, nor does the spelling of operands; all of it is normalised away. Filters that ask the same in
other words may still differ.
"""

import json
from hashlib import sha256
from typing import Any

from queries.nodes import And, Node, Not, Or


def fingerprint(tree: Node, zone: str | None = None) -> str:
    """Return the fingerprint of a tree, 64 hexadecimal digits; `zone` is the list's own time zone, which adds to it."""
    text = _written(normal_form(tree)) + (f" {zone}" if zone else "")
    return sha256(text.encode()).hexdigest()


def normal_form(tree: Node) -> Any:
    """Return a tree as JSON that is equal for trees that ask the same."""
    match tree:
        case And(children):
            return _group("and", children)
        case Or(children):
            return _group("or", children)
        case Not(child):
            inner = normal_form(child)
            return inner["of"][0] if inner.get("op") == "not" and "of" in inner else {"op": "not", "of": [inner]}
        case leaf:
            return leaf.normal()


def _group(operator: str, children: tuple[Node, ...]) -> Any:
    below: dict[str, Any] = {}
    for child in map(normal_form, children):
        same = child.get("op") == operator and "of" in child and "kind" not in child
        for each in child["of"] if same else [child]:
            below[_written(each)] = each
    if len(below) == 1:
        return next(iter(below.values()))
    return {"op": operator, "of": [below[key] for key in sorted(below)]}


def _written(form: Any) -> str:
    return json.dumps(form, sort_keys=True, separators=(",", ":"))
