"""Takes the lists of a file into a portal, all of them or none; those of the same names are changed."""

from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from indexer.stored_lists import StoredLists, context_of
from queries.errors import FilterError
from queries.moments import zone_named
from queries.nodes import Node
from queries.parse import parse_criteria
from records import lists
from records.catalogues import load_catalogue
from records.errors import ListRefused
from records.feed import lock_clock
from records.lists import Criteria
from records.models import ContactList
from records.portals import time_zone
from service.advice import ListTeller
from service.criteria import check_whole, criteria_of
from service.list_files import Entry, ListFileRefused, name_key, with_ids
from service.schemas.lists import MAX_NAME


@dataclass(slots=True)
class Outcome:
    """What became of the lists of a file, by name; `inactive` maps the name of a list without members to the reason."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    inactive: dict[str, str] = field(default_factory=dict)


def import_lists(session: Session, portal_id: int, entries: list[Entry]) -> Outcome:
    """Create or change the lists of a file in its order; raises ListFileRefused, and then nothing may be committed.

    A static list that is there stays as it is. Filters of unknown families are kept, and the list gets no members.
    """
    lock_clock(session, portal_id)
    importer = _Importer(session, portal_id)
    for entry in entries:
        try:
            importer.take(entry)
        except (FilterError, ListRefused, ListFileRefused) as error:
            raise ListFileRefused(f'list "{entry.name}": {error}') from None
    return importer.finish()


class _Importer:
    """The lists of a portal while those of a file are taken in."""

    def __init__(self, session: Session, portal_id: int) -> None:
        self._session = session
        self._portal_id = portal_id
        rows, _ = lists.page_lists(session, portal_id, 0, None, None)
        self._rows = {name_key(row.name): row for row in rows}
        self._ids = {key: row.list_id for key, row in self._rows.items()}
        self._found = {row.list_id: row for row in rows}
        self._context = replace(context_of(load_catalogue(session, portal_id), self._found.get), keep_unknown=True)
        self._zone = time_zone(session, portal_id)
        self._taken: set[str] = set()
        self._outcome = Outcome()

    def take(self, entry: Entry) -> None:
        """Create or change one list."""
        key = name_key(entry.name)
        if key in self._taken:
            raise ListFileRefused("the file has this name twice; leave one of them out")
        self._taken.add(key)
        self._check(entry, self._rows.get(key))
        present = self._rows.get(key)
        if present is not None and not present.dynamic:
            self._outcome.unchanged.append(entry.name)
            return
        row = self._rows[key] = self._save(entry, present)
        self._ids[key] = row.list_id
        self._found[row.list_id] = row

    def finish(self) -> Outcome:
        """Return what became of the lists."""
        saved = [row for key, row in self._rows.items() if key in self._taken]
        teller = ListTeller(self._session, self._portal_id, saved)
        reasons = {row.name: teller.error(row) for row in saved}
        self._outcome.inactive = {name: reason for name, reason in reasons.items() if reason}
        return self._outcome

    def _check(self, entry: Entry, present: ContactList | None) -> None:
        if len(entry.name) > MAX_NAME or "\0" in entry.name:
            raise ListFileRefused(f"a name has at most {MAX_NAME} characters and no NUL")
        if present is not None and present.dynamic != entry.dynamic:
            there = "smart" if present.dynamic else "static"
            raise ListFileRefused(f"type: the list of this name is {there}; rename one of the two")

    def _save(self, entry: Entry, present: ContactList | None) -> ContactList:
        session, portal_id = self._session, self._portal_id
        criteria = self._criteria(entry, present)
        if present is None:
            self._outcome.created.append(entry.name)
            return lists.create_list(session, portal_id, entry.name, entry.dynamic, criteria)
        before = (present.revision, present.name)
        row = lists.update_list(session, portal_id, present.list_id, entry.name, criteria)
        same = before == (row.revision, row.name)
        (self._outcome.unchanged if same else self._outcome.changed).append(entry.name)
        return row

    def _criteria(self, entry: Entry, present: ContactList | None) -> Criteria:
        tree = self._tree(entry)
        stored = StoredLists(self._found.get, self._context, self._zone)
        check_whole(self._session, self._portal_id, stored, tree, None if present is None else present.list_id)
        return criteria_of(tree, None if entry.time_zone is None else zone_named(entry.time_zone).key)

    def _tree(self, entry: Entry) -> Node:
        filters, tree = (with_ids(raw, self._ids) for raw in (entry.filters, entry.tree))
        return parse_criteria(filters, tree, self._context)
