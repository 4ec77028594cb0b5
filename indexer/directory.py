"""The portal's dynamic lists as parsed trees, and which of them a change of a property concerns.

Parsed once per value of the portal's list counter, which every save of a list raises.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.engines.base import ListQuery
from queries.context import FilterContext
from queries.parse import parse_filters
from records.catalogues import load_catalogue
from records.lists import kinds
from records.marks import EVERYTHING
from records.models import ContactList, PortalClock

_LIST_PREFIX = "list:"


@dataclass(frozen=True)
class Directory:
    """The dynamic lists at one value of the list counter, and the index name -> ids of the lists that read it."""

    counter: int
    queries: Mapping[int, ListQuery]
    readers: Mapping[str, frozenset[int]]

    def asked(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that changed names concern; `*` concerns all of them."""
        names = frozenset(changed)
        if EVERYTHING in names:
            return frozenset(self.queries)
        return frozenset().union(*(self.readers.get(name, frozenset()) for name in names), self.named(names))

    def named(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that are asked for by id, as `list:7`."""
        ids = {int(name.removeprefix(_LIST_PREFIX)) for name in changed if name.startswith(_LIST_PREFIX)}
        return frozenset(ids & self.queries.keys())


def load_directory(session: Session, portal_id: int) -> Directory:
    """Return the portal's directory as the session sees it."""
    statement = select(PortalClock.list_counter).where(PortalClock.portal_id == portal_id)
    counter = session.execute(statement).scalar_one()
    cache: dict[int, Directory] = session.info["directories"]
    cached = cache.get(portal_id)
    if cached is None or cached.counter != counter:
        cached = cache[portal_id] = _read(session, portal_id, counter)
    return cached


def list_query(row: ContactList, context: FilterContext) -> ListQuery:
    """Return a list's row as engines see it."""
    return ListQuery(row.list_id, row.revision, parse_filters(row.filters, context), frozenset(row.reads))


def filter_context(session: Session, portal_id: int) -> FilterContext:
    """Return what the portal's filters may name."""
    return FilterContext(load_catalogue(session, portal_id), kinds(session, portal_id))


def _read(session: Session, portal_id: int, counter: int) -> Directory:
    statement = select(ContactList).where(
        ContactList.portal_id == portal_id, ContactList.dynamic.is_(True), ContactList.deleted.is_(False)
    )
    context = filter_context(session, portal_id)
    queries = {row.list_id: list_query(row, context) for row in session.execute(statement).scalars()}
    readers: dict[str, set[int]] = defaultdict(set)
    for query in queries.values():
        for name in query.reads:
            readers[name].add(query.list_id)
    return Directory(counter, queries, {name: frozenset(ids) for name, ids in readers.items()})
