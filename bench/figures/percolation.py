"""Matching as a drain does it, and the bare percolation that it is compared with."""

from collections.abc import Sequence
from typing import Any

import orjson

from indexer.directory import Directory
from indexer.drain import PERCOLATE_ABOVE
from indexer.engines.base import Asked, Engine
from queries import mapping
from queries.catalogue import Catalogue
from queries.evaluate import evaluate
from queries.fields import VID, Document
from queries.moments import Moment

HITS = 10_000


def match(
    engine: Engine, place: tuple[int, int], directory: Directory, contacts: Sequence[Document], asked: Asked, at: Moment
) -> int:
    """Have lists proposed where that pays, evaluate those or all, and return how many memberships there are.

    `place` is the portal and the generation that is asked.
    """
    every = directory.asked(asked.changed)
    pays = directory.leaves_asked(asked.changed for _ in contacts) > PERCOLATE_ABOVE
    proposed = engine.propose(*place, contacts, asked) if pays else None
    return sum(
        evaluate(directory.queries[list_id].tree, contact, at)
        for contact in contacts
        for list_id in (every if proposed is None else every & proposed[contact[VID]])
    )


def bare_request(contacts: Sequence[Document], catalogue: Catalogue) -> bytes:
    """Return the body of the plainest percolation of contacts: all hits with their documents' numbers."""
    documents = [mapping.filtered_part(contact, catalogue.definitions.keys()) for contact in contacts]
    query: dict[str, Any] = {"percolate": {"field": mapping.QUERY, "documents": documents}}
    return orjson.dumps({"query": {"bool": {"filter": [query]}}, "size": HITS, "_source": False})
