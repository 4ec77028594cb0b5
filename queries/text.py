"""One normalisation of text for filters and search, so that no engine ever analyses text.

Both sides of every comparison pass through here: what a contact holds and what a user typed. That is why
engines with different analysers, and the one without any, agree on what is equal.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Answer = TypeVar("Answer")

_SINGLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = frozenset("'`´‘’‛′ʹʻʼʽʾʿ")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CJK_LETTERS = (
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK = re.compile(f"[{_CJK_LETTERS}]+")
_ONE_SCRIPT = re.compile(f"[{_CJK_LETTERS}]+|[^{_CJK_LETTERS}]+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_LONGEST_CJK_WITH_ENDINGS = 12
_LONGEST_REMEMBERED = 64
_REMEMBERED = 8_192


def remembered(read: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """Have a function remember its answers for short texts: contacts share names and cities, each is asked often.

    The answers must be such that nobody can change them.
    """
    of_short = lru_cache(maxsize=_REMEMBERED)(read)

    @wraps(read)
    def answer(text: str) -> Answer:
        return of_short(text) if len(text) <= _LONGEST_REMEMBERED else read(text)

    return answer


def normalise(text: str) -> str:
    """Take any text and return the form in which texts are compared; applying it twice changes nothing.

    Compatibility forms (NFKC) and case are folded; marks are dropped after Latin and Greek letters only,
    since in other scripts they make other letters. NFKC is Unicode Standard Annex 15, the folding is
    section 3.13 of the Unicode Standard.
    """
    return text.lower() if text.isascii() else _fold_whole(text)


def plain(text: str) -> str:
    """Return the normalised text as search sees it.

    Invisible characters are gone, every apostrophe is ' and the digits of all scripts are ASCII digits.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    return normalise(text.translate(_VISIBLE)).translate(_VISIBLE)


def words(text: str) -> list[str]:
    """Return the words of what a user typed, in order: runs of letters, digits and marks.

    Apostrophes vanish (o'brien is obrien); a run of Chinese, Japanese or Korean letters is one word.
    """
    return list(_words(text))


def document_words(text: str) -> list[str]:
    """Return every word under which the text of a contact can be found, without duplicates.

    Beside `words`: the parts around an apostrophe (o, brien), the parts of a chunk written as one (jeanluc
    for Jean-Luc, sa for S.A.), and the endings of short Chinese, Japanese and Korean words, where nothing
    separates the given name from the family name.
    """
    return list(_document_words(text))


def is_cjk(text: str) -> bool:
    """Say whether the normalised text is Chinese, Japanese or Korean letters and nothing else."""
    return _CJK.fullmatch(text) is not None


def _split_plain(text: str) -> list[str]:
    return _split(plain(text).replace("'", ""))


def _find_words(text: str) -> list[str]:
    found = words(text)
    for chunk in plain(text).split():
        parts = _split(chunk)
        found += parts
        if not chunk.isalnum():
            found.append("".join(parts))
    return [word for word in dict.fromkeys(ending for word in found for ending in _endings(word)) if word]


@remembered
def _words(text: str) -> tuple[str, ...]:
    return tuple(_split_plain(text))


@remembered
def _document_words(text: str) -> tuple[str, ...]:
    return tuple(_find_words(text))


class _CharacterTable(dict[int, str]):
    """A table for `str.translate` that asks a rule about each character and remembers a bounded number."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[code] = self._rule(chr(code))
        return found


def _visible(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if unicodedata.category(character) in {"Cf", "Cs"} or _VARIATION_SELECTORS.match(character):
        return ""
    return str(unicodedata.decimal(character, character))


def _word_character(character: str) -> str:
    return character if unicodedata.category(character)[0] in "LNM" else " "


_VISIBLE = _CharacterTable(_visible)
_BREAKS = _CharacterTable(_word_character)


@remembered
def _fold_whole(text: str) -> str:
    folded = _fold(text)
    while folded != text:
        text, folded = folded, _fold(folded)
    return folded


def _fold(text: str) -> str:
    bare = _without_marks(unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare.casefold().translate(_SINGLE_LETTERS))


def _without_marks(decomposed: str) -> str:
    kept = []
    drops = False
    for character in decomposed:
        category = unicodedata.category(character)
        if category[0] != "M":
            drops = _loses_marks(character)
        elif drops and category == "Mn":
            continue
        kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _loses_marks(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN ", "GREEK "))


def _split(plain_text: str) -> list[str]:
    if plain_text.isascii():
        return _ASCII_WORD.findall(plain_text)
    runs = plain_text.translate(_BREAKS).split()
    bare = (_from_first_letter(part) for run in runs for part in _ONE_SCRIPT.findall(run))
    return [word for word in bare if word]


def _from_first_letter(run: str) -> str:
    while run and unicodedata.category(run[0])[0] == "M":
        run = run[1:]
    return run


def _endings(word: str) -> list[str]:
    if len(word) > _LONGEST_CJK_WITH_ENDINGS or not is_cjk(word):
        return [word]
    return [word[start:] for start in range(len(word))]
