"""Asks a contact index: a page of a search, and the contacts that match a filter."""

from typing import Any

from elasticsearch import Elasticsearch

from indexer.engines.base import MAX_HITS, Scanned, SearchHits, SearchRequest, Sort
from indexer.engines.failures import require_whole
from indexer.engines.names import Place
from queries import fields
from queries.compile import compile_search
from queries.dsl import Query
from queries.evaluate import evaluate
from queries.moments import Moment
from queries.nodes import Node
from queries.search_query import exact_and_prefix, sort_clause, with_typos

_BY_VID: list[dict[str, Any]] = [{fields.VID: "asc"}]
_NOTHING = "_none_"
"""No stored field is to be read: looking them up hit by hit takes most of the time of a long page."""

_JUDGED: dict[str, Any] = {"excludes": [fields.STEMS, fields.WHOLE]}
"""Everything that filters read."""


def search(client: Elasticsearch, place: Place, request: SearchRequest) -> SearchHits:
    """Return a page of a search; typos are forgiven only where exact and prefix matches do not fill it."""
    certain = _page(client, place, request, exact_and_prefix(request.text))
    if request.offset + request.count <= certain.total:
        return certain
    return _page(client, place, request, with_typos(request.text))


def scan(client: Elasticsearch, place: Place, tree: Node, at: Moment, after: int, limit: int) -> list[Scanned]:
    """Return up to `limit` contacts above a vid that match a tree, by vid, with the versions that matched.

    Where only a wider query can be asked, its hits are evaluated, and asked for page by page until enough match.
    """
    query, verify = compile_search(tree, at)
    if not verify:
        return [_scanned(hit) for hit in _hits_by_vid(client, place, query, after, limit, source=False)]
    found: list[Scanned] = []
    hits = _hits_by_vid(client, place, query, after, limit, source=_JUDGED)
    while hits and len(found) < limit:
        found += [_scanned(hit) for hit in hits if evaluate(tree, hit["_source"], at)]
        hits = _hits_by_vid(client, place, query, _value(hits[-1], fields.VID), limit, source=_JUDGED)
    return found[:limit]


def _hits_by_vid(
    client: Elasticsearch, place: Place, query: Query, after: int, limit: int, source: bool | dict[str, Any]
) -> list[dict[str, Any]]:
    beyond = {"range": {fields.VID: {"gt": after}}}
    answer = client.search(
        index=place.contacts,
        query={"bool": {"filter": [query, beyond]}},
        sort=_BY_VID,
        size=limit,
        docvalue_fields=_stored(fields.VID, fields.VERSION),
        track_total_hits=False,
        source=source,
        stored_fields=None if source else _NOTHING,
        allow_partial_search_results=False,
    ).body
    require_whole(answer)
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits


def _scanned(hit: dict[str, Any]) -> Scanned:
    return Scanned(_value(hit, fields.VID), _value(hit, fields.VERSION))


def _page(client: Elasticsearch, place: Place, request: SearchRequest, query: Query) -> SearchHits:
    answer = client.search(
        index=place.contacts,
        query=query,
        sort=_order(request.sort),
        from_=request.offset,
        size=request.count,
        docvalue_fields=_stored(fields.VID),
        track_total_hits=MAX_HITS,
        source=False,
        allow_partial_search_results=False,
    ).body
    require_whole(answer)
    vids = [_value(hit, fields.VID) for hit in answer["hits"]["hits"]]
    return SearchHits(vids, min(answer["hits"]["total"]["value"], MAX_HITS))


def _order(sort: Sort | None) -> list[dict[str, Any]]:
    """A field that no document has yet sorts as if every value were missing."""
    if sort is None:
        return [*sort_clause(), *_BY_VID]
    order = {
        "order": "desc" if sort.descending else "asc",
        "missing": "_last",
        "unmapped_type": fields.ENGINE_TYPES.get(sort.field.partition(".")[0], "long"),
    }
    return [{sort.field: order}, *_BY_VID]


def _stored(*names: str) -> list[dict[str, Any]]:
    return [{"field": name} for name in names]


def _value(hit: dict[str, Any], field: str) -> int:
    return int(hit["fields"][field][0])
