"""Reads the filters of a list under the portal's clock, so that what they name is still there when they are stored."""

from sqlalchemy.orm import Session

from indexer.directory import filter_context
from queries.leaves.membership import ListMembership
from queries.nodes import leaves, reads
from queries.parse import parse_filters, render_filters
from records.feed import lock_clock
from records.lists import Criteria


def read_criteria(session: Session, portal_id: int, filters: object) -> Criteria:
    """Return the criteria of v1 filters as sent (contract S4.3); raises FilterError.

    Locks the portal's clock row, so that no property and no list is deleted before the caller commits.
    """
    lock_clock(session, portal_id)
    tree = parse_filters(filters, filter_context(session, portal_id))
    used = frozenset(leaf.list_id for leaf in leaves(tree) if isinstance(leaf, ListMembership))
    return Criteria(render_filters(tree), reads(tree), used)
