"""Says why a contact joined or left a list, as the feed tells it."""

from collections.abc import Callable, Mapping
from typing import Any

from indexer.engines.base import ListQuery
from queries.fields import IMPORT_PREFIX, listed_in, pin_mark
from records import lists
from records.feed import Kind, reason
from records.marks import EVERYTHING, list_name
from records.pins import IN, OUT

Explain = Callable[[ListQuery, frozenset[str]], dict[str, Any]]

_FILLS = {lists.INITIALIZING: Kind.FIRST_FILL, lists.PROCESSING: Kind.LIST_EDITED}


def explainer(unfinished: Mapping[int, str]) -> Explain:
    """Return what tells the cause of a move from the list and the names in the contact's mark.

    `unfinished` maps a list that is not DONE to its state: while its first fill or an edit goes on, that is the cause.
    """

    def explain(query: ListQuery, changed: frozenset[str]) -> dict[str, Any]:
        kind = _FILLS.get(unfinished.get(query.list_id, ""))
        if kind is not None:
            return reason(kind)
        if changed & {pin_mark(query.list_id, direction) for direction in (IN, OUT)}:
            return reason(Kind.PIN)
        if _came_with_time(query, changed):
            return reason(Kind.CLOCK)
        imports = [int(name.removeprefix(IMPORT_PREFIX)) for name in changed if name.startswith(IMPORT_PREFIX)]
        if imports:
            return reason(Kind.IMPORT, importId=max(imports), **_facts(changed & query.reads))
        return reason(Kind.CONTACT_CHANGE, **_facts(changed & query.reads))

    return explain


def _came_with_time(query: ListQuery, changed: frozenset[str]) -> bool:
    """Return whether nothing of the contact changed that the list reads, and the clock asked for it (rule 10)."""
    asked = bool(query.moving) and list_name(query.list_id) in changed
    return asked and EVERYTHING not in changed and not changed & query.reads


def _facts(names: frozenset[str]) -> dict[str, Any]:
    """Return which properties changed, and which lists the contact was put in, taken out of or pinned to."""
    within = {list_id for name in names if (list_id := listed_in(name)) is not None}
    properties = sorted(name for name in names if listed_in(name) is None)
    return {"properties": properties, **({"lists": sorted(within)} if within else {})}
