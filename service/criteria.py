"""Reads the filters of a list under the portal's clock, so that what they name is still there when they are stored."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.directory import StoredLists, load_lists, read_tree
from indexer.previews import Draft
from queries.errors import ListCycle
from queries.fingerprint import fingerprint
from queries.inline import find_cycle, inline
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


def read_criteria(session: Session, portal_id: int, body: dict[str, Any], list_id: int | None = None) -> Criteria:
    """Return the criteria under `filters` and `filterTree` of a body (contract S4.3); raises FilterError.

    `list_id` is the list that they are for, None for a new one. Locks the portal's clock row, so that no property and
    no list is deleted, and no list saved, before the caller commits.
    """
    lock_clock(session, portal_id)
    stored = load_lists(session, portal_id)
    present = None if list_id is None else read_tree(lists.get_list(session, portal_id, list_id), stored.context)
    tree = parse_criteria(body.get("filters"), body.get("filterTree"), stored.context, present)
    _check_whole(session, portal_id, stored, tree, list_id)
    filters = render_filters(tree)
    own_tree = render_tree(tree) if is_tree_echo(filters) else None
    return Criteria(filters, reads(tree), uses_lists(tree), own_tree, fingerprint(tree))


def read_draft(session: Session, portal_id: int, body: dict[str, Any]) -> tuple[Draft, StoredLists]:
    """Return the criteria of a body (`service.schemas.previews.DraftBody`), and the lists that they may name.

    What is not sent is that of the list under `listId`. Raises FilterError, ListMissing, and ListRefused for a static
    list.
    """
    stored = load_lists(session, portal_id)
    row = _smart_list(session, portal_id, body["listId"]) if "listId" in body else None
    present = None if row is None else read_tree(row, stored.context)
    if present is not None and not body.keys() & {"filters", "filterTree"}:
        tree = present
    else:
        tree = parse_criteria(body.get("filters"), body.get("filterTree"), stored.context, present)
    own_zone = body.get("timeZone", None if row is None else row.time_zone)
    zone = zone_named(own_zone or time_zone(session, portal_id))
    _check_whole(session, portal_id, stored, tree, None if row is None else row.list_id)
    return Draft(tree, own_zone, zone, row), stored


def _smart_list(session: Session, portal_id: int, list_id: int) -> ContactList:
    row = lists.get_list(session, portal_id, list_id)
    if not row.dynamic:
        raise ListRefused(f"listId: List {list_id} is static: its filters cannot change; leave listId out")
    return row


def _check_whole(session: Session, portal_id: int, stored: StoredLists, tree: Node, list_id: int | None) -> None:
    """Raise ListCycle for a list that would contain itself, and TooMany for one that is too large with all in it."""
    used = uses_lists(tree)
    if list_id is not None and used:
        cycle = find_cycle(list_id, {**lists.uses(session, portal_id), list_id: used})
        if cycle is not None:
            raise ListCycle(cycle)
    inline(tree, stored.find, list_id)
