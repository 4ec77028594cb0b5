"""Stored lists read as trees: each list's own criteria, and whole ones with other lists in their places.

A list that a filter names is read when it is named: a portal has thousands of lists, and few filters name any.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from indexer.engines.base import ListQuery
from queries.catalogue import Catalogue
from queries.context import FilterContext
from queries.errors import FilterError, UnreadableList
from queries.inline import ListCriteria, inline
from queries.leaves.opaque import opaque_leaves
from queries.moments import zone_named
from queries.nodes import Node, Or, leaves, reads
from queries.parse import parse_filters
from queries.tree import parse_tree
from records import lists
from records.catalogues import load_catalogue
from records.models import ContactList
from records.portals import time_zone

Fact = TypeVar("Fact")

RowLookup = Callable[[int], ContactList | None]
"""Takes the id of a list and returns its row, None where there is no such list."""


class StoredLists:
    """Reads stored criteria as trees: each list's own when it is asked for, and whole ones with others in them."""

    def __init__(self, find_row: RowLookup, context: FilterContext, zone: str) -> None:
        """Take what finds the lists that trees may name, what filters may name, and the portal's time zone."""
        self.context = context
        self._find_row = find_row
        self._zone = zone
        self._read: dict[int, ListCriteria] = {}

    def find(self, list_id: int) -> ListCriteria | None:
        """Return the criteria of a dynamic list as others contain it, or None: a `queries.inline.Lookup`.

        Raises UnreadableList.
        """
        if list_id not in self._read:
            row = self._find_row(list_id)
            if row is None or not row.dynamic:
                return None
            self._read[list_id] = ListCriteria(read_tree(row, self.context), row.time_zone or self._zone)
        return self._read[list_id]

    def query(self, row: ContactList) -> ListQuery:
        """Return a list, dynamic or static, as engines see it; one that asks what is not understood has nobody.

        Raises FilterError for a list that is halted: its criteria, or those of a list in it, cannot be read.
        """
        tree = _answerable(inline(read_tree(row, self.context), self.find, row.list_id if row.dynamic else None))
        moving = frozenset(leaf for leaf in leaves(tree) if leaf.moves)
        return ListQuery(row.list_id, row.revision, tree, reads(tree), zone_named(row.time_zone or self._zone), moving)


def load_lists(session: Session, portal_id: int) -> StoredLists:
    """Return a reader of the portal's stored lists, for as long as the session is open."""
    find_row = row_lookup(session, portal_id)
    context = context_of(load_catalogue(session, portal_id), find_row)
    return StoredLists(find_row, context, time_zone(session, portal_id))


def filter_context(session: Session, portal_id: int) -> FilterContext:
    """Return what the portal's filters may name, for as long as the session is open."""
    return context_of(load_catalogue(session, portal_id), row_lookup(session, portal_id))


def context_of(catalogue: Catalogue, find_row: RowLookup) -> FilterContext:
    """Return what filters may name: these properties and the lists that are found."""
    return FilterContext(catalogue, _Facts(find_row, lambda row: row.dynamic), _Facts(find_row, lambda row: row.name))


def row_lookup(session: Session, portal_id: int) -> RowLookup:
    """Return what finds a list of the portal that is not deleted; each list is read once."""
    return cache(lambda list_id: next(iter(lists.get_lists(session, portal_id, [list_id])), None))


def read_tree(row: ContactList, context: FilterContext) -> Node:
    """Return the criteria of a list as they were written, other lists only named in them.

    Filters that an import kept without understanding them are opaque leaves. Raises UnreadableList for criteria that
    this release would not have stored.
    """
    context = replace(context, keep_unknown=True)
    try:
        return parse_filters(row.filters, context) if row.filter_tree is None else parse_tree(row.filter_tree, context)
    except FilterError as error:
        raise UnreadableList(row.list_id, error) from error


@dataclass(frozen=True, slots=True)
class _Facts(Generic[Fact]):
    """One fact of each list: a `queries.context.ByList`."""

    find_row: RowLookup
    fact: Callable[[ContactList], Fact]

    def get(self, list_id: int, /) -> Fact | None:
        """Return the fact of a list, None where there is no such list."""
        row = self.find_row(list_id)
        return None if row is None else self.fact(row)


def _answerable(tree: Node) -> Node:
    return Or(()) if opaque_leaves(tree) else tree
