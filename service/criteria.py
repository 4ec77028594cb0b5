"""Reads the filters of a list under the portal's clock, so that what they name is still there when they are stored."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.directory import StoredLists, load_lists, read_tree
from queries.errors import ListCycle
from queries.inline import find_cycle, inline
from queries.nodes import Node, reads, uses_lists
from queries.parse import is_tree_echo, parse_criteria, render_filters
from queries.tree import render_tree
from records import lists
from records.feed import lock_clock
from records.lists import Criteria


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
    return Criteria(filters, reads(tree), uses_lists(tree), render_tree(tree) if is_tree_echo(filters) else None)


def _check_whole(session: Session, portal_id: int, stored: StoredLists, tree: Node, list_id: int | None) -> None:
    """Raise ListCycle for a list that would contain itself, and TooMany for one that is too large with all in it."""
    used = uses_lists(tree)
    if list_id is not None and used:
        cycle = find_cycle(list_id, {**lists.uses(session, portal_id), list_id: used})
        if cycle is not None:
            raise ListCycle(cycle)
    inline(tree, stored.find, list_id)
