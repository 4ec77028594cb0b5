"""Spans of time: some stand still, some move with the clock. Each says which instants lie inside at a moment.

A moving span only ever moves forward: both of its ends rise with the clock. That is what makes it possible to say
which values crossed an end between two moments, and when a value will.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from queries.moments import (
    HOUR_MS,
    LAST_DAY,
    Moment,
    add_months,
    first_of_month,
    month_index,
    start_of,
    utc_midnight,
)

Edges = tuple[int | None, int | None]
"""The first instant inside and the first one after, in milliseconds since the epoch; None is an open end."""

Days = tuple[int | None, int | None]
"""The same in days."""

PAST = "past"
FUTURE = "future"
_UNITS_IN_DAYS = {"days": 1, "weeks": 7}
_UNITS_IN_MONTHS = {"months": 1, "years": 12}
HOURS = "hours"
UNITS = (HOURS, *_UNITS_IN_DAYS, *_UNITS_IN_MONTHS)
CALENDAR_UNITS = ("day", "week", "month", "quarter", "year")
CALENDAR_OPERATORS = ("this", "this-so-far", "last", "next")
DAY_OPERATORS = ("on", "before", "after", "between")


class Window(Protocol):
    """A span of time."""

    @property
    def moves(self) -> bool:
        """True when the clock changes the span."""

    def edges(self, at: Moment, dates: bool) -> Edges:
        """Return the span at a moment; `dates` asks for days in UTC, as `date` properties are stored."""

    def rendered(self) -> dict[str, Any]:
        """Return the span's keys in a filter tree."""

    def words(self) -> str:
        """Return the span in plain language, as in `is in the last 30 days`."""


@dataclass(frozen=True, slots=True)
class Relative:
    """The last or next n units, today included, or (`beyond`) everything further off. Hours roll, the rest are days."""

    direction: str
    beyond: bool
    count: int
    unit: str

    @property
    def moves(self) -> bool:
        """Always true."""
        return True

    def edges(self, at: Moment, dates: bool) -> Edges:
        """Return the span at a moment."""
        if self.unit == HOURS:
            return self._rolling(at.now_ms)
        return day_edges(self._days(at.today), at, dates)

    def rendered(self) -> dict[str, Any]:
        """Return the span's keys in a filter tree."""
        operator = "beyond" if self.beyond else "within"
        return {"op": operator, "direction": self.direction, "n": self.count, "unit": self.unit}

    def words(self) -> str:
        """Return such as `in the last 30 days` or `more than 30 days ago`."""
        unit = self.unit.removesuffix("s") if self.count == 1 else self.unit
        if self.beyond:
            return f"more than {self.count} {unit} {'ago' if self.direction == PAST else 'ahead'}"
        return f"in the {'last' if self.direction == PAST else 'next'} {self.count} {unit}"

    def _rolling(self, now: int) -> Edges:
        length = self.count * HOUR_MS
        if self.direction == PAST:
            return (None, now - length) if self.beyond else (now - length, now + 1)
        return (now + length + 1, None) if self.beyond else (now, now + length + 1)

    def _days(self, today: int) -> Days:
        if self.direction == PAST:
            first = self._shifted(today, -self.count)
            return (None, first) if self.beyond else (first, today + 1)
        end = self._shifted(today, self.count) + 1
        return (end, None) if self.beyond else (today, end)

    def _shifted(self, day: int, count: int) -> int:
        if self.unit in _UNITS_IN_DAYS:
            return day + count * _UNITS_IN_DAYS[self.unit]
        return add_months(day, count * _UNITS_IN_MONTHS[self.unit])


@dataclass(frozen=True, slots=True)
class Calendar:
    """This, the last or the next day, week (from Monday), month, quarter or year.

    `fiscal` is the first month of the fiscal year.
    """

    operator: str
    unit: str
    fiscal: int = 1

    @property
    def moves(self) -> bool:
        """Always true."""
        return True

    def edges(self, at: Moment, dates: bool) -> Edges:
        """Return the span at a moment."""
        first, end = self._days(at.today)
        return day_edges((first, end), at, dates)

    def rendered(self) -> dict[str, Any]:
        """Return the span's keys in a filter tree."""
        return {"op": self.operator, "unit": self.unit, "fiscalStart": self.fiscal}

    def words(self) -> str:
        """Return such as `this quarter so far`."""
        fiscal = "fiscal " if self.fiscal != 1 and self.unit in ("quarter", "year") else ""
        told = {"this-so-far": "this", "next": "next", "last": "last"}.get(self.operator, "this")
        return f"{told} {fiscal}{self.unit}" + (" so far" if self.operator == "this-so-far" else "")

    def _days(self, today: int) -> tuple[int, int]:
        start = self._start(today)
        match self.operator:
            case "last":
                return self._start(start - 1), start
            case "next":
                return self._end(start), self._end(self._end(start))
            case "this-so-far":
                return start, today + 1
        return start, self._end(start)

    def _start(self, day: int) -> int:
        if self.unit in ("day", "week"):
            return day - ((day - 1) % 7 if self.unit == "week" else 0)
        index = month_index(day)
        return first_of_month(index - (index - self.fiscal + 1) % _MONTHS[self.unit])

    def _end(self, start: int) -> int:
        if self.unit in ("day", "week"):
            return start + (7 if self.unit == "week" else 1)
        return first_of_month(month_index(start) + _MONTHS[self.unit]) if start <= LAST_DAY else start


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Days of the calendar, first and last included; None is an open end."""

    operator: str
    first: int | None
    last: int | None

    @property
    def moves(self) -> bool:
        """Always false."""
        return False

    @property
    def days(self) -> Days:
        """The first day inside and the first one after."""
        return self.first, None if self.last is None else self.last + 1

    def edges(self, at: Moment, dates: bool) -> Edges:
        """Return the span, which only the moment's zone can change."""
        return day_edges(self.days, at, dates)

    def rendered(self) -> dict[str, Any]:
        """Return the span's keys in a filter tree; before and after exclude the day they name."""
        first, last = _told(self.first), _told(self.last)
        match self.operator:
            case "between":
                return {"op": "between", "low": first, "high": last}
            case "before":
                return {"op": "before", "value": _told(None if self.last is None else self.last + 1)}
            case "after":
                return {"op": "after", "value": _told(None if self.first is None else self.first - 1)}
        return {"op": "on", "value": first}

    def words(self) -> str:
        """Return such as `before 2019-05-04`."""
        told = self.rendered()
        if self.operator == "between":
            return f"between {told['low']} and {told['high']}"
        return f"{self.operator} {told['value']}"


def day_edges(days: Days, at: Moment, dates: bool) -> Edges:
    """Return the instants at which days begin and end, in UTC for `date` properties, else in the moment's zone."""
    first, end = (None if day is None else utc_midnight(day) if dates else start_of(day, at.zone) for day in days)
    return first, end


def _told(day: int | None) -> str | None:
    """Return a day as text; a neighbour of the first and last day of the calendar never occurs."""
    return None if day is None else date.fromordinal(day).isoformat()
