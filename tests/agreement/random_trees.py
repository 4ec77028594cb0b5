"""Makes a round of a duel: random contacts, and random filters with lists in lists, pins and missing rules.

Equal seeds make equal rounds, so a seed and a number of filters are all that a failure must be told by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from queries.context import FilterContext
from queries.errors import FilterError, TooMany
from queries.fields import Document, import_mark, pin_mark, static_list_mark
from queries.inline import ListCriteria, inline
from queries.leaves import membership
from queries.leaves.membership import ListMembership
from queries.moments import Moment, zone_named
from queries.nodes import And, Node, Not, Or, leaves
from queries.tree import parse_tree
from tests.agreement.alphabet import EMAILS, IMPORTS, STATIC_LISTS, ZONES, Alphabet
from tests.agreement.random_leaves import MAKERS
from tests.support.filter_cases import CATALOGUE, Contact, cases, look_up, read_filter

TABLES_LIST = 7
"""The smart list that rows of the table name."""

SMART_LISTS = (8, 9, 10)
PINS = (TABLES_LIST, *SMART_LISTS)
CONTEXT = FilterContext(CATALOGUE, {list_id: list_id in PINS for list_id in (*STATIC_LISTS, *PINS)})
DEPTHS = (2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Question:
    """A filter, without smart lists, and the moment at which it is asked."""

    tree: Node
    at: Moment


@dataclass(frozen=True)
class Round:
    """Questions, and the contacts (by vid) of whom each of them is asked."""

    questions: Sequence[Question]
    people: Mapping[int, Contact]

    @cached_property
    def documents(self) -> Sequence[Document]:
        """The contacts' index documents."""
        return [contact.document(vid) for vid, contact in self.people.items()]


def make_round(seed: int, questions: int, contacts: int) -> Round:
    """Return as many random questions and contacts as are wanted."""
    maker = Maker(seed)
    asked = [maker.question() for _ in range(questions)]
    return Round(asked, {vid: maker.contact() for vid in maker.vids(contacts)})


class Maker:
    """Makes questions and contacts out of one alphabet."""

    def __init__(self, seed: int) -> None:
        """Make the smart lists that filters may name; each may itself name those before it."""
        self._alphabet = Alphabet(seed)
        self._lists: dict[int, ListCriteria] = {}
        self._parts = [read_filter(raw) for raw in {str(case.filter): case.filter for case in cases()}.values()]
        self._alphabet.lists.append(TABLES_LIST)
        for list_id in SMART_LISTS:
            self._lists[list_id] = ListCriteria(self.tree(2), self._zone())
            self._alphabet.lists.append(list_id)

    def question(self) -> Question:
        """Return a filter that may be taken, at times that of a list with pins of its own."""
        own = self._alphabet.pick((None, None, TABLES_LIST, *SMART_LISTS))
        while True:
            tree = self.tree(self._alphabet.pick(DEPTHS))
            named = {leaf.list_id for leaf in leaves(tree) if isinstance(leaf, ListMembership)}
            try:
                whole = inline(tree, self._look_up, None if named & set(PINS) else own)
            except TooMany:
                continue
            return Question(whole, Moment(self._alphabet.now(), zone_named(self._alphabet.pick(ZONES))))

    def tree(self, depth: int) -> Node:
        """Return a tree of at most so many levels."""
        a = self._alphabet
        if depth == 0 or a.often(0.3):
            return a.pick(self._parts) if a.often(0.2) else self.leaf()
        below = tuple(self.tree(depth - 1) for _ in range(a.pick((1, 2, 2, 3))))
        group = a.pick((And, Or, Not))
        return Not(below[0]) if group is Not else group(below)

    def leaf(self) -> Node:
        """Return a leaf of any kind; what a parser refuses is made again."""
        a = self._alphabet
        while True:
            kind = membership.KIND if a.often(0.15) else a.pick(tuple(MAKERS))
            try:
                return parse_tree(MAKERS[kind](a), CONTEXT)
            except FilterError:
                continue

    def vids(self, count: int) -> list[int]:
        """Return different vids, which decide who is in a sample."""
        return self._alphabet.chance.sample(range(1, 1_000_000), count)

    def contact(self) -> Contact:
        """Return a contact with and without values, cleared ones, blank ones and a past."""
        a = self._alphabet
        names = CATALOGUE.names
        return Contact(
            {name: value for name in names if (value := self._value(name)) is not None},
            self._marks(),
            {name: a.instant() for name in a.several(names, 5)},
            {name: tuple(a.value(name) for _ in range(a.pick((1, 2, 3)))) for name in a.several(names, 5)},
            tuple(a.several(EMAILS, 2)) if a.often(0.5) else (),
            a.pick((0, 0, 1, 2)),
            tuple(a.submission() for _ in range(a.pick((0, 0, 1, 2, 4)))),
        )

    def _value(self, name: str) -> str | None:
        a = self._alphabet
        return a.value(name) if a.often(0.7) else a.pick((None, None, None, "", " ", "no number"))

    def _marks(self) -> tuple[str, ...]:
        a = self._alphabet
        pins = [pin_mark(list_id, direction) for list_id in PINS for direction in ("in", "out")]
        static = [static_list_mark(list_id) for list_id in STATIC_LISTS]
        static += map(import_mark, IMPORTS)
        return (*a.several(static, 3), *(a.several(pins, 3) if a.often(0.3) else ()))

    def _zone(self) -> str | None:
        return self._alphabet.pick((None, *ZONES))

    def _look_up(self, list_id: int) -> ListCriteria | None:
        return self._lists.get(list_id) or look_up(list_id)
