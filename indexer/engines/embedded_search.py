"""A page of a word search out of FTS5; `queries.search_query.matches_tier` is what it must mean.

Tokens are kept under the contact's change number, so that newest first is the order in which they lie and
nothing is ranked: each tier is asked for as many contacts as the page still needs.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from indexer.engines.base import MAX_HITS, SearchHits, SearchRequest, Sort
from indexer.engines.embedded_tables import WHOLE, Tables, beginning, either, every, exactly
from indexer.engines.embedded_typos import with_typos
from queries.search import SearchText, typo_budget

_WHOLE_KINDS = ("e:", "n:")


def search(connection: Connection, tables: Tables, request: SearchRequest) -> SearchHits:
    """Return a page of a search; typos are forgiven only where exact and prefix matches do not fill it."""
    text = request.text
    if not text.words:
        return SearchHits([], 0)
    tiers = _sure_tiers(text)
    total = _count(connection, tables, tiers)
    if request.offset + request.count > total and any(map(typo_budget, text.words)):
        tiers.append(with_typos(connection, tables, text.words))
        total = _count(connection, tables, tiers)
    return SearchHits(_page(connection, tables, tiers, request), total)


def _sure_tiers(text: SearchText) -> list[str]:
    """Return the FTS5 expressions of tiers 5 to 2, the best first."""
    *before, last = text.words
    certain = [exactly(word) for word in before]
    wholes = ([exactly(item, WHOLE) for item in text.whole if item.startswith(kind)] for kind in _WHOLE_KINDS)
    words = [every([*certain, exactly(last)]), every([*certain, beginning(last)])]
    return [*(either(markers) for markers in wholes if markers), *words]


def _count(connection: Connection, tables: Tables, tiers: Sequence[str]) -> int:
    matching = f"SELECT 1 FROM {tables.tokens} WHERE {tables.tokens} MATCH ? LIMIT {MAX_HITS}"
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM ({matching})", (either(tiers),)).scalar_one())


def _page(connection: Connection, tables: Tables, tiers: Sequence[str], request: SearchRequest) -> list[int]:
    if request.sort is not None:
        return _sorted(connection, tables, either(tiers), request, request.sort)
    changes = _best(connection, tables, tiers, request.offset + request.count)
    return _vids(connection, tables, changes[request.offset :])


def _best(connection: Connection, tables: Tables, tiers: Iterable[str], count: int) -> list[int]:
    """Return the first change numbers, each under its best tier, the newest first within a tier."""
    newest = f"SELECT rowid FROM {tables.tokens} WHERE {tables.tokens} MATCH ? ORDER BY rowid DESC LIMIT ?"
    found: dict[int, None] = {}
    for tier in tiers:
        if len(found) < count:
            rows = connection.exec_driver_sql(newest, (tier, count)).fetchall()
            found.update((change, None) for (change,) in rows)
    return list(found)[:count]


def _vids(connection: Connection, tables: Tables, changes: Sequence[int]) -> list[int]:
    """Return the vids that go with change numbers, in the same order."""
    rows = connection.exec_driver_sql(
        f"SELECT vid FROM json_each(?) AS asked JOIN {tables.documents} ON change = asked.value ORDER BY asked.key",
        (str(list(changes)),),
    )
    return [vid for (vid,) in rows]


def _sorted(connection: Connection, tables: Tables, expression: str, request: SearchRequest, sort: Sort) -> list[int]:
    """Return a page in the order of a field; of several values the one that sorts first counts, as in engines."""
    best, direction = ("max", "DESC") if sort.descending else ("min", "ASC")
    value = f"(SELECT {best}(item.value) FROM json_each(body, ?) AS item)"
    rows = connection.exec_driver_sql(
        f"SELECT vid, {value} AS value FROM {tables.tokens} JOIN {tables.documents} ON change = {tables.tokens}.rowid "
        f"WHERE {tables.tokens} MATCH ? ORDER BY value IS NULL, value {direction}, vid LIMIT ? OFFSET ?",
        (_json_path(sort.field), expression, request.count, request.offset),
    )
    return [vid for vid, _ in rows]


def _json_path(field: str) -> str:
    """Return where a field such as `s.lastname` or `vid` stands in a document."""
    return "$." + ".".join(f'"{part}"' for part in field.split(".", 1))
