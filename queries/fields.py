"""The one owner of index field names, used by the document, the mapping and the compiler alike.

A property lives under an object named after its kind, so that a change of type changes the field and never
the type of a field: `s.` normalised text, `n.` numbers, `d.` milliseconds since the epoch, `e.` exact
internal values. `x.` holds the whole set of an enumeration in one term, because engines cannot compare sets;
`c.` the number of its values. `h.` repeats s, n, d, e and x for earlier values. `u.` is when a property last changed,
`md.` the month and day of a date as one number (1231), `w.` the words of a text.

`sent` names the forms and pages that the contact sent something through, `sent_at` when; `submissions`, which is stored
and not indexed, tells both together.

Some fields exist only where a contact is percolated, since they answer what a stored query cannot ask otherwise:
`missing` names what has no value, `cleared` what had one, `grams` holds bounded traces of every text.
"""

from hashlib import sha256
from typing import Any

from queries.catalogue import Definition, PropertyType

Document = dict[str, Any]

VID = "vid"
VERSION = "version"
CHANGE = "change"
KNOWN = "known"
MARKS = "marks"
WORDS = "words"
STEMS = "stems"
WHOLE = "whole"
BLANK = "blank"
PAST = "past"
BUCKET = "bucket"
IDENTIFIED = "identified"
TOKENS = "tokens"
SENT = "sent"
SENT_AT = "sent_at"
SUBMISSIONS = "submissions"
MISSING = "missing"
CLEARED = "cleared"
GRAMS = "grams"

IMPORT_PREFIX = "import:"

EXACT_SET = "x"
COUNT = "c"
HISTORY = "h"
CHANGED = "u"
MONTH_DAY = "md"
TEXT_WORDS = "w"
BUCKETS = 10_000
MAX_TEXT = 8_000

MAX_WORDS = 1_000
"""Words of one text that filters see."""

KINDS = {
    PropertyType.STRING: "s",
    PropertyType.NUMBER: "n",
    PropertyType.DATE: "d",
    PropertyType.DATETIME: "d",
    PropertyType.BOOL: "e",
    PropertyType.ENUMERATION: "e",
}
ENGINE_TYPES = {"s": "keyword", "n": "double", "d": "long", "e": "keyword", EXACT_SET: "keyword"}
"""The kinds that hold values, with the type that engines give them."""


def kind(definition: Definition) -> str:
    """Return the object under which the property's value is indexed: s, n, d or e."""
    return KINDS[definition.type]


def path(kind: str, name: str) -> str:
    """Return the full field name of a property in a kind, such as `s.firstname`."""
    return f"{kind}.{name}"


def history_path(kind: str, name: str) -> str:
    """Return the full field name of a property's earlier values, such as `h.s.firstname`."""
    return f"{HISTORY}.{kind}.{name}"


def kinds(definition: Definition) -> tuple[str, ...]:
    """Return the objects under which a property's values are indexed."""
    own = kind(definition)
    return (own, EXACT_SET) if own == "e" else (own,)


def pin_mark(list_id: int, direction: str) -> str:
    """Return the `marks` term of a contact pinned `in` or `out` of a smart list (design rule 9)."""
    return f"{direction}:{list_id}"


def static_list_mark(list_id: int) -> str:
    """Return the `marks` term of a member of a static list (design rule 9)."""
    return f"s:{list_id}"


def import_mark(import_id: int) -> str:
    """Return the `marks` term of a contact that a row of an import was for."""
    return f"{IMPORT_PREFIX}{import_id}"


def listed_in(name: str) -> int | None:
    """Return the list that a mark is about, None for any other name."""
    kind, colon, list_id = name.partition(":")
    return int(list_id) if colon and kind in ("s", "in", "out") else None


def sent_term(form: str, page: str) -> str:
    """Return the `sent` term of a form, of a page, or of a form on a page; "" stands for any.

    The length keeps apart what else would read the same.
    """
    return f"{len(form)}|{form}{page}"


def set_term(values: frozenset[str]) -> str:
    """Return the one term that stands for a set of internal values, whatever their order."""
    return ";".join(sorted(values))[:MAX_TEXT]


def bucket(vid: int, seed: str = "") -> int:
    """Return a contact's place, 0 to 9,999, in a random order that a seed shuffles anew and that never changes."""
    digest = sha256(f"{seed}:{vid}".encode()).digest()
    return int.from_bytes(digest[:8]) % BUCKETS
