"""Forgives typos for the embedded engine: finds the tokens in the index that are near the asked words.

FTS5 knows only whole tokens and beginnings; its list of terms is read from the first letter on, in which no
typo is forgiven, and judged in Python. What is near is then asked for by name.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection

from indexer.engines.embedded_tables import PLAIN, Tables, beginning, either, encoded, every, exactly
from queries.search import MAX_STEM, MIN_STEM, typo_budget

_LONGEST_TERM = 1_000
_AFTER_ALL_LETTERS = "\U0010ffff"
_DISTANCE: Any = OSA.distance  # rapidfuzz declares its own scorers too narrowly for its own functions


def with_typos(connection: Connection, tables: Tables, words: Sequence[str]) -> str:
    """Return the FTS5 expression of the contacts that match with forgiven typos or without.

    The terms near a word are looked up only while somebody matches the words before it, so that a long text
    that nobody matches ends after a few words.
    """
    *before, last = map(encoded, words)
    met: list[str] = []
    for word in sorted(before, key=typo_budget):
        met.append(either([exactly(word), *_near_words(connection, tables, word)]))
        if not _matches_anyone(connection, tables, every(met)):
            return every(met)
    near_last = _near_words if "@" in last else _near_stems
    return every([*met, either([beginning(last), *near_last(connection, tables, last)])])


def _matches_anyone(connection: Connection, tables: Tables, expression: str) -> bool:
    statement = f"SELECT 1 FROM {tables.tokens} WHERE {tables.tokens} MATCH ? LIMIT 1"
    return connection.exec_driver_sql(statement, (expression,)).first() is not None


def _near_words(connection: Connection, tables: Tables, word: str) -> list[str]:
    """Return expressions of the tokens near a word."""
    if not (budget := typo_budget(word)):
        return []
    terms = _terms(connection, tables, word[0], len(word) - budget, len(word) + budget)
    return [exactly(term) for term in _near(word, terms)]


def _near_stems(connection: Connection, tables: Tables, word: str) -> list[str]:
    """Return expressions of the beginnings of plain words near a word that is being typed."""
    if not (budget := typo_budget(word)):
        return []
    lengths = range(max(MIN_STEM, len(word) - budget), len(word) + budget + 1)
    terms = _terms(connection, tables, PLAIN + word[0], len(PLAIN) + lengths.start, _LONGEST_TERM)
    stems = _shortest(_near(word, list(_stems(terms, lengths))))
    return [beginning(stem, PLAIN) if len(stem) <= MAX_STEM else exactly(stem, PLAIN) for stem in stems]


def _near(word: str, terms: Sequence[str]) -> list[str]:
    found = process.extract(word, terms, scorer=_DISTANCE, score_cutoff=typo_budget(word), limit=None)
    return [term for term, _, _ in found]


def _terms(connection: Connection, tables: Tables, start: str, shortest: int, longest: int) -> list[str]:
    """Return the distinct tokens that begin with a text and have a length between two."""
    rows = connection.exec_driver_sql(
        f"SELECT json_group_array(term) FROM {tables.terms} WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        (start, start + _AFTER_ALL_LETTERS, shortest, longest),
    )
    terms: list[str] = orjson.loads(rows.scalar_one())
    return terms


def _stems(terms: Sequence[str], lengths: range) -> set[str]:
    """Return the beginnings of plain words that are stems and have one of these lengths; no term is shorter."""
    first = len(PLAIN)
    cuts = [itemgetter(slice(first, first + length)) for length in lengths if length <= MAX_STEM]
    stems: set[str] = set().union(*(map(cut, terms) for cut in cuts))
    return stems.union(term[first:] for term in terms if MAX_STEM < len(term) - first < lengths.stop)


def _shortest(stems: Iterable[str]) -> list[str]:
    """Return the stems without those that begin with another one and so find nothing more."""
    kept: list[str] = []
    for stem in sorted(stems):
        if not kept or not stem.startswith(kept[-1]):
            kept.append(stem)
    return kept
