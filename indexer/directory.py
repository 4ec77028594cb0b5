"""The portal's dynamic lists as whole trees, and which of them a change of a contact concerns.

Read once per value of the portal's list counter, which every save of a list raises. A list that keeps its revision
keeps its tree: saving one gives every list that contains it a new revision too (design rule 8).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.engines.base import ListQuery
from queries.context import FilterContext
from queries.inline import ListCriteria, inline
from queries.leaves.opaque import opaque_leaves
from queries.moments import zone_named
from queries.nodes import Leaf, Node, Or, leaves, reads
from queries.parse import parse_filters
from queries.tree import parse_tree
from records.catalogues import load_catalogue
from records.lists import kinds, names
from records.marks import EVERYTHING
from records.models import ContactList, PortalClock
from records.portals import time_zone

Key = TypeVar("Key")

Moving = Mapping[tuple[Leaf, ZoneInfo], frozenset[int]]

_LIST_PREFIX = "list:"


@dataclass(frozen=True)
class Directory:
    """The dynamic lists at one value of the list counter, and the index name -> ids of the lists that read it.

    `moving` maps a leaf whose answer time alone can change, in the zone of its list, to the lists that have it.
    """

    counter: int
    queries: Mapping[int, ListQuery]
    readers: Mapping[str, frozenset[int]]
    moving: Moving

    def asked(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that changed names concern; `*` concerns all of them."""
        names = frozenset(changed)
        if EVERYTHING in names:
            return frozenset(self.queries)
        return frozenset().union(*(self.readers.get(name, frozenset()) for name in names), self.named(names))

    def leaves_asked(self, changes: Iterable[frozenset[str]]) -> int:
        """Return how many leaves are asked in all when every list that each contact's changes concern is evaluated."""
        return sum(
            contacts * sum(self._sizes[list_id] for list_id in self.asked(changed))
            for changed, contacts in Counter(changes).items()
        )

    @cached_property
    def _sizes(self) -> Mapping[int, int]:
        """List id -> the leaves of its tree, those of the lists in it and pins included."""
        return {list_id: sum(1 for _ in leaves(query.tree)) for list_id, query in self.queries.items()}

    def named(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that are asked for by id, as `list:7`."""
        ids = {int(name.removeprefix(_LIST_PREFIX)) for name in changed if name.startswith(_LIST_PREFIX)}
        return frozenset(ids & self.queries.keys())


class StoredLists:
    """Reads stored criteria as trees: each list's own when it is asked for, and whole ones with others in them."""

    def __init__(self, load: Callable[[], Sequence[ContactList]], context: FilterContext, zone: str) -> None:
        """Take what loads the dynamic lists that trees may name, what filters may name, and the portal's time zone.

        The lists are loaded when a tree names one, which few do: a portal has thousands.
        """
        self.context = context
        self._load = load
        self._zone = zone
        self._read: dict[int, ListCriteria] = {}

    @cached_property
    def _rows(self) -> Mapping[int, ContactList]:
        return {row.list_id: row for row in self._load()}

    def find(self, list_id: int) -> ListCriteria | None:
        """Return the criteria of a dynamic list as others contain it, or None: a `queries.inline.Lookup`."""
        if list_id not in self._read and list_id in self._rows:
            row = self._rows[list_id]
            self._read[list_id] = ListCriteria(read_tree(row, self.context), row.time_zone or self._zone)
        return self._read.get(list_id)

    def query(self, row: ContactList) -> ListQuery:
        """Return a list, dynamic or static, as engines see it; one that asks what is not understood has nobody."""
        tree = _answerable(inline(read_tree(row, self.context), self.find, row.list_id if row.dynamic else None))
        moving = frozenset(leaf for leaf in leaves(tree) if leaf.moves)
        return ListQuery(row.list_id, row.revision, tree, reads(tree), zone_named(row.time_zone or self._zone), moving)


def load_directory(session: Session, portal_id: int) -> Directory:
    """Return the portal's directory as the session sees it."""
    statement = select(PortalClock.list_counter).where(PortalClock.portal_id == portal_id)
    counter = session.execute(statement).scalar_one()
    cache: dict[int, Directory] = session.info["directories"]
    cached = cache.get(portal_id)
    if cached is None or cached.counter != counter:
        former = {} if cached is None else cached.queries
        cached = cache[portal_id] = _read(session, portal_id, counter, former)
    return cached


def load_lists(session: Session, portal_id: int) -> StoredLists:
    """Return a reader of the portal's stored lists."""
    return StoredLists(
        lambda: _dynamic(session, portal_id), filter_context(session, portal_id), time_zone(session, portal_id)
    )


def read_tree(row: ContactList, context: FilterContext) -> Node:
    """Return the criteria of a list as they were written, other lists only named in them.

    Filters that an import kept without understanding them are opaque leaves.
    """
    context = replace(context, keep_unknown=True)
    return parse_filters(row.filters, context) if row.filter_tree is None else parse_tree(row.filter_tree, context)


def filter_context(session: Session, portal_id: int) -> FilterContext:
    """Return what the portal's filters may name."""
    return FilterContext(load_catalogue(session, portal_id), kinds(session, portal_id), names(session, portal_id))


def _read(session: Session, portal_id: int, counter: int, former: Mapping[int, ListQuery]) -> Directory:
    rows = _dynamic(session, portal_id)
    stored = StoredLists(lambda: rows, filter_context(session, portal_id), time_zone(session, portal_id))
    queries = {row.list_id: _kept(former.get(row.list_id), row) or stored.query(row) for row in rows}
    readers = _grouped((name, query.list_id) for query in queries.values() for name in query.reads)
    moving = _grouped(((leaf, query.zone), query.list_id) for query in queries.values() for leaf in query.moving)
    return Directory(counter, queries, readers, moving)


def _grouped(pairs: Iterable[tuple[Key, int]]) -> dict[Key, frozenset[int]]:
    found: dict[Key, set[int]] = defaultdict(set)
    for key, list_id in pairs:
        found[key].add(list_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _answerable(tree: Node) -> Node:
    return Or(()) if opaque_leaves(tree) else tree


def _kept(former: ListQuery | None, row: ContactList) -> ListQuery | None:
    return former if former is not None and former.revision == row.revision else None


def _dynamic(session: Session, portal_id: int) -> Sequence[ContactList]:
    statement = select(ContactList).where(
        ContactList.portal_id == portal_id, ContactList.dynamic.is_(True), ContactList.deleted.is_(False)
    )
    return session.execute(statement).scalars().all()
