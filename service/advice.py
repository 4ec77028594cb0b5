"""What is told of a list beside what was saved: its criteria in plain language, and warnings that refuse nothing."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from indexer.directory import read_tree
from queries.context import FilterContext
from queries.describe import describe
from queries.fingerprint import fingerprint
from queries.lint import equal_lists, lint
from queries.nodes import Node, leaves
from records import lists
from records.catalogues import load_catalogue
from records.models import ContactList

Json = dict[str, Any]


def context_of(session: Session, portal_id: int, rows: Iterable[ContactList]) -> FilterContext:
    """Return what the criteria of these lists name, without reading all other lists of the portal."""
    used = {list_id for row in rows for list_id in row.uses_lists}
    named = lists.get_lists(session, portal_id, used) if used else []
    kinds = {row.list_id: row.dynamic for row in named}
    return FilterContext(load_catalogue(session, portal_id), kinds, {row.list_id: row.name for row in named})


def description(row: ContactList, context: FilterContext) -> str | None:
    """Return a list's criteria in plain language; None for a static list without any, which is filled by hand."""
    return describe(read_tree(row, context), context) if row.dynamic or row.filters else None


def warnings(
    session: Session, portal_id: int, tree: Node, time_zone: str | None, list_id: int | None = None
) -> list[Json]:
    """Return what is suspicious in criteria, and which lists other than `list_id` ask the same.

    `time_zone` is the list's own, None where it has none.
    """
    found = lint(tree, load_catalogue(session, portal_id))
    if any(True for _ in leaves(tree)):
        own = fingerprint(tree)
        found += equal_lists(tree, dict.fromkeys(lists.alike(session, portal_id, own, time_zone, list_id), own))
    return [{"code": each.code, "message": each.message, "path": list(each.path)} for each in found]
