"""Bounded traces of texts, by which a percolator finds the few queries that may contain a needle.

A percolator selects by equal terms only, so each text leaves the hashes of its groups of three letters (padded, so
that its beginning and end leave their own) and of its words: at most 128 a property, because engines stop selecting
by all terms at 1,024. A word that search finds a contact by leaves how it begins. A needle asks for the hashes of its
own groups; equal hashes prove nothing, unequal ones that the needle is not there.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from zlib import crc32

from queries.fields import TEXT_WORDS, WORDS, Document

GROUP = 3
MAX_ASKED = 6
_BUCKETS = 64
_BEFORE = "\x02"
_AFTER = "\x03"


def text_grams(document: Document, read: AbstractSet[str]) -> list[str]:
    """Return the traces of the texts of the properties in `read`, and of the words that search finds a contact by."""
    texts, words = document.get("s", {}), document.get(TEXT_WORDS, {})
    found: list[str] = []
    for name in texts.keys() & read:
        found += _hashed(f"{name}:", _groups(f"{_BEFORE}{texts[name]}{_AFTER}"))
    for name in words.keys() & read:
        found += _hashed(f"{name}:w", words[name])
    openings = {word[: GROUP - 1] for word in document.get(WORDS, ())}
    return [*found, *{gram for opening in openings for gram in opening_grams(opening)}]


@lru_cache(maxsize=4_096)
def opening_grams(word: str) -> tuple[str, ...]:
    """Return the trace of a search word's first two letters, none for a shorter one."""
    return tuple(_hashed(":", _groups(f"{_BEFORE}{word[: GROUP - 1]}")))


def needle_grams(name: str, needle: str, starts: bool = False, ends: bool = False) -> list[str]:
    """Return traces that a text of the property must have to contain the needle, or to start or end with it."""
    padded = f"{_BEFORE if starts else ''}{needle}{_AFTER if ends else ''}"
    return sorted(_hashed(f"{name}:", _groups(padded)))[:MAX_ASKED]


def word_grams(name: str, words: Iterable[str]) -> list[str]:
    """Return traces that a text of the property must have to hold all of these words."""
    return sorted(_hashed(f"{name}:w", words))[:MAX_ASKED]


def _groups(text: str) -> list[str]:
    return [text[start : start + GROUP] for start in range(len(text) - GROUP + 1)]


def _hashed(prefix: str, parts: Iterable[str]) -> list[str]:
    """Return the traces of parts of a text, each once."""
    traces = _traces(prefix)
    return [traces[bucket] for bucket in set(map(_bucket, parts))]


@lru_cache(maxsize=65_536)
def _bucket(part: str) -> int:
    return crc32(part.encode()) % _BUCKETS


@lru_cache(maxsize=4_096)
def _traces(prefix: str) -> tuple[str, ...]:
    """Return all traces that there can be under a prefix, so that each is one text for all contacts."""
    return tuple(f"{prefix}{bucket}" for bucket in range(_BUCKETS))
