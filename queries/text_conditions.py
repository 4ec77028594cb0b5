"""What may be asked of a text: what it contains, begins or ends with, its words, and regular expressions.

When percolated, none of these is asked with a pattern, which would cost a percolation more than a millisecond:
traces of the needle select (`queries.grams`), and `evaluate` decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import re2

from queries.dsl import Query, Stated, all_of, any_of, known, term
from queries.errors import BadOperand
from queries.fields import GRAMS, MAX_WORDS, TEXT_WORDS, path
from queries.grams import needle_grams, word_grams
from queries.text import normalise, words

MAX_PATTERN = 500
"""Characters of a regular expression."""

MAX_PROGRAM = 2_000
"""Instructions of a compiled one, and with the length of the text the bound of its time."""

MAX_SEARCHED = 2_000
"""Characters at the beginning of a text in which a regular expression is searched."""


class _Pattern(Protocol):
    programsize: int

    def search(self, text: str) -> object: ...


@dataclass(frozen=True, slots=True)
class Contains:
    """The text contains one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a substring."""
        return any(needle in value for needle in self.needles)

    def search(self, field: str) -> Stated:
        """Return wildcard queries with a star on both sides."""
        return Stated(any_of(_wildcard(field, f"*{_escape(needle)}*") for needle in self.needles))

    def percolate(self, field: str, name: str) -> Stated:
        """Return the needles' traces."""
        return _traces(name, (needle_grams(name, needle) for needle in self.needles))

    def normal(self) -> list[Any]:
        """Return the needles in order."""
        return ["contains", sorted(set(self.needles))]


@dataclass(frozen=True, slots=True)
class StartsWith:
    """The text starts with one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a prefix."""
        return bool(value.startswith(self.needles))

    def search(self, field: str) -> Stated:
        """Return prefix queries."""
        return Stated(any_of({"prefix": {field: {"value": needle}}} for needle in self.needles))

    def percolate(self, field: str, name: str) -> Stated:
        """Return the needles' traces."""
        return _traces(name, (needle_grams(name, needle, starts=True) for needle in self.needles))

    def normal(self) -> list[Any]:
        """Return the needles in order."""
        return ["starts", sorted(set(self.needles))]


@dataclass(frozen=True, slots=True)
class EndsWith:
    """The text ends with one of these."""

    needles: tuple[str, ...]

    def matches(self, value: Any) -> bool:
        """Return whether any needle is a suffix."""
        return bool(value.endswith(self.needles))

    def search(self, field: str) -> Stated:
        """Return wildcard queries with a leading star."""
        return Stated(any_of(_wildcard(field, f"*{_escape(needle)}") for needle in self.needles))

    def percolate(self, field: str, name: str) -> Stated:
        """Return the needles' traces."""
        return _traces(name, (needle_grams(name, needle, ends=True) for needle in self.needles))

    def normal(self) -> list[Any]:
        """Return the needles in order."""
        return ["ends", sorted(set(self.needles))]


@dataclass(frozen=True, slots=True)
class HasWords:
    """One of these phrases stands in the text, as whole words next to each other."""

    phrases: tuple[tuple[str, ...], ...]

    def matches(self, value: Any) -> bool:
        """Return whether the words of any phrase follow each other in the text."""
        spoken = f" {' '.join(words(value)[:MAX_WORDS])} "
        return any(f" {' '.join(phrase)} " in spoken for phrase in self.phrases)

    def search(self, field: str) -> Stated:
        """Return a term query for each word; engines are not told the order of words."""
        in_words = path(TEXT_WORDS, field.rpartition(".")[2])
        found = any_of(all_of(term(in_words, word) for word in phrase) for phrase in self.phrases)
        return Stated(found, all(len(phrase) == 1 for phrase in self.phrases))

    def percolate(self, field: str, name: str) -> Stated:
        """Return the words' traces."""
        return _traces(name, (word_grams(name, phrase) for phrase in self.phrases))

    def normal(self) -> list[Any]:
        """Return the phrases in order."""
        return ["words", sorted({" ".join(phrase) for phrase in self.phrases})]


@dataclass(frozen=True, slots=True)
class MatchesPattern:
    """A regular expression (RE2 syntax) is found in the text, whatever its case."""

    pattern: str

    def matches(self, value: Any) -> bool:
        """Return whether the expression is found in the beginning of the text; bounded in time."""
        return _compiled(self.pattern).search(value[:MAX_SEARCHED]) is not None

    def search(self, field: str) -> Stated:
        """Return whether there is a value: engines have another syntax, and no bound of time."""
        return Stated(known(field.rpartition(".")[2]), False)

    def percolate(self, field: str, name: str) -> Stated:
        """Return whether there is a value."""
        return Stated(known(name), False)

    def normal(self) -> list[Any]:
        """Return the expression."""
        return ["regex", self.pattern]


def read_phrase(text: str) -> tuple[str, ...]:
    """Return the words of a phrase as texts are split, so that both sides compare alike."""
    return tuple(words(text))


def check_pattern(given: str, path: str) -> None:
    """Raise BadOperand for a regular expression that RE2 does not take or that could take long.

    Back references and look-around are not in RE2's syntax; they are what makes time unbounded.
    """
    if len(given) > MAX_PATTERN:
        raise BadOperand(path, given, "is too long", f"Send at most {MAX_PATTERN} characters")
    try:
        size = _compiled(given).programsize
    except re2.error as problem:
        reason = problem.args[0].decode() if problem.args and isinstance(problem.args[0], bytes) else str(problem)
        raise BadOperand(path, given, f"is no regular expression: {reason}", "Send RE2 syntax") from None
    if size > MAX_PROGRAM:
        raise BadOperand(path, given, "repeats too much", f"Write one of at most {MAX_PROGRAM} steps, not {size}")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> _Pattern:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    compiled: _Pattern = re2.compile(_fold(pattern), options)
    return compiled


def _fold(pattern: str) -> str:
    """Fold letters as texts are folded; ASCII stays, because it may be syntax (`\\S` is not `\\s`)."""
    return "".join(letter if letter.isascii() else normalise(letter) or letter for letter in pattern)


def _traces(name: str, needles: Iterable[list[str]]) -> Stated:
    """Return a query for the traces of one of several needles; one without any asks whether there is a value."""
    found = [all_of(term(GRAMS, gram) for gram in grams) if grams else known(name) for grams in needles]
    return Stated(known(name) if known(name) in found else any_of(found), False)


def _wildcard(field: str, pattern: str) -> Query:
    return {"wildcard": {field: {"value": pattern}}}


def _escape(needle: str) -> str:
    return needle.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


NEEDLES: dict[str, Callable[[tuple[str, ...]], Contains | StartsWith | EndsWith]] = {
    "contains": Contains,
    "starts": StartsWith,
    "ends": EndsWith,
}
