"""What a contact can be found by, and what a search text asks for: the same tokens on both sides.

All of it is computed here, so the engines only compare whole tokens and prefixes of tokens.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from queries.text import document_words, is_cjk, plain, words

MIN_STEM = 4
MAX_STEM = 20
MAX_WORDS = 200

_MAX_FIELD_WORDS = 40
_MAX_WORD_LENGTH = 100
_MAX_WHOLE_LENGTH = 1_000
_ONE_TYPO_FROM = 5
_TWO_TYPOS_FROM = 9
_MIN_PHONE_DIGITS = 5
_PHONE = re.compile(r"[+()0-9\s./‐–—−-]+")
_BETWEEN_CHUNKS = re.compile(r"[\s\x00-\x1f\x7f,;:<>()\[\]{}\"]+")


@dataclass(frozen=True, slots=True)
class SearchFields:
    """The values of a contact that search looks at, as they are stored; a missing one is empty."""

    first_name: str
    last_name: str
    company: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchText:
    """What a search asks for: `words` must all match, the last may be a prefix.

    `whole` holds the markers of the e-mail ("e:ada@x.org") and full name ("n:ada lovelace") that it would
    equal.
    """

    words: tuple[str, ...]
    whole: tuple[str, ...]


def search_tokens(fields: SearchFields) -> dict[str, list[str]]:
    """Return the search fields of a contact's document, each in stable order without duplicates.

    "words" are at most 200 tokens that a word of the search can equal; "stems" the beginnings, 4 to 20
    letters long, of those that are plain words, for typos in a word still being typed; "whole" the markers
    of whole values.
    """
    names = _name_words(fields)
    emails = [plain(email) for email in fields.emails]
    email_words = [word for email in emails for word in words(email.replace("@", " "))]
    phones = [token for phone in fields.phones for token in _phone_tokens(phone)]
    domains = ["@" + email.rpartition("@")[2] for email in emails]
    found = _unique(_cut([*names, *emails, *domains, *phones, *email_words]))[:MAX_WORDS]
    plain_words = set(_cut([*names, *email_words]))
    return {
        "words": found,
        "stems": _unique(stem for word in found if word in plain_words for stem in _stems(word)),
        "whole": _whole(emails, _full_name(fields.first_name, fields.last_name)),
    }


def parse_search(q: str) -> SearchText:
    """Take what a user typed and return what it asks for, which is nothing without a letter or digit.

    No character is syntax. Only phone characters with five or more digits make one number; a chunk with @
    is kept whole, as an e-mail or a part of one; the last word stays last even where it repeats an earlier
    one.
    """
    text = plain(q).strip()
    if _PHONE.fullmatch(text) and len(digits := _digits(text)) >= _MIN_PHONE_DIGITS:
        return SearchText(tuple(_cut([digits])), ())
    chunks = [chunk.strip("'") for chunk in _BETWEEN_CHUNKS.split(text)]
    asked = _cut(word for chunk in chunks for word in ([chunk] if "@" in chunk else words(chunk)))
    is_email = len(asked) == 1 and "@" in asked[0]
    email = [chunk for chunk in chunks if chunk] if is_email else []
    return SearchText((*_unique(asked[:-1]), *asked[-1:]), tuple(_whole(email, words(text))))


def typo_budget(word: str) -> int:
    """Return how many typos a word forgives: 0 below 5 letters and in numbers, 2 from 9 letters, else 1."""
    if len(word) < _ONE_TYPO_FROM or word.isdigit():
        return 0
    return 1 if len(word) < _TWO_TYPOS_FROM else 2


def _name_words(fields: SearchFields) -> list[str]:
    full_name = _full_name(fields.first_name, fields.last_name)
    written_as_one = full_name if len(full_name) == 1 else []
    texts = (fields.first_name, fields.last_name, *written_as_one, fields.company)
    return [word for text in texts for word in document_words(text)[:_MAX_FIELD_WORDS]]


def _full_name(first: str, last: str) -> list[str]:
    given, family = words(first), words(last)
    if is_cjk("".join(given)) and is_cjk("".join(family)):
        return ["".join(family + given)]
    return given + family


def _whole(emails: Iterable[str], name: list[str]) -> list[str]:
    joined = ("" if is_cjk("".join(name)) else " ").join(name)
    markers = ["e:" + email for email in emails] + (["n:" + joined] if joined else [])
    return _unique(marker[:_MAX_WHOLE_LENGTH] for marker in markers)


def _stems(word: str) -> list[str]:
    stems = [word[:length] for length in range(MIN_STEM, min(len(word), MAX_STEM + 1))]
    return [*stems, word] if len(word) >= MIN_STEM else []


def _phone_tokens(phone: str) -> list[str]:
    """Return the ways to dial a number: as stored, from abroad with and without 00, and at home."""
    text = plain(phone).strip()
    abroad = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(abroad, None)
    except phonenumbers.NumberParseException:
        return [digits] if (digits := _digits(text)) else []
    number.extension = None
    at_home = _digits(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
    national = phonenumbers.national_significant_number(number)
    international = f"{number.country_code}{national}"
    return [_digits(text), international, "00" + international, national, at_home]


def _digits(phone: str) -> str:
    dialled_from_abroad = phone.lstrip("( ").startswith(("+", "00"))
    return re.sub("[^0-9]", "", phone.replace("(0)", "", 1) if dialled_from_abroad else phone)


def _cut(tokens: Iterable[str]) -> list[str]:
    return [token[:_MAX_WORD_LENGTH] for token in tokens]


def _unique(tokens: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tokens))
