"""Finds contacts by a part of a text value, wherever in it that stands, with the meaning that list criteria have."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from indexer.engines.base import MAX_HITS
from indexer.runtime import Runtime
from indexer.stored_lists import filter_context
from queries.moments import Moment
from queries.nodes import Node
from queries.tree import parse_tree
from records.clock import now

PAGE = 5_000
"""Contacts that the engine is asked for at once."""


def contacts_containing(
    runtime: Runtime, session: Session, portal_id: int, generation: int, names: Sequence[str], text: str
) -> list[int]:
    """Return the vids of contacts that have the text in one of these properties, and at most one more than MAX_HITS.

    Raises FilterError for a text that cannot be looked for, EngineError when the engine fails.
    """
    leaves = [{"kind": "text", "field": name, "op": "contains", "values": [text]} for name in names]
    tree: Node = parse_tree({"op": "or", "of": leaves}, filter_context(session, portal_id))
    at = Moment(now(session))
    found: list[int] = []
    while len(found) <= MAX_HITS:
        limit = min(PAGE, MAX_HITS + 1 - len(found))
        page = runtime.engine.scan(portal_id, generation, tree, at, found[-1] if found else 0, limit)
        found += [hit.vid for hit in page]
        if len(page) < limit:
            break
    return found
