"""Stores list queries and asks which of them documents may satisfy.

A percolation is a search, so all of its traps are closed here (design rule 11): hits are paged to the end
and counted, no shard may fail, and the sentinel, a query that matches every document and is written last
into a generation, must be among the hits. The answer only proposes; `queries.evaluate` decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from indexer.engines import bulk
from indexer.engines.base import Asked, ListQuery
from indexer.engines.failures import require_whole, words
from indexer.engines.names import Place
from indexer.errors import PartialAnswer, RequestRefused
from queries import fields, mapping
from queries.compile import compile_percolator
from queries.dsl import Query
from queries.fields import Document
from queries.nodes import And

BATCH = 500
"""Documents in one request: most of its cost is reading the stored queries, whatever the number of documents."""

PAGE = 10_000
MAX_LISTS = 65_000
"""Engines count up to 65,535 buckets in one answer unless told otherwise."""

EVERY_LIST = "*"
SENTINEL_ID = 0
_SLOTS = "_percolator_document_slot"
_VERSION_TYPE = "external_gte"


def register(client: Elasticsearch, place: Place, queries: Iterable[ListQuery]) -> None:
    """Store lists' queries, visible when this returns; those of a newer revision stay."""
    actions = (bulk.index_action(query.list_id, query.revision, _stored(query)) for query in queries)
    for result in bulk.send(client, place, place.lists, actions):
        if result.error is not None and result.status != bulk.CONFLICT:
            raise RequestRefused(result.status, words(result.error))
    require_whole(client.indices.refresh(index=place.lists).body)


def register_sentinel(client: Elasticsearch, place: Place) -> None:
    """Store the sentinel, visible when this returns."""
    register(client, place, [ListQuery(SENTINEL_ID, 0, And(()), frozenset())])


def unregister(client: Elasticsearch, place: Place, list_id: int, revision: int) -> None:
    """Remove a list's query; one that is not there or of a newer revision is left alone."""
    bulk.require_alias(client, place, place.lists)
    try:
        client.delete(index=place.lists, id=str(list_id), version=revision, version_type=_VERSION_TYPE, refresh=True)
    except (ConflictError, NotFoundError):
        return


def propose(
    client: Elasticsearch, place: Place, documents: Sequence[Document], asked: Asked
) -> dict[int, frozenset[int]]:
    """Return vid -> lists that each document may be in, among those that read a changed name."""
    proposed: dict[int, frozenset[int]] = {}
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        query = _question(batch, asked)
        lists = _one(client, place, query) if len(batch) == 1 else _many(client, place, query, len(batch))
        proposed |= {document[fields.VID]: found for document, found in zip(batch, lists, strict=True)}
    return proposed


def _stored(query: ListQuery) -> dict[str, Any]:
    return {
        mapping.QUERY: compile_percolator(query.tree).query,
        mapping.LIST_ID: query.list_id,
        mapping.REVISION: query.revision,
        mapping.READS: sorted(query.reads),
        mapping.SENTINEL: query.list_id == SENTINEL_ID,
    }


def _question(documents: Sequence[Document], asked: Asked) -> Query:
    """All in filter context: nothing is scored, and the cheap clause leads."""
    percolate = {
        "percolate": {
            "field": mapping.QUERY,
            "documents": [mapping.filtered_part(each, asked.read) for each in documents],
        }
    }
    return {"bool": {"filter": [*_readers(asked.changed), percolate]}}


def _readers(changed: frozenset[str]) -> list[Query]:
    if EVERY_LIST in changed:
        return []
    readers = {"terms": {mapping.READS: sorted(changed)}}
    sentinel = {"term": {mapping.SENTINEL: True}}
    return [{"bool": {"should": [readers, sentinel], "minimum_should_match": 1}}]


def _one(client: Elasticsearch, place: Place, query: Query) -> list[frozenset[int]]:
    """Count lists, which costs less than hits, whose slots are found by running each query again."""
    answer = client.search(
        index=place.lists,
        query=query,
        size=0,
        track_total_hits=True,
        aggregations={"lists": {"terms": {"field": mapping.LIST_ID, "size": MAX_LISTS}}},
        allow_partial_search_results=False,
        request_cache=False,
    ).body
    require_whole(answer)
    found = frozenset(int(bucket["key"]) for bucket in answer["aggregations"]["lists"]["buckets"])
    _require_all(len(found), answer["hits"]["total"]["value"], SENTINEL_ID in found)
    return [found - {SENTINEL_ID}]


def _many(client: Elasticsearch, place: Place, query: Query, count: int) -> list[frozenset[int]]:
    found: list[set[int]] = [set() for _ in range(count)]
    for hit in _all_hits(client, place, query):
        for slot in hit["fields"][_SLOTS]:
            found[slot].add(int(hit["sort"][0]))
    if not all(SENTINEL_ID in lists for lists in found):
        raise PartialAnswer("the sentinel is not among the lists of every document")
    return [frozenset(lists - {SENTINEL_ID}) for lists in found]


def _all_hits(client: Elasticsearch, place: Place, query: Query) -> Iterator[dict[str, Any]]:
    hits, total = _hits_above(client, place, query, SENTINEL_ID - 1)
    collected = len(hits)
    yield from hits
    while len(hits) == PAGE:
        hits, _ = _hits_above(client, place, query, hits[-1]["sort"][0])
        collected += len(hits)
        yield from hits
    _require_all(collected, total, sentinel=True)


def _hits_above(client: Elasticsearch, place: Place, query: Query, list_id: int) -> tuple[list[dict[str, Any]], int]:
    answer = client.search(
        index=place.lists,
        query=query,
        sort=[{mapping.LIST_ID: "asc"}],
        search_after=[list_id],
        size=PAGE,
        track_total_hits=True,
        source=False,
        allow_partial_search_results=False,
    ).body
    require_whole(answer)
    return answer["hits"]["hits"], int(answer["hits"]["total"]["value"])


def _require_all(collected: int, total: int, sentinel: bool) -> None:
    if collected != total or not sentinel:
        raise PartialAnswer(f"{collected} of {total} lists, sentinel among them: {sentinel}")
