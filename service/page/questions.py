"""The questions that the filter builder can put: of each kind of property, in words, and how v1 filters say them.

What v1 can say beyond these is shown in words and edited through the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queries.catalogue import PropertyType

LISTS = "lists"
"""The kind of the one question that is about no property."""

NOTHING, TEXT, NUMBER, DAYS, DAY, BETWEEN, ONE, MANY, LIST = (
    "nothing",
    "text",
    "number",
    "days",
    "day",
    "between",
    "one",
    "many",
    "list",
)
"""What one answers with: each is a control of the builder's script."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words, what is answered, and the keys of the filter that say it."""

    words: str
    control: str
    keys: Mapping[str, Any]


def _is(words: str, control: str, operator: str, **keys: Any) -> Question:
    return Question(words, control, {"operator": operator, **keys})


_PRESENCE = (_is("has a value", NOTHING, "IS_NOT_EMPTY"), _is("has no value", NOTHING, "IS_EMPTY"))
_TIME = (
    _is("is in the last days", DAYS, "WITHIN_TIME", withinTimeMode="PAST", reverseWithinTimeWindow=False),
    _is("is longer ago than days", DAYS, "WITHIN_TIME", withinTimeMode="PAST", reverseWithinTimeWindow=True),
    _is("is in the next days", DAYS, "WITHIN_TIME", withinTimeMode="FUTURE", reverseWithinTimeWindow=False),
    _is("is before", DAY, "LT"),
    _is("is on or after", DAY, "GTE"),
    *_PRESENCE,
)
_CHOSEN = (
    _is("is any of", MANY, "SET_ANY"),
    _is("is none of", MANY, "SET_NOT_ANY"),
    _is("is", ONE, "EQ"),
    _is("is not", ONE, "NEQ"),
)

QUESTIONS: Mapping[str, Sequence[Question]] = {
    PropertyType.STRING.value: (
        _is("is", TEXT, "EQ"),
        _is("is not", TEXT, "NEQ"),
        _is("is any of", TEXT, "SET_ANY"),
        _is("contains", TEXT, "CONTAINS"),
        _is("does not contain", TEXT, "DOESNT_CONTAIN"),
        _is("starts with", TEXT, "STR_STARTS_WITH"),
        _is("ends with", TEXT, "STR_ENDS_WITH"),
        *_PRESENCE,
    ),
    PropertyType.NUMBER.value: (
        _is("is", NUMBER, "EQ"),
        _is("is not", NUMBER, "NEQ"),
        _is("is less than", NUMBER, "LT"),
        _is("is at most", NUMBER, "LTE"),
        _is("is more than", NUMBER, "GT"),
        _is("is at least", NUMBER, "GTE"),
        *_PRESENCE,
    ),
    PropertyType.BOOL.value: (_is("is", ONE, "EQ"), *_PRESENCE),
    PropertyType.DATE.value: _TIME,
    PropertyType.DATETIME.value: _TIME,
    PropertyType.ENUMERATION.value: (*_CHOSEN, *_PRESENCE),
    LISTS: (
        _is("is in", LIST, "IN_LIST", filterFamily="ListMembership"),
        _is("is not in", LIST, "NOT_IN_LIST", filterFamily="ListMembership"),
    ),
}
"""Type of a property -> its questions, the likeliest first."""

_SAYS_NOTHING: Mapping[str, tuple[Any, ...]] = {
    "filterFamily": ("PropertyValue",),
    "checkPastVersions": (False,),
    "withinTimeMode": ("PAST",),
    "reverseWithinTimeWindow": (False,),
    "withinLastTimeUnit": ("DAYS",),
}
_ANSWERS = frozenset({"property", "type", "value", "list", "dynamicList", "withinLastTime", "withinLastDays"})


def can_edit(filters: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
    """Tell whether the builder has a question for each of a list's normalised v1 filters."""
    return all(_place(filter) is not None for group in filters for filter in group)


def place_of(filter: Mapping[str, Any]) -> tuple[str, int]:
    """Return the kind and the place in QUESTIONS of the question that a normalised v1 filter puts."""
    found = _place(filter)
    assert found is not None, filter
    return found


def _place(filter: Mapping[str, Any]) -> tuple[str, int] | None:
    kind = LISTS if filter.get("filterFamily") == "ListMembership" else filter.get("type", "")
    places = (i for i, question in enumerate(QUESTIONS.get(kind, ())) if _says(filter, question))
    place = next(places, None)
    return None if place is None else (kind, place)


def _says(filter: Mapping[str, Any], question: Question) -> bool:
    """Tell whether a filter puts the question and says nothing beyond it."""
    put = all(filter.get(key) == value for key, value in question.keys.items())
    beyond = filter.keys() - question.keys.keys() - _ANSWERS
    return put and all(filter[key] in _SAYS_NOTHING.get(key, ()) for key in beyond)
