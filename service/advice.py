"""What is told of a list beside what was saved: its criteria in plain language, and warnings that refuse nothing."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from indexer.stored_lists import read_tree
from queries.context import FilterContext
from queries.describe import describe
from queries.errors import UnreadableList
from queries.fingerprint import fingerprint
from queries.leaves.opaque import unknown_families
from queries.lint import equal_lists, lint
from queries.nodes import Node, leaves
from records import lists
from records.catalogues import load_catalogue
from records.models import ContactList

Json = dict[str, Any]


class ListTeller:
    """Tells what some lists ask, without reading all other lists of the portal."""

    def __init__(self, session: Session, portal_id: int, rows: Iterable[ContactList]) -> None:
        """Take the lists; those that they name, directly or not, are read as well."""
        self._rows = _with_named(session, portal_id, rows)
        kinds = {row.list_id: row.dynamic for row in self._rows.values()}
        names = {row.list_id: row.name for row in self._rows.values()}
        self.context = FilterContext(load_catalogue(session, portal_id), kinds, names)

    def description(self, row: ContactList) -> str | None:
        """Return a list's criteria in plain language.

        None for a static list without any, which is filled by hand, and for criteria that cannot be read.
        """
        tree = self.tree(row) if row.dynamic or row.filters else None
        return None if tree is None else describe(tree, self.context)

    def tree(self, row: ContactList) -> Node | None:
        """Return a list's own criteria, None where they cannot be read, which `error` tells."""
        try:
            return read_tree(row, self.context)
        except UnreadableList:
            return None

    def error(self, row: ContactList) -> str:
        """Return why a list does not fill: what it asks is not understood, or what the engine says; "" if it does."""
        try:
            families = self._unknown(row)
        except UnreadableList as error:
            return f"The list is halted: {error}"
        if families:
            told = ", ".join(sorted(families))
            return f"The list is not active: filters of the family {told} are not understood. Take them out"
        return row.error

    def _unknown(self, row: ContactList) -> set[str]:
        inner = (self._rows[list_id] for list_id in row.uses_lists if list_id in self._rows)
        return {*unknown_families(read_tree(row, self.context))}.union(*map(self._unknown, inner))


def warnings(
    session: Session, portal_id: int, tree: Node, time_zone: str | None, list_id: int | None = None
) -> list[Json]:
    """Return what is suspicious in criteria, and which lists other than `list_id` ask the same.

    `time_zone` is the list's own, None where it has none.
    """
    found = lint(tree, load_catalogue(session, portal_id))
    if any(True for _ in leaves(tree)):
        own = fingerprint(tree)
        found += equal_lists(tree, dict.fromkeys(lists.alike(session, portal_id, own, time_zone, list_id), own))
    return [{"code": each.code, "message": each.message, "path": list(each.path)} for each in found]


def _with_named(session: Session, portal_id: int, rows: Iterable[ContactList]) -> dict[int, ContactList]:
    """Return id -> list of these and of all that they name; lists do not contain each other."""
    found = {row.list_id: row for row in rows}
    newest = list(found.values())
    while missing := {list_id for row in newest for list_id in row.uses_lists} - found.keys():
        newest = lists.get_lists(session, portal_id, missing)
        found |= {row.list_id: row for row in newest}
    return found
