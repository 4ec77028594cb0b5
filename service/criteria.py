"""Reads the criteria of a list under the portal's clock, so that what they name is still there when they are stored."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.previews import Draft
from indexer.stored_lists import StoredLists, load_lists, read_tree
from queries.context import FilterContext
from queries.errors import ListCycle, NotUnderstood, OuterTooLarge, TooMany, UnreadableList
from queries.fingerprint import fingerprint
from queries.inline import ListCriteria, Lookup, containers, find_cycle, inline
from queries.leaves.opaque import unknown_families
from queries.moments import zone_named
from queries.nodes import Node, reads, uses_lists
from queries.parse import is_tree_echo, parse_criteria, render_filters
from queries.tree import render_tree
from records import lists
from records.errors import ListRefused
from records.feed import lock_clock
from records.lists import Criteria
from records.models import ContactList
from records.portals import time_zone

KEYS = frozenset({"filters", "filterTree", "timeZone"})
"""Keys of a body that say what a list asks for."""

_UNSAVED = 0
"""In place of the id of a list that has none yet; no list ever has it."""


def read_criteria(session: Session, portal_id: int, body: dict[str, Any], list_id: int | None = None) -> Criteria:
    """Return the criteria that a body gives (contract S4.3); what it leaves out stays. Raises FilterError.

    `list_id` is the list that they are for, None for a new one. Locks the portal's clock row, so that no property and
    no list is deleted, and no list saved, before the caller commits.
    """
    lock_clock(session, portal_id)
    row = None if list_id is None else lists.get_list(session, portal_id, list_id)
    stored = load_lists(session, portal_id)
    tree = _read_tree(stored, body, row)
    _check_understood(check_whole(session, portal_id, stored, tree, list_id))
    return criteria_of(tree, _read_zone(body, row))


def criteria_of(tree: Node, zone: str | None) -> Criteria:
    """Return a tree as it is stored; `zone` is the list's own."""
    filters = render_filters(tree)
    own_tree = render_tree(tree) if is_tree_echo(filters) else None
    return Criteria(filters, reads(tree), uses_lists(tree), own_tree, fingerprint(tree), zone)


def read_draft(session: Session, portal_id: int, body: dict[str, Any]) -> tuple[Draft, StoredLists]:
    """Return the criteria of a body (`service.schemas.previews.DraftBody`), and the lists that they may name.

    What is not sent is that of the list under `listId`. Raises FilterError, ListMissing, and ListRefused for a static
    list.
    """
    stored = load_lists(session, portal_id)
    row = _smart_list(session, portal_id, body["listId"]) if "listId" in body else None
    tree = _read_tree(stored, body, row)
    own_zone = _read_zone(body, row)
    zone = zone_named(own_zone or time_zone(session, portal_id))
    _check_understood(check_whole(session, portal_id, stored, tree, None if row is None else row.list_id))
    return Draft(tree, own_zone, zone, row), stored


def _smart_list(session: Session, portal_id: int, list_id: int) -> ContactList:
    row = lists.get_list(session, portal_id, list_id)
    if not row.dynamic:
        raise ListRefused(f"listId: List {list_id} is static: its filters cannot change; leave listId out")
    return row


def _read_tree(stored: StoredLists, body: dict[str, Any], row: ContactList | None) -> Node:
    if row is None:
        return parse_criteria(body.get("filters"), body.get("filterTree"), stored.context)
    if not body.keys() & {"filters", "filterTree"}:
        return read_tree(row, stored.context)
    return parse_criteria(body.get("filters"), body.get("filterTree"), stored.context, _present(stored, row))


def _present(stored: StoredLists, row: ContactList) -> Node | None:
    """Return what a list asks now, None where that cannot be read and can only be replaced."""
    try:
        return read_tree(row, stored.context)
    except UnreadableList:
        return None


def _read_zone(body: dict[str, Any], row: ContactList | None) -> str | None:
    """Return the zone that a body gives the list; an empty one is the portal's again."""
    if "timeZone" not in body:
        return None if row is None else row.time_zone
    return None if body["timeZone"] == "" else zone_named(body["timeZone"]).key


def check_whole(session: Session, portal_id: int, stored: StoredLists, tree: Node, list_id: int | None) -> Node:
    """Return criteria with all contained lists in them; `list_id` is the list that they are for, None for a new one.

    Raises ListCycle for a list that would contain itself, TooMany where it is too large, and OuterTooLarge where one
    that contains it would become so.
    """
    if list_id is None:
        return inline(tree, stored.find, _UNSAVED)
    uses = {**lists.uses(session, portal_id), list_id: uses_lists(tree)}
    cycle = find_cycle(list_id, uses)
    if cycle is not None:
        raise ListCycle(cycle)

    def look_up(named: int) -> ListCriteria | None:
        return ListCriteria(tree) if named == list_id else stored.find(named)

    whole = inline(tree, look_up, list_id)
    for outer in containers(list_id, uses):
        _check_outer(outer, look_up, stored.context)
    return whole


def _check_outer(list_id: int, look_up: Lookup, context: FilterContext) -> None:
    """Raise OuterTooLarge for a list that would become too large; one that cannot be read is halted in any case."""
    try:
        criteria = look_up(list_id)
        if criteria is not None:
            inline(criteria.tree, look_up, list_id)
    except TooMany as error:
        raise OuterTooLarge(list_id, context.list_names.get(list_id), error) from None
    except UnreadableList:
        return


def _check_understood(whole: Node) -> None:
    """Raise NotUnderstood for criteria that only an import may keep."""
    if families := unknown_families(whole):
        raise NotUnderstood(families)
