"""Warns of filters that are allowed and hardly meant: nobody's lists, everybody's lists, clauses that cannot be true.

What is found is certain, and not everything that could be is found; a warning never refuses a filter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from queries.catalogue import Catalogue
from queries.conflicts import complement, conflict
from queries.fingerprint import fingerprint
from queries.leaves.conditional import ConditionLeaf
from queries.leaves.constant import Constant
from queries.nodes import And, Leaf, Node, Not, Or, children

CONTRADICTION = "CONTRADICTION"
NEVER = "NEVER"
EVERYONE = "EVERYONE"
DELETED_OPTION = "DELETED_OPTION"
EQUAL_LIST = "EQUAL_LIST"


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning: a code for programs, a sentence for people, and the way from the root to the node by child numbers."""

    code: str
    path: tuple[int, ...]
    message: str


class Verdict(Enum):
    """What is certain of a node's answers."""

    NEVER = "never true"
    ALWAYS = "always true"
    OPEN = "sometimes true"


def lint(tree: Node, catalogue: Catalogue) -> list[Finding]:
    """Return what is suspicious in a filter, from the root inwards; a filter without leaves is no filter yet."""
    if not children(tree) and not isinstance(tree, Leaf):
        return []
    whole = verdict(tree)
    found = [*_findings(tree, (), catalogue)]
    if whole is Verdict.ALWAYS:
        return [Finding(EVERYONE, (), "This matches every contact"), *found]
    if whole is Verdict.NEVER and not found:
        return [Finding(NEVER, (), "This matches no contact")]
    return found


def equal_lists(tree: Node, others: Mapping[int, str], zone: str | None = None) -> list[Finding]:
    """Return a warning for each other list that asks the same; `others` maps list ids to fingerprints."""
    own = fingerprint(tree, zone)
    same = sorted(list_id for list_id, other in others.items() if other == own)
    return [Finding(EQUAL_LIST, (), f"List {list_id} has the same criteria") for list_id in same]


def verdict(tree: Node) -> Verdict:
    """Return what is certain of a tree's answers."""
    match tree:
        case And(below):
            verdicts = {verdict(child) for child in below}
            if Verdict.NEVER in verdicts or conflict(below) is not None:
                return Verdict.NEVER
            return Verdict.OPEN if Verdict.OPEN in verdicts else Verdict.ALWAYS
        case Or(below):
            verdicts = {verdict(child) for child in below}
            if Verdict.ALWAYS in verdicts or complement(below) is not None:
                return Verdict.ALWAYS
            return Verdict.OPEN if Verdict.OPEN in verdicts else Verdict.NEVER
        case Not(child):
            return _OPPOSITE[verdict(child)]
        case leaf:
            return _of_leaf(leaf)


_OPPOSITE = {Verdict.NEVER: Verdict.ALWAYS, Verdict.ALWAYS: Verdict.NEVER, Verdict.OPEN: Verdict.OPEN}


def _of_leaf(leaf: Leaf) -> Verdict:
    if isinstance(leaf, Constant):
        return Verdict.ALWAYS if leaf.value else Verdict.NEVER
    return Verdict.OPEN


def gone_options(leaf: ConditionLeaf, catalogue: Catalogue) -> frozenset[str]:
    """Return the options that a leaf asks for and its property no longer has."""
    definition = catalogue.get(leaf.name)
    if definition is None or not definition.closed:
        return frozenset()
    return _options(leaf) - frozenset(definition.options)


def _options(leaf: ConditionLeaf) -> frozenset[str]:
    if leaf.field_kind not in ("e", "x"):
        return frozenset()
    operands = leaf.condition.normal()[1]
    return frozenset(part for operand in operands for part in str(operand).split(";") if part)


def _findings(tree: Node, path: tuple[int, ...], catalogue: Catalogue) -> Iterator[Finding]:
    match tree:
        case And(below):
            if (found := conflict(below)) is not None:
                yield Finding(CONTRADICTION, path, found)
        case Or(below) if path and (found := complement(below)) is not None:
            yield Finding(EVERYONE, path, found)
        case Constant(value) if path:
            yield Finding(EVERYONE if value else NEVER, path, f"This clause is always {str(value).lower()}")
        case ConditionLeaf() if gone := sorted(gone_options(tree, catalogue)):
            yield Finding(DELETED_OPTION, path, _told_gone(tree, gone))
    for index, child in enumerate(children(tree)):
        yield from _findings(child, (*path, index), catalogue)


def _told_gone(leaf: ConditionLeaf, gone: list[str]) -> str:
    """Say what is gone; contacts written earlier may still hold it, so the clause is not certain to be false."""
    told = f"{leaf.name} has no option {', '.join(gone)} any more"
    asks_all = leaf.field_kind == "x" or leaf.condition.normal()[0] == "all"
    if leaf.negative or leaf.missing or not (asks_all or _options(leaf) == frozenset(gone)):
        return told
    return f"{told}: this clause cannot become true"
