"""The one owner of index field names, used by the document, the mapping and the compiler alike.

A property lives under an object named after its kind, so that a change of type changes the field and never
the type of a field: `s.` normalised text, `n.` numbers, `d.` milliseconds since the epoch, `e.` exact
internal values. `x.` holds the whole set of an enumeration in one term, because engines cannot compare sets.
"""

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

EXACT_SET = "x"
MAX_TEXT = 8_000

KINDS = {
    PropertyType.STRING: "s",
    PropertyType.NUMBER: "n",
    PropertyType.DATE: "d",
    PropertyType.DATETIME: "d",
    PropertyType.BOOL: "e",
    PropertyType.ENUMERATION: "e",
}
ENGINE_TYPES = {"s": "keyword", "n": "double", "d": "long", "e": "keyword", EXACT_SET: "keyword"}


def kind(definition: Definition) -> str:
    """Return the object under which the property's value is indexed: s, n, d or e."""
    return KINDS[definition.type]


def path(kind: str, name: str) -> str:
    """Return the full field name of a property in a kind, such as `s.firstname`."""
    return f"{kind}.{name}"


def static_list_mark(list_id: int) -> str:
    """Return the `marks` term of a member of a static list (design rule 9)."""
    return f"s:{list_id}"


def set_term(values: frozenset[str]) -> str:
    """Return the one term that stands for a set of internal values, whatever their order."""
    return ";".join(sorted(values))[:MAX_TEXT]
