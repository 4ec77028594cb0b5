"""The portal's dynamic lists as whole trees, and which of them a change of a contact concerns.

Every save of a list raises the portal's list counter and gives that list, and every list that contains it, a revision
(design rule 8). What is known at one value of the counter is therefore brought to the next by reading those alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.engines.base import Asked, ListQuery
from indexer.stored_lists import StoredLists, load_lists
from queries.catalogue import Catalogue
from queries.errors import FilterError
from queries.nodes import Leaf, leaves
from records import lists
from records.marks import EVERYTHING
from records.models import ContactList, PortalClock

log = structlog.get_logger()

Key = TypeVar("Key")

Moving = Mapping[tuple[Leaf, ZoneInfo], frozenset[int]]

_LIST_PREFIX = "list:"


@dataclass(frozen=True)
class Directory:
    """The dynamic lists at one value of the list counter, and the index name -> ids of the lists that read it.

    A list whose criteria cannot be read is `halted` and not among them: its members stay as they are until it can be.
    `moving` maps a leaf whose answer time alone can change, in the zone of its list, to the lists that have it. `sizes`
    are the leaves of each list's tree, those of the lists in it and pins included.
    """

    counter: int
    queries: Mapping[int, ListQuery] = field(default_factory=dict)
    readers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    moving: Moving = field(default_factory=dict)
    sizes: Mapping[int, int] = field(default_factory=dict)
    halted: frozenset[int] = frozenset()

    def asked(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that changed names concern; `*` concerns all of them."""
        names = frozenset(changed)
        if EVERYTHING in names:
            return frozenset(self.queries)
        return frozenset().union(*(self.readers.get(name, frozenset()) for name in names), self.named(names))

    def percolation(self, changed: frozenset[str], catalogue: Catalogue) -> Asked:
        """Return what a percolator is asked after a change of these names; it is sent what the asked lists read."""
        read = frozenset[str]().union(*(self.queries[list_id].reads for list_id in self.asked(changed)))
        return Asked(changed, read & catalogue.definitions.keys())

    def leaves_asked(self, changes: Iterable[frozenset[str]]) -> int:
        """Return how many leaves are asked in all when every list that each contact's changes concern is evaluated."""
        return sum(
            contacts * sum(self.sizes[list_id] for list_id in self.asked(changed))
            for changed, contacts in Counter(changes).items()
        )

    def named(self, changed: Iterable[str]) -> frozenset[int]:
        """Return the lists that are asked for by id, as `list:7`."""
        ids = {int(name.removeprefix(_LIST_PREFIX)) for name in changed if name.startswith(_LIST_PREFIX)}
        return frozenset(ids & self.queries.keys())

    def after(
        self,
        counter: int,
        saved: AbstractSet[int],
        present: Sequence[ListQuery],
        halted: AbstractSet[int] = frozenset(),
    ) -> "Directory":
        """Return the directory at another value of the counter: of the lists saved since, these are what is there."""
        former = [query for list_id in saved if (query := self.queries.get(list_id)) is not None]
        fresh = {query.list_id: query for query in present}
        return Directory(
            counter,
            _without(self.queries, saved) | fresh,
            _regrouped(self.readers, _readings(former), _readings(present)),
            _regrouped(self.moving, _movings(former), _movings(present)),
            _without(self.sizes, saved) | {each: sum(1 for _ in leaves(query.tree)) for each, query in fresh.items()},
            (self.halted - saved) | halted,
        )


def load_directory(session: Session, portal_id: int) -> Directory:
    """Return the portal's directory as the session sees it."""
    statement = select(PortalClock.list_counter).where(PortalClock.portal_id == portal_id)
    counter = session.execute(statement).scalar_one()
    cache: dict[int, Directory] = session.info["directories"]
    cached = cache.get(portal_id)
    if cached is None or cached.counter != counter:
        cached = cache[portal_id] = _read(session, portal_id, counter, cached)
    return cached


def _read(session: Session, portal_id: int, counter: int, known: Directory | None) -> Directory:
    """Return the directory at a counter; one that is known at a later counter is of no use to an older snapshot."""
    if known is None or known.counter > counter:
        rows: Sequence[ContactList] = lists.dynamic_lists(session, portal_id)
        known = Directory(0)
    else:
        rows = lists.saved_since(session, portal_id, known.counter)
    stored = load_lists(session, portal_id)
    read = {row.list_id: _query(stored, row) for row in rows if not row.deleted}
    present = [query for query in read.values() if query is not None]
    halted = {list_id for list_id, query in read.items() if query is None}
    return known.after(counter, {row.list_id for row in rows}, present, halted)


def _query(stored: StoredLists, row: ContactList) -> ListQuery | None:
    """Return a list as engines see it, None for one that cannot be read: it is halted, and all others go on."""
    try:
        return stored.query(row)
    except FilterError as error:
        log.warning("a list is halted", portal=row.portal_id, list=row.list_id, reason=str(error))
        return None


def _readings(queries: Iterable[ListQuery]) -> Mapping[str, set[int]]:
    return _grouped((name, query.list_id) for query in queries for name in query.reads)


def _movings(queries: Iterable[ListQuery]) -> Mapping[tuple[Leaf, ZoneInfo], set[int]]:
    return _grouped(((leaf, query.zone), query.list_id) for query in queries for leaf in query.moving)


def _grouped(pairs: Iterable[tuple[Key, int]]) -> Mapping[Key, set[int]]:
    found: dict[Key, set[int]] = defaultdict(set)
    for key, list_id in pairs:
        found[key].add(list_id)
    return found


def _regrouped(
    known: Mapping[Key, frozenset[int]], gone: Mapping[Key, set[int]], come: Mapping[Key, set[int]]
) -> dict[Key, frozenset[int]]:
    """Return the groups without the ids that are gone and with those that have come."""
    empty: frozenset[int] = frozenset()
    touched = gone.keys() | come.keys()
    changed = {key: (known.get(key, empty) - gone.get(key, empty)) | come.get(key, empty) for key in touched}
    return {key: ids for key, ids in {**known, **changed}.items() if ids}


def _without(known: Mapping[int, Key], ids: AbstractSet[int]) -> dict[int, Key]:
    return {key: value for key, value in known.items() if key not in ids}
