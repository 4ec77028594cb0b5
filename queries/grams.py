"""Bounded traces of texts, by which a percolator finds the few queries that may contain a needle.

A percolator selects by equal terms only, so each text leaves the hashes of its groups of three letters (padded, so
that its beginning and end leave their own) and of its words: at most 128 a property, because engines stop selecting
by all terms at 1,024. A word that search finds a contact by leaves how it begins. A needle asks for the hashes of its
own groups; equal hashes prove nothing, unequal ones that the needle is not there.
"""

from collections.abc import Iterable, Iterator
from zlib import crc32

from queries.fields import TEXT_WORDS, WORDS, Document

GROUP = 3
MAX_ASKED = 6
_BUCKETS = 64
_BEFORE = "\x02"
_AFTER = "\x03"


def text_grams(document: Document) -> list[str]:
    """Return the traces of all texts of a document."""
    found = {gram for name, text in document.get("s", {}).items() for gram in _of_text(name, text)}
    for name, words in document.get(TEXT_WORDS, {}).items():
        found.update(_of_words(name, words))
    found.update(gram for word in document.get(WORDS, ()) for gram in opening_grams(word))
    return sorted(found)


def opening_grams(word: str) -> list[str]:
    """Return the trace of a search word's first two letters, none for a shorter one."""
    return list(_hashed("", _groups(f"{_BEFORE}{word[: GROUP - 1]}")))


def needle_grams(name: str, needle: str, starts: bool = False, ends: bool = False) -> list[str]:
    """Return traces that a text of the property must have to contain the needle, or to start or end with it."""
    padded = f"{_BEFORE if starts else ''}{needle}{_AFTER if ends else ''}"
    return sorted(set(_hashed(name, _groups(padded))))[:MAX_ASKED]


def word_grams(name: str, words: Iterable[str]) -> list[str]:
    """Return traces that a text of the property must have to hold all of these words."""
    return sorted(set(_of_words(name, words)))[:MAX_ASKED]


def _of_text(name: str, text: str) -> Iterator[str]:
    return _hashed(name, set(_groups(f"{_BEFORE}{text}{_AFTER}")))


def _of_words(name: str, words: Iterable[str]) -> Iterator[str]:
    return (f"{name}:w{crc32(word.encode()) % _BUCKETS}" for word in words)


def _groups(text: str) -> Iterator[str]:
    return (text[start : start + GROUP] for start in range(len(text) - GROUP + 1))


def _hashed(name: str, groups: Iterable[str]) -> Iterator[str]:
    return (f"{name}:{crc32(group.encode()) % _BUCKETS}" for group in groups)
