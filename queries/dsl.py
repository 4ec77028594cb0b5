"""Small pieces of Elasticsearch query DSL, valid in Elasticsearch 7.17 to 9 and OpenSearch 2 and 3.

Every negation stands in a `bool` of its own, because `must_not` beside `should` would be an AND. Constants are
folded away and equal clauses are kept once: percolators cannot select by a constant, and have been seen to miss
queries with duplicate clauses (Elasticsearch issues 28315 and 60373).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from queries import fields

Query = dict[str, Any]

MATCH_ALL: Query = {"match_all": {}}
MATCH_NONE: Query = {"match_none": {}}

PATTERN_WEIGHT = 8
"""What a wildcard weighs beside a term: each costs a percolation more than a millisecond."""

MAX_PATTERN = 100
"""Characters of a pattern; one of a hundred equal ones is about as much as Lucene turns into an automaton."""

MAX_BOUND_BYTES = 1_000
"""UTF-8 bytes of a text that others start with or are compared to: Lucene 8 refuses an automaton of more states."""

TOO_HEAVY = 1_000_000


@dataclass(frozen=True, slots=True)
class Stated:
    """A question as query DSL; `exact` is False where the query also matches documents that it should not."""

    query: Query
    exact: bool = True


def all_of(queries: Iterable[Query]) -> Query:
    """Return a query that matches where every one does; of none, everywhere."""
    clauses = _unique(queries, MATCH_ALL)
    if MATCH_NONE in clauses:
        return MATCH_NONE
    if len(clauses) < 2:
        return clauses[0] if clauses else MATCH_ALL
    return {"bool": {"filter": clauses}}


def any_of(queries: Iterable[Query]) -> Query:
    """Return a query that matches where at least one does; of none, nowhere."""
    clauses = _unique(queries, MATCH_NONE)
    if MATCH_ALL in clauses:
        return MATCH_ALL
    if len(clauses) < 2:
        return clauses[0] if clauses else MATCH_NONE
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def none_of(query: Query) -> Query:
    """Return a query that matches where this one does not."""
    if query in (MATCH_ALL, MATCH_NONE):
        return MATCH_NONE if query == MATCH_ALL else MATCH_ALL
    if query.get("bool", {}).keys() == {"must_not"}:
        [denied] = query["bool"]["must_not"]
        return dict(denied)
    return {"bool": {"must_not": [query]}}


def but_not(required: Query, query: Query) -> Query:
    """Return a query that matches where `required` does and `query` does not."""
    if query in (MATCH_ALL, MATCH_NONE) or required == MATCH_ALL:
        return all_of((required, none_of(query)))
    return {"bool": {"filter": [required], "must_not": [query]}}


def term(field: str, value: str | int | float | bool) -> Query:
    """Return a query for documents that hold a value in a field."""
    return {"term": {field: value}}


def known(name: str) -> Query:
    """Return a query for contacts that have a value of a property."""
    return term(fields.KNOWN, name)


def weight(query: Query) -> int:
    """Return how much of an engine's patience a query takes: its clauses, patterns counting for several."""
    if "wildcard" in query:
        [pattern] = query["wildcard"].values()
        return PATTERN_WEIGHT if len(pattern["value"]) <= MAX_PATTERN else TOO_HEAVY
    if "prefix" in query or "range" in query:
        [bounds] = (query.get("prefix") or query["range"]).values()
        return TOO_HEAVY if any(map(_is_long, bounds.values())) else 1
    if "bool" not in query:
        return 1
    inner: list[Any] = [query["bool"].get(clause, ()) for clause in ("filter", "should", "must_not")]
    return sum(weight(each) for clauses in inner for each in clauses)


def _is_long(bound: object) -> bool:
    return isinstance(bound, str) and len(bound.encode()) > MAX_BOUND_BYTES


def _unique(queries: Iterable[Query], neutral: Query) -> list[Query]:
    found: list[Query] = []
    seen: set[str] = set()
    for query in queries:
        key = repr(query)
        if query != neutral and key not in seen:
            seen.add(key)
            found.append(query)
    return found
