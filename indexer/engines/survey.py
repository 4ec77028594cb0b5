"""Counts contacts of a contact index for many trees in one request.

A tree that engines can only be asked widely has more hits than matches. Its hits are fetched and judged by
`queries.evaluate` where there are few enough of them; where there are not, their number is told as an upper bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from elasticsearch import Elasticsearch

from indexer.engines.base import Question, Surveyed
from indexer.engines.failures import require_whole
from indexer.engines.names import Place
from queries import fields
from queries.compile import Compiled, compile_search
from queries.dsl import Query, any_of
from queries.evaluate import evaluate
from queries.fields import Document
from queries.moments import Moment

MAX_JUDGED = 1_000
"""Hits that are fetched and evaluated for all trees with few hits together."""

MAX_SEARCHED = 300
"""Hits of any other tree among which contacts are looked for that may be named."""

_ORDER: list[dict[str, Any]] = [{fields.BUCKET: "asc"}, {fields.VID: "asc"}]
_SAMPLE = "sample"
_JUDGED: dict[str, Any] = {"excludes": [fields.STEMS, fields.WHOLE, fields.TEXT_WORDS, fields.MONTH_DAY]}
"""Everything that evaluation looks at; the rest is for queries only."""


def survey(client: Elasticsearch, place: Place, asked: Sequence[Question], at: Moment) -> list[Surveyed]:
    """Return for each tree how many contacts match it at a moment, and the first ones of them by bucket."""
    compiled = [compile_search(each.tree, at) for each in asked]
    surveyed = _count(client, place, asked, compiled)
    wide = [number for number, each in enumerate(compiled) if each.verify]
    few = _few(wide, surveyed)
    shared = _hits(client, place, any_of(compiled[number].query for number in few), MAX_JUDGED) if few else []
    for number in wide:
        if number in few:
            surveyed[number] = _judged(asked[number], shared, at)
        elif asked[number].sample:
            some = _hits(client, place, compiled[number].query, MAX_SEARCHED)
            surveyed[number] = replace(surveyed[number], vids=_judged(asked[number], some, at).vids)
    return surveyed


def _count(
    client: Elasticsearch, place: Place, asked: Sequence[Question], compiled: Sequence[Compiled]
) -> list[Surveyed]:
    pairs = list(zip(asked, compiled, strict=True))
    answer = client.search(
        index=place.contacts,
        size=0,
        aggregations={str(number): _aggregation(*pair) for number, pair in enumerate(pairs)},
        track_total_hits=False,
        allow_partial_search_results=False,
    ).body
    require_whole(answer)
    found = [answer["aggregations"][str(number)] for number in range(len(pairs))]
    return [
        Surveyed(each["doc_count"], not made.verify, _sampled(each))
        for each, (_, made) in zip(found, pairs, strict=True)
    ]


def _aggregation(asked: Question, compiled: Compiled) -> dict[str, Any]:
    counted: dict[str, Any] = {"filter": compiled.query}
    if not asked.sample or compiled.verify:
        return counted
    named = {"size": asked.sample, "sort": _ORDER, "docvalue_fields": [fields.VID], "_source": False}
    return counted | {"aggregations": {_SAMPLE: {"top_hits": named}}}


def _sampled(aggregation: dict[str, Any]) -> tuple[int, ...]:
    hits = aggregation[_SAMPLE]["hits"]["hits"] if _SAMPLE in aggregation else ()
    return tuple(int(hit["fields"][fields.VID][0]) for hit in hits)


def _few(wide: Iterable[int], surveyed: Sequence[Surveyed]) -> frozenset[int]:
    """Return the numbers of the wide trees whose hits, all of them together, may be fetched."""
    chosen, left = set(), MAX_JUDGED
    for count, number in sorted((surveyed[number].count, number) for number in wide):
        left -= count
        if left >= 0:
            chosen.add(number)
    return frozenset(chosen)


def _hits(client: Elasticsearch, place: Place, query: Query, limit: int) -> list[Document]:
    answer = client.search(
        index=place.contacts,
        query={"bool": {"filter": [query]}},
        sort=_ORDER,
        size=limit,
        track_total_hits=False,
        source=_JUDGED,
        allow_partial_search_results=False,
    ).body
    require_whole(answer)
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def _judged(asked: Question, hits: Iterable[Document], at: Moment) -> Surveyed:
    """Return what evaluation says of hits in order."""
    vids = [hit[fields.VID] for hit in hits if evaluate(asked.tree, hit, at)]
    return Surveyed(len(vids), True, tuple(vids[: asked.sample]))
