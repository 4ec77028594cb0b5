"""The lists that a contact is in, as the page tells them: since when, how it came in, and which clauses hold for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g

from indexer.explanations import Explanation, explain_memberships
from queries.explain import Explained
from queries.nodes import And, Leaf, Not, Or
from records.contacts import ContactRow
from records.lists import get_lists
from records.profiles import Profile
from service.page.moves import ShownMove
from service.transactions import read

EXPLAINED = 50
"""Lists that are explained; whoever is in more sees the others by name."""

_GROUPS = {And: "all of these", Or: "at least one of these", Not: "not this"}


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a list's criteria in words, and whether it holds; `below` are the parts of a group."""

    words: str
    holds: bool
    below: Sequence["Clause"]


@dataclass(frozen=True, slots=True)
class Stay:
    """A list that the contact is in, since when, and the cause of its joining where the feed still has it.

    `clause` is None for a static list; `pin` says that it was put in by hand; `until` is when the clock alone ends it,
    in milliseconds since the epoch; while it `waits` it may be out of date.
    """

    list_id: int
    name: str
    since: int
    cause: str
    clause: Clause | None
    is_pinned: bool
    until: int | None
    waits: bool


def show_stays(profile: Profile, moves: Sequence[ShownMove]) -> list[Stay]:
    """Return the lists that a contact is in, by id; `moves` are its joins and leaves, the newest first."""
    rows = {row.list_id: row for row in get_lists(read(), g.portal_id, [m.list_id for m in profile.memberships])}
    causes = {move.list_id: move.cause for move in reversed(moves) if move.is_join}
    reasons = _reasons(profile.contact, [list_id for list_id, row in rows.items() if row.dynamic][:EXPLAINED])
    return [
        _stay(member.list_id, rows[member.list_id].name, member.added_at, causes, reasons.get(member.list_id))
        for member in profile.memberships
        if member.list_id in rows
    ]


def _reasons(contact: ContactRow, list_ids: Sequence[int]) -> dict[int, Explanation]:
    rows = get_lists(read(), g.portal_id, list_ids)
    return {found.list_id: found for found in explain_memberships(read(), g.portal_id, contact, rows)}


def _stay(list_id: int, name: str, since: int, causes: dict[int, str], found: Explanation | None) -> Stay:
    cause = causes.get(list_id, "")
    if found is None:
        return Stay(list_id, name, since, cause, None, False, None, False)
    return Stay(list_id, name, since, cause, _clause(found.criteria), found.pin == "in", found.changes_at, found.waits)


def _clause(found: Explained) -> Clause:
    """Return an explained node in words; a group of one is what is in it."""
    while isinstance(found.node, And | Or) and len(found.below) == 1:
        [found] = found.below
    if isinstance(found.node, Leaf):
        return Clause(found.text, found.matches, ())
    return Clause(_GROUPS[type(found.node)], found.matches, [_clause(below) for below in found.below])
