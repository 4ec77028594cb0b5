"""Shows where a text meets a search: the same words, prefixes and typos that `queries.search_query` finds it by.

Texts are compared in their normalised form and marked as they are written, so Müller is marked for muller.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from queries.search import MIN_STEM, SearchFields, SearchText, search_tokens, typo_budget
from queries.search_query import is_near
from queries.text import is_cjk, plain


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    """A normalised character, and the part of the text from `start` to `end` that it stands for."""

    text: str
    start: int
    end: int

    @property
    def in_word(self) -> bool:
        return self.text.isalnum() or unicodedata.category(self.text).startswith("M")


_Letters = Sequence[_Letter]
_Span = tuple[int, int]


def highlight(text: str, search: SearchText) -> list[Piece]:
    """Return the pieces of a name, an e-mail or any other text, in order, with what meets the search marked."""
    letters = list(_letters(text))
    last = len(search.words) - 1
    spans = [span for i, word in enumerate(search.words) for span in _spans(letters, word, i == last)]
    return _pieces(text, spans)


def highlight_phone(text: str, search: SearchText) -> list[Piece]:
    """Return a phone number as one piece, marked when one of the ways to dial it begins with what was searched for."""
    ways = search_tokens(SearchFields("", "", "", (), (text,)))["words"]
    met = any(word.isdigit() and way.startswith(word) for word in search.words for way in ways)
    return [Piece(text, met)] if text else []


def _letters(text: str) -> Iterator[_Letter]:
    starts = [i for i, char in enumerate(text) if i == 0 or not unicodedata.combining(char)]
    for start, end in pairwise([*starts, len(text)]):
        for char in plain(text[start:end]):
            yield _Letter(char, start, end)


def _spans(letters: _Letters, word: str, is_last: bool) -> list[_Span]:
    """Return where the word stands, may it be begun only when it is the last one; else where it is nearly meant."""
    exact = [(start, end) for start in _starts(letters) if (end := _end(letters, start, word, is_last)) is not None]
    found = exact if exact or not typo_budget(word) else list(_near_words(letters, word, is_last))
    return [(letters[start].start, letters[end - 1].end) for start, end in found]


def _starts(letters: _Letters) -> Iterator[int]:
    """Yield where a word may begin: after what is no letter, anywhere in Chinese, Japanese and Korean, and at an @."""
    for i, letter in enumerate(letters):
        if letter.text == "@" or letter.in_word and _is_boundary(letters, i):
            yield i


def _is_boundary(letters: _Letters, i: int) -> bool:
    """Tell whether no word goes on from the letter before `i` to the one at `i`."""
    if i in (0, len(letters)) or not (letters[i - 1].in_word and letters[i].in_word):
        return True
    return is_cjk(letters[i - 1].text) or is_cjk(letters[i].text)


def _end(letters: _Letters, start: int, word: str, is_last: bool) -> int | None:
    """Return where the word ends that begins at `start`, None where another one stands there.

    What stands between the parts of a chunk is passed over, as in O'Brien and Jean-Luc.
    """
    i, met = start, 0
    while met < len(word):
        if i == len(letters) or letters[i].text.isspace():
            return None
        if letters[i].text == word[met]:
            met += 1
        elif letters[i].in_word or met == 0:
            return None
        i += 1
    return i if is_last or _is_boundary(letters, i) else None


def _near_words(letters: _Letters, word: str, is_last: bool) -> Iterator[_Span]:
    for start, end in _runs(letters):
        run = "".join(letter.text for letter in letters[start:end])
        stems = [run[:length] for length in range(MIN_STEM, len(run))] if is_last else []
        if is_near(word, [run, *stems]):
            yield start, end


def _runs(letters: _Letters) -> Iterator[_Span]:
    start = 0
    while start < len(letters):
        end = start
        while end < len(letters) and letters[end].in_word:
            end += 1
        if end > start:
            yield start, end
        start = end + 1


def _pieces(text: str, spans: Sequence[_Span]) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        if start > done:
            pieces.append(Piece(text[done:start], False))
        pieces.append(Piece(text[max(start, done) : end], True))
        done = end
    return [*pieces, Piece(text[done:], False)] if done < len(text) else pieces
