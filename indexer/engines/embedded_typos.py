"""Forgives typos for the embedded engine: finds the tokens in the index that are near the asked words.

FTS5 knows only whole tokens and beginnings; its list of terms is read from the first letter on, in which no
typo is forgiven, and judged in Python. What is near is then asked for by name.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection

from indexer.engines.embedded_tables import PLAIN, Tables, beginning, either, encoded, every, exactly
from queries.search import MAX_STEM, MIN_STEM, typo_budget

_SURROGATES = (0xD800, 0xE000)
_LONGEST = 1_000
_DISTANCE: Any = OSA.distance  # rapidfuzz declares its own scorers too narrowly for its own functions


def with_typos(connection: Connection, tables: Tables, words: Sequence[str]) -> str:
    """Return the FTS5 expression of all contacts that match the words with forgiven typos or without."""
    *before, last = map(encoded, words)
    forgiven = (either([exactly(word), *_near_words(connection, tables, word)]) for word in before)
    near_last = _near_words if "@" in last else _near_stems
    return every([*forgiven, either([beginning(last), *near_last(connection, tables, last)])])


def _near_words(connection: Connection, tables: Tables, word: str) -> list[str]:
    """Return expressions of the tokens near a word."""
    if not (budget := typo_budget(word)):
        return []
    lengths = range(len(word) - budget, len(word) + budget + 1)
    return [exactly(term) for term in _near(word, _terms(connection, tables, word[0], lengths))]


def _near_stems(connection: Connection, tables: Tables, word: str) -> list[str]:
    """Return expressions of the beginnings of plain words near a word that is being typed."""
    if not (budget := typo_budget(word)):
        return []
    lengths = range(max(MIN_STEM, len(word) - budget), len(word) + budget + 1)
    longer = range(len(PLAIN) + lengths.start, _LONGEST)
    terms = _terms(connection, tables, PLAIN + word[0], longer)
    stems = _shortest(_near(word, _stems([term[len(PLAIN) :] for term in terms], lengths)))
    return [beginning(stem, PLAIN) if len(stem) <= MAX_STEM else exactly(stem, PLAIN) for stem in stems]


def _near(word: str, terms: Iterable[str]) -> list[str]:
    found = process.extract(word, terms, scorer=_DISTANCE, score_cutoff=typo_budget(word), limit=None)
    return [term for term, _, _ in found]


def _terms(connection: Connection, tables: Tables, start: str, lengths: range) -> list[str]:
    """Return the distinct tokens of these lengths that begin with a text."""
    rows = connection.exec_driver_sql(
        f"SELECT json_group_array(term) FROM {tables.terms} WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        (start, start[:-1] + _next_letter(start[-1]), lengths.start, lengths.stop - 1),
    )
    terms: list[str] = orjson.loads(rows.scalar_one())
    return terms


def _next_letter(letter: str) -> str:
    code = ord(letter) + 1
    return chr(_SURROGATES[1] if code == _SURROGATES[0] else code)


def _stems(words: Sequence[str], lengths: range) -> set[str]:
    """Return the beginnings of words that `queries.search` calls stems and that have one of these lengths."""
    short = [length for length in lengths if length <= MAX_STEM]
    stems = {word[:length] for length in short for word in words if len(word) >= length}
    return stems.union(word for word in words if len(word) > MAX_STEM and len(word) in lengths)


def _shortest(stems: Iterable[str]) -> list[str]:
    """Return the stems without those that begin with another one and so find nothing more."""
    kept: list[str] = []
    for stem in sorted(stems):
        if not kept or not stem.startswith(kept[-1]):
            kept.append(stem)
    return kept
