"""Makes a filter and a contact on which judges disagree as small as they can be while they still disagree.

Greedy: the first smaller one that fails is taken, until none fails any more. Big cuts are tried first.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from queries.errors import FilterError
from queries.leaves import KINDS
from queries.leaves.constant import Constant
from queries.moments import UTC_ZONE, Moment
from queries.nodes import And, Leaf, Node, Not, Or
from queries.tree import parse_tree
from tests.agreement.random_trees import CONTEXT, Question
from tests.support.filter_cases import Contact

MAX_TRIES = 300
_OPTIONAL = ("ever", "zone", "of", "seed", "missing", "window", "page", "form", "max", "min")

Thing = TypeVar("Thing")
Fails = Callable[[Question, Contact], bool]


def shrink(question: Question, contact: Contact, fails: Fails) -> tuple[Question, Contact]:
    """Return the smallest pair that was found to fail; `fails` is asked at most MAX_TRIES times."""
    tries = 0
    smaller = _smaller(question, contact)
    while tries < MAX_TRIES:
        candidate = next(smaller, None)
        if candidate is None:
            break
        tries += 1
        if fails(*candidate):
            question, contact = candidate
            smaller = _smaller(question, contact)
    return question, contact


def _smaller(question: Question, contact: Contact) -> Iterator[tuple[Question, Contact]]:
    for tree in smaller_trees(question.tree):
        yield replace(question, tree=tree), contact
    if question.at.zone != UTC_ZONE:
        yield replace(question, at=Moment(question.at.now_ms)), contact
    for less in smaller_contacts(contact):
        yield question, less


def smaller_trees(tree: Node) -> Iterator[Node]:
    """Yield trees with less in them, the smallest first."""
    match tree:
        case And(below) | Or(below):
            yield from below
            for index, child in enumerate(below):
                before, after = below[:index], below[index + 1 :]
                yield type(tree)((*before, *after))
                yield from (type(tree)((*before, less, *after)) for less in smaller_trees(child))
        case Not(child):
            yield child
            yield from (Not(less) for less in smaller_trees(child))
        case Constant():
            return
        case leaf:
            yield Constant(True)
            yield Constant(False)
            yield from _smaller_leaves(leaf)


def smaller_contacts(contact: Contact) -> Iterator[Contact]:
    """Yield contacts with less in them."""
    yield from (replace(contact, properties=less) for less in _without_one(contact.properties))
    yield from (replace(contact, changed=less) for less in _without_one(contact.changed))
    yield from (replace(contact, past=less) for less in _without_one(contact.past))
    yield from (replace(contact, marks=less) for less in _less(contact.marks))
    yield from (replace(contact, emails=less) for less in _less(contact.emails))
    yield from (replace(contact, submissions=less) for less in _less(contact.submissions))
    if contact.tokens:
        yield replace(contact, tokens=0)
    for key, value in contact.properties.items():
        yield from (replace(contact, properties={**contact.properties, key: less}) for less in _halves(value))


def _smaller_leaves(leaf: Leaf) -> Iterator[Node]:
    """Yield the same question with fewer keys, fewer operands or shorter ones, where a parser takes it."""
    raw = leaf.render_tree()
    if raw["kind"] not in KINDS:
        return
    for less in _smaller_raws(raw):
        try:
            smaller = parse_tree(less, CONTEXT)
        except FilterError:
            continue
        if smaller != leaf:
            yield smaller


def _smaller_raws(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _OPTIONAL:
        yield {each: raw[each] for each in raw if each != key}
    for values in _less(tuple(raw.get("values", ()))):
        yield {**raw, "values": list(values)}
    for index, value in enumerate(raw.get("values", ())):
        for less in _halves(value):
            yield {**raw, "values": [*raw["values"][:index], less, *raw["values"][index + 1 :]]}
    for less in _halves(raw.get("value")):
        yield {**raw, "value": less}


def _without_one(held: Mapping[str, Thing]) -> Iterator[dict[str, Thing]]:
    return ({each: held[each] for each in held if each != key} for key in held)


def _less(things: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    return (things[:index] + things[index + 1 :] for index in range(len(things)))


def _halves(value: object) -> Iterator[str]:
    if isinstance(value, str) and len(value) > 1:
        middle = len(value) // 2
        yield value[:middle]
        yield value[middle:]
