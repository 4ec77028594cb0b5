"""Why a contact is in a smart list or not, and in which lists a contact would be that does not exist yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from indexer.directory import load_directory
from indexer.documents import build_documents
from indexer.stored_lists import StoredLists, load_lists, read_tree
from queries.document import Snapshot, build_document
from queries.errors import FilterError, NotUnderstood
from queries.evaluate import evaluate
from queries.explain import Explained, explain
from queries.fields import MARKS, Document, pin_mark
from queries.inline import inline
from queries.leaves.opaque import unknown_families
from queries.moments import Moment
from queries.nodes import Node
from records import contacts, lists, marks, memberships, pins
from records.catalogues import load_catalogue
from records.clock import now
from records.contacts import ContactRow
from records.derived import derived_values, first_values
from records.errors import ContactMissing, ListRefused
from records.models import ContactList

UNSAVED = ("API", "")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One contact and one smart list, at one moment.

    `criteria` explains the list's criteria, those of the lists in it put in their places; `pin` is `in`, `out` or None
    and overrules them; `added_at` is when the contact became a member (milliseconds since the epoch), None where it is
    none; while the contact `waits` to be judged, membership may be that of before.
    """

    list_id: int
    vid: int
    criteria: Explained
    pin: str | None
    added_at: int | None
    waits: bool

    @property
    def belongs(self) -> bool:
        """Whether criteria and pin together want the contact in the list."""
        return self.criteria.matches if self.pin is None else self.pin == pins.IN

    @property
    def changes_at(self) -> int | None:
        """When the clock alone moves the contact, None for never."""
        return self.criteria.changes_at if self.pin is None else None


def explain_membership(session: Session, portal_id: int, list_id: int, vid: int) -> Explanation:
    """Return why a contact is in a smart list or not, by the records as they are now.

    A merged vid stands for its survivor. Raises ListMissing, ContactMissing, ListRefused for a static list, and
    NotUnderstood or UnreadableList for one whose filters nobody can answer.
    """
    row = lists.get_list(session, portal_id, list_id)
    if not row.dynamic:
        raise ListRefused(f"List {list_id} is static: its members are put in by hand, so there is nothing to explain")
    contact = contacts.find_contacts(session, portal_id, [vid]).get(vid)
    if contact is None:
        raise ContactMissing(vid)
    stored = load_lists(session, portal_id)
    if families := unknown_families(_criteria(stored, row)):
        raise NotUnderstood(families)
    [found] = _explanations(session, portal_id, contact, [row], stored)
    return found


def explain_memberships(
    session: Session, portal_id: int, contact: ContactRow, rows: Iterable[ContactList]
) -> list[Explanation]:
    """Return why a live contact is in each of these smart lists or not, by the records as they are now.

    Lists whose filters nobody can answer are left out, because they are unknown or cannot be read.
    """
    stored = load_lists(session, portal_id)
    answered = [row for row in rows if _is_answered(stored, row)]
    return _explanations(session, portal_id, contact, answered, stored)


def match_lists(
    session: Session, portal_id: int, values: Mapping[str, str], list_id: int | None = None
) -> list[tuple[int, str]]:
    """Return id and name of the smart lists that a contact created now with these values would be in, by id.

    With `list_id` only that list is asked; raises ListMissing. The contact has no vid yet: random samples see vid 0.
    """
    if list_id is not None:
        lists.get_list(session, portal_id, list_id)
    moment = now(session)
    document = build_document(_snapshot(values, moment), load_catalogue(session, portal_id))
    named = lists.names(session, portal_id)
    return [
        (query.list_id, named[query.list_id])
        for query in sorted(load_directory(session, portal_id).queries.values(), key=lambda query: query.list_id)
        if list_id in (None, query.list_id) and evaluate(query.tree, document, Moment(moment, query.zone))
    ]


def _explanations(
    session: Session, portal_id: int, contact: ContactRow, rows: Iterable[ContactList], stored: StoredLists
) -> list[Explanation]:
    document = build_documents(session, portal_id, [contact], stored.context.catalogue)[contact.vid]
    held = memberships.of_contacts(session, portal_id, [contact.vid])[contact.vid]
    waits = marks.is_marked(session, portal_id, contact.vid)
    moment = now(session)
    return [
        Explanation(
            row.list_id,
            contact.vid,
            explain(_criteria(stored, row), document, Moment(moment, stored.query(row).zone), stored.context),
            _pin(document, row.list_id),
            held[row.list_id].added_at if row.list_id in held else None,
            waits,
        )
        for row in rows
    ]


def _is_answered(stored: StoredLists, row: ContactList) -> bool:
    try:
        return not unknown_families(_criteria(stored, row))
    except FilterError:
        return False


def _criteria(stored: StoredLists, row: ContactList) -> Node:
    return inline(read_tree(row, stored.context), stored.find)


def _snapshot(values: Mapping[str, str], moment: int) -> Snapshot:
    """Return a contact as it would be stored."""
    given = {**first_values(moment), **{name: value for name, value in values.items() if value}}
    properties = {**derived_values(given, {}, moment), **given}
    return Snapshot(
        vid=0,
        version=1,
        change=0,
        created_at=moment,
        updated_at=moment,
        origin=UNSAVED,
        properties=properties,
        emails=(properties["email"],) if "email" in properties else (),
        marks=(),
        changed=dict.fromkeys(properties, moment),
    )


def _pin(document: Document, list_id: int) -> str | None:
    """Return how the contact is pinned; out goes before in."""
    return next((pin for pin in (pins.OUT, pins.IN) if pin_mark(list_id, pin) in document[MARKS]), None)
