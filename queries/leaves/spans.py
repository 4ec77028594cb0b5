"""The windows of leaves about things that happened: a span of instants, the last n units, or a calendar unit."""

from dataclasses import dataclass
from typing import Any

from queries.errors import MalformedFilter, UnsupportedFilter
from queries.leaves.calendar import read_calendar
from queries.leaves.keys import read_choice, read_tree_keys
from queries.leaves.relative import OPERATORS as RELATIVE
from queries.leaves.relative import V1_KEYS, read_relative, window_from_v1
from queries.leaves.words import instant
from queries.moments import Moment
from queries.windows import CALENDAR_OPERATORS, PAST, Edges, Window

SPAN = "span"
MAX_INSTANT = 2**53
_ENDS = ("after", "before")
_V1_ENDS = ("afterTimestamp", "beforeTimestamp")
WINDOW_KEYS = (*_V1_ENDS, *V1_KEYS)
"""The keys with which v1 says a window."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants from `after` on and before `before`, milliseconds since the epoch; None is an open end."""

    after: int | None
    before: int | None

    @property
    def moves(self) -> bool:
        """Always false."""
        return False

    def edges(self, at: Moment, dates: bool) -> Edges:
        """Return the span."""
        return self.after, self.before

    def rendered(self) -> dict[str, Any]:
        """Return the span's keys in a filter tree."""
        ends = {"after": self.after, "before": self.before}
        return {"op": SPAN, **{key: end for key, end in ends.items() if end is not None}}

    def words(self) -> str:
        """Return such as `from 2019-05-04T00:00:00Z on`."""
        since = "" if self.after is None else f"from {instant(self.after)} on"
        until = "" if self.before is None else f"before {instant(self.before)}"
        return " and ".join(filter(None, (since, until)))


def read_window(raw: object, path: str) -> Window | None:
    """Return the window that an object of a tree says, spelled as the leaves about dates spell theirs.

    Returns None for a span without an end. Raises FilterError.
    """
    if not isinstance(raw, dict):
        raise MalformedFilter(path, raw, "an object")
    operator = read_choice(raw, path, "op", (*RELATIVE, *CALENDAR_OPERATORS, SPAN))
    if operator in RELATIVE:
        read_tree_keys(raw, path, ("direction", "n", "unit"), shared=("op",))
        return read_relative({"direction": PAST, **raw}, path)
    if operator == SPAN:
        return _span(read_tree_keys(raw, path, _ENDS, shared=("op",)), path, _ENDS)
    read_tree_keys(raw, path, ("unit", "fiscalStart"), shared=("op",))
    return read_calendar(raw, path)


def read_v1_window(keys: dict[str, Any], path: str) -> Window | None:
    """Return the window that keys of a v1 filter say, None where they say none; raises FilterError."""
    counted = any(key in keys for key in ("withinLastTime", "withinLastDays"))
    relative = counted or keys.get("withinTimeMode", "PAST") != "PAST" or bool(keys.get("reverseWithinTimeWindow"))
    ends = [end for end in _V1_ENDS if end in keys]
    if relative and ends:
        raise UnsupportedFilter(f"{path}.{ends[0]}", keys[ends[0]], "either timestamps or withinLastTime")
    if relative:
        return window_from_v1(keys, "", path)
    return _span(keys, path, _V1_ENDS)


def _span(keys: dict[str, Any], path: str, ends: tuple[str, str]) -> Span | None:
    after, before = (_instant(keys[end], f"{path}.{end}") if end in keys else None for end in ends)
    return None if after is None and before is None else Span(after, before)


def _instant(value: object, path: str) -> int:
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 17:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INSTANT:
        raise MalformedFilter(path, value, "milliseconds since the epoch")
    return value
