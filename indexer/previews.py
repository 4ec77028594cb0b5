"""What a filter would give before it is saved: how many contacts, clause by clause, and who would join and leave.

Counts come from the index, so contacts that wait to be indexed count as they were. Nothing is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from indexer.engines.base import Engine, Question, Surveyed
from indexer.errors import EngineUnavailable
from indexer.stored_lists import StoredLists
from queries.describe import describe
from queries.inline import in_zone, inline
from queries.moments import Moment
from queries.nodes import And, Names, Node, Not, Or, children
from records import engine_state
from records.clock import now
from records.models import ContactList

SAMPLE = 10
"""Contacts that are named of a filter, of those who would join and of those who would leave."""

MAX_CLAUSES = 100
"""Nodes of a filter whose clauses are counted; a larger one is counted as a whole only."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Criteria that are not saved, and the list that they are for.

    `tree` is as written; `own_zone` is the list's time zone where it has one, `zone` the one in which days are told.
    """

    tree: Node
    own_zone: str | None
    zone: ZoneInfo
    row: ContactList | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One node of a filter: how many contacts match it alone, and how many are left so far.

    In an AND `so_far` counts those who match it and every clause before it, in an OR those who match one of them.
    """

    node: Node
    text: str
    alone: Surveyed
    so_far: Surveyed
    below: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Who would join and who would leave a list if its criteria were the new ones."""

    joining: Surveyed
    leaving: Surveyed


@dataclass(frozen=True, slots=True)
class Preview:
    """How many contacts would be in the list and some of them; `clauses` is None for a filter of too many."""

    whole: Surveyed
    clauses: Clause | None
    difference: Difference | None


def preview(session: Session, engine: Engine, portal_id: int, draft: Draft, stored: StoredLists) -> Preview:
    """Return what a draft would give by the index as it is now.

    Raises FilterError for one that is too large with the lists in it, EngineUnavailable while there is no index, and
    EngineError when the engine fails.
    """
    generation = engine_state.live_generation(session, portal_id)
    if generation is None:
        raise EngineUnavailable("the portal's index is being built for the first time")
    plan = _Plan(draft, stored)
    at = Moment(now(session), draft.zone)
    questions = plan.questions()
    found = engine.survey(portal_id, generation, questions, at)
    return plan.preview({question.tree: each for question, each in zip(questions, found, strict=True)})


class _Plan:
    """The trees that are counted for a draft, and how their counts make a preview."""

    def __init__(self, draft: Draft, stored: StoredLists) -> None:
        self._tree = draft.tree
        self._names: Names = stored.context
        self._stored = stored
        self._whole = inline(draft.tree, stored.find, None if draft.row is None else draft.row.list_id)
        self._moves = None if draft.row is None else self._between(draft.row)

    def questions(self) -> list[Question]:
        sampled = [self._whole, *(self._moves or ())]
        counted = [part for node in self._nodes() for part in (self._inlined(node), *self._prefixes(node))]
        return [Question(tree, SAMPLE if tree in sampled else 0) for tree in dict.fromkeys([*sampled, *counted])]

    def preview(self, found: Mapping[Node, Surveyed]) -> Preview:
        clauses = self._clause(self._tree, found, found[self._inlined(self._tree)]) if self._nodes() else None
        moves = None if self._moves is None else Difference(*(found[tree] for tree in self._moves))
        return Preview(found[self._whole], clauses, moves)

    def _between(self, row: ContactList) -> tuple[Node, Node]:
        """Return the trees of those who would join the list and of those who would leave it."""
        query = self._stored.query(row)
        before = in_zone(query.tree, query.zone.key)
        return And((self._whole, Not(before))), And((before, Not(self._whole)))

    def _nodes(self) -> Sequence[Node]:
        found = list(_walk(self._tree))
        return found if len(found) <= MAX_CLAUSES else ()

    def _clause(self, node: Node, found: Mapping[Node, Surveyed], so_far: Surveyed) -> Clause:
        below = tuple(
            self._clause(child, found, found[prefix])
            for child, prefix in zip(children(node), self._prefixes(node), strict=True)
        )
        return Clause(node, describe(node, self._names), found[self._inlined(node)], so_far, below)

    def _prefixes(self, node: Node) -> list[Node]:
        """Return for each child of a node the tree of it and those before it."""
        match node:
            case And(below) | Or(below):
                return [self._inlined(type(node)(below[: count + 1])) for count in range(len(below))]
            case Not(child):
                return [self._inlined(child)]
        return []

    def _inlined(self, node: Node) -> Node:
        return inline(node, self._stored.find)


def _walk(tree: Node) -> Iterator[Node]:
    yield tree
    for child in children(tree):
        yield from _walk(child)
