"""Leaves that ask what the search box asks: every word is among the contact's, the last may be the start of one.

Typos are not forgiven: a list must not gain a member for looking like another.
"""

from dataclasses import dataclass, field
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import Query, Stated, all_of, term
from queries.errors import BadOperand, MalformedFilter, TooMany
from queries.fields import Document
from queries.grams import opening_grams
from queries.leaves.keys import read_tree_keys, require
from queries.moments import Moment
from queries.nodes import Leaf, Names
from queries.search import parse_search

KIND = "search"
MAX_WORDS = 20
MAX_LENGTH = 500
_SOURCES = ("firstname", "lastname", "company", "email", "phone", "mobilephone", fields.IDENTIFIED)


@dataclass(frozen=True, slots=True)
class FullText(Leaf):
    """All of `words` are found, of which the last may be the beginning of a word."""

    words: tuple[str, ...]
    given: str = field(compare=False)

    def reads(self) -> frozenset[str]:
        """Return the properties whose words can be searched for."""
        return frozenset(_SOURCES)

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether all words are found."""
        *before, last = self.words
        found = document[fields.WORDS]
        return set(before) <= set(found) and any(word.startswith(last) for word in found)

    def search(self, at: Moment) -> Stated:
        """Return term queries and, for the last word, a prefix query."""
        return Stated(all_of(self._asked()))

    def percolate(self) -> Stated:
        """Return the same beside how the last word begins, to select by."""
        openings = [term(fields.GRAMS, gram) for gram in opening_grams(self.words[-1])]
        return Stated(all_of((*openings, *self._asked())))

    def _asked(self) -> list[Query]:
        *before, last = self.words
        return [*(term(fields.WORDS, word) for word in before), {"prefix": {fields.WORDS: {"value": last}}}]

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "value": self.given}

    def normal(self) -> dict[str, Any]:
        """Return the words, the last of which stays last."""
        return {"kind": KIND, "words": [*sorted(self.words[:-1]), self.words[-1]]}

    def describe(self, names: Names) -> str:
        """Return such as `a search for "ada love" finds it`."""
        return f'a search for "{self.given}" finds it'

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the words of the contact."""
        return list(document[fields.WORDS])


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> FullText:
    """Return the leaf of `{"kind": "search", "value": "ada love"}`; raises FilterError."""
    value = require(read_tree_keys(raw, path, ("value",), shared=("kind",)), "value", path)
    if not isinstance(value, str):
        raise MalformedFilter(f"{path}.value", value, "the text of a search")
    if len(value) > MAX_LENGTH:
        raise TooMany(f"{path}.value", "characters in one text", len(value), MAX_LENGTH)
    asked = parse_search(value).words
    if not asked:
        raise BadOperand(f"{path}.value", value, "has no letter or digit", "Send at least one word")
    if len(asked) > MAX_WORDS:
        raise TooMany(f"{path}.value", "words", len(asked), MAX_WORDS)
    return FullText(asked, value)
