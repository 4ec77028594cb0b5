"""Leaves about a day that returns each year: a birthday within the next week, a jubilee three days ago.

Only month and day count, also of a date in the future. 29 February counts as 1 March in common years. A `date` is its
UTC calendar day; a `datetime` is the local day of its instant.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from queries import fields
from queries.catalogue import PropertyType
from queries.context import FilterContext
from queries.document import month_day
from queries.dsl import Query, Stated, any_of, known, none_of
from queries.errors import BadOperand, UnsupportedFilter
from queries.fields import Document
from queries.leaves import framing
from queries.leaves.dates import INSTANTS
from queries.leaves.keys import read_choice, read_missing, read_property, read_tree_keys, read_whole
from queries.leaves.words import instant, with_missing
from queries.moments import LAST_DAY, Moment, day_of, start_of, utc_day, utc_midnight, zone_named
from queries.nodes import Crossing, Leaf, Names

KIND = "anniversary"
MAX_OFFSET = 366
MAX_SPAN = 365
FEBRUARY_29 = 229
MARCH_1 = 301
LEAP_YEAR = 2000
_YEARS_AHEAD = 9


@dataclass(frozen=True, slots=True)
class Anniversary(Leaf):
    """This year's, last year's or next year's return of the date lies from `first` to `last` days after today."""

    name: str
    type: PropertyType
    first: int
    last: int
    missing: bool
    zone: str | None

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether one of the days around today is the date's return."""
        local = at.in_zone(self.zone)
        day = self._day(document, local)
        if day is None:
            return self.missing
        return any(local.today + self.first <= each <= local.today + self.last for each in _returns(day, local.today))

    def search(self, at: Moment) -> Stated:
        """Return a terms query over month and day, which is known in UTC only: an instant's may be a day off."""
        today = at.in_zone(self.zone).today
        numbers = self._numbers(range(today + self.first, today + self.last + 1))
        asked = Stated({"terms": {fields.path(fields.MONTH_DAY, self.name): numbers}}, self._is_date)
        absent = none_of(known(self.name))
        return Stated(any_of((asked.query, absent)) if self.missing else asked.query, asked.exact)

    def percolate(self) -> Stated:
        """Return whether there is a date."""
        return Stated(self.coarse(), False)

    def coarse(self) -> Query:
        """Return whether there is a date."""
        return framing.with_value(self.name, self.missing)

    @property
    def moves(self) -> bool:
        """Always true."""
        return True

    def crossings(self, since: Moment, until: Moment) -> tuple[Crossing, ...]:
        """Return the months and days that came into the span or left it between two moments."""
        before, after = sorted((since.in_zone(self.zone).today, until.in_zone(self.zone).today))
        if before == after:
            return ()
        came = range(before + self.last + 1, after + self.last + 1)
        left = range(before + self.first, after + self.first)
        return tuple(self._crossings(sorted({*self._numbers(came), *self._numbers(left)})))

    def in_zone(self, zone: str) -> "Anniversary":
        """Return the leaf with today told in a time zone, unless it has one of its own."""
        return replace(self, zone=self.zone or zone)

    def next_change(self, document: Document, at: Moment) -> int | None:
        """Return the beginning of the next day on which a return comes into the span or leaves it."""
        local = at.in_zone(self.zone)
        day = self._day(document, local)
        if day is None:
            return None
        now = self.matches(document, at)
        years = range(-1, _YEARS_AHEAD)
        ends = sorted(
            end
            for each in _returns(day, local.today, years)
            for end in (each - self.last, each - self.first + 1)
            if local.today < end <= LAST_DAY
        )
        instants = (start_of(end, local.zone) for end in ends)
        return next((each for each in instants if self.matches(document, Moment(each, at.zone)) != now), None)

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        zone = {} if self.zone is None else {"zone": self.zone}
        span = {"op": "within", "low": self.first, "high": self.last}
        return {"kind": KIND, "field": self.name, **span, "missing": framing.rendered(self.missing), **zone}

    def describe(self, names: Names) -> str:
        """Return such as `the anniversary of date of birth is from today to 7 days ahead`."""
        first, last = _offset(self.first), _offset(self.last)
        span = first if first == last else f"from {first} to {last}"
        zone = "" if self.zone is None else f" ({self.zone} time)"
        return with_missing(f"the anniversary of {names.label(self.name)} is {span}{zone}", self.missing)

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the date as text."""
        value = document.get("d", {}).get(self.name)
        return None if value is None else instant(value)

    def missing_applies(self, document: Document) -> bool:
        """Return whether there is no date."""
        return self.name not in document.get("d", {})

    @property
    def _is_date(self) -> bool:
        return self.type is PropertyType.DATE

    def _day(self, document: Document, local: Moment) -> int | None:
        """Return the date's day; the first and last instants of the calendar may be told outside it elsewhere."""
        value = document.get("d", {}).get(self.name)
        if value is None:
            return None
        day = utc_day(value) if self._is_date else day_of(value, local.zone)
        return min(max(day, 1), LAST_DAY)

    def _numbers(self, days: range) -> list[int]:
        """Return the months and days, in UTC, of dates whose return may fall on these local days."""
        found = _month_days(days)
        return found if self._is_date else sorted({each for number in found for each in _around(number)})

    def _crossings(self, days: list[int]) -> Iterator[Crossing]:
        """Join neighbouring months and days, so that an index is asked for few ranges."""
        start = previous = days[0]
        for day in days[1:]:
            if day not in (previous + 1, _next_month(previous)):
                yield Crossing(KIND, self.name, start, previous)
                start = day
            previous = day
        yield Crossing(KIND, self.name, start, previous)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Anniversary:
    """Return the leaf of `{"kind": "anniversary", "low": 0, "high": 7, …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    if definition.type not in INSTANTS:
        supported = " or ".join(each.value for each in INSTANTS)
        raise UnsupportedFilter(f"{path}.field", definition.name, f"properties of type {supported}")
    read_choice({"op": "within", **raw}, path, "op", ("within",))
    keys = read_tree_keys(raw, path, ("low", "high", "zone"))
    first, last = (read_whole(keys, path, key, -MAX_OFFSET, MAX_OFFSET) for key in ("low", "high"))
    if not first <= last < first + MAX_SPAN:
        remedy = f"Send a span of at most {MAX_SPAN} days, its earlier end first"
        raise BadOperand(f"{path}.high", last, f"does not end a span from {first}", remedy)
    zone = zone_named(keys["zone"], f"{path}.zone").key if "zone" in keys else None
    return Anniversary(definition.name, definition.type, first, last, read_missing(raw, path), zone)


def days_of_years(low: int, high: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the days with a number from `low` to `high` of every year between two instants, both in UTC.

    That is the instant at which they begin and the one at which they end, in milliseconds since the epoch.
    """
    for year in range(_year(first), _year(last) + 1):
        start = date(year, low // 100, 1).toordinal() + low % 100 - 1
        end = date(year, high // 100, 1).toordinal() + min(high % 100, monthrange(year, high // 100)[1])
        if start < end:
            yield utc_midnight(start), utc_midnight(end)


def _year(instant: int) -> int:
    return date.fromordinal(min(max(utc_day(instant), 1), LAST_DAY)).year


def _returns(day: int, today: int, years: range = range(-1, 3)) -> Iterator[int]:
    """Return the days on which a day returns, in years counted from the one before today's."""
    born = date.fromordinal(day)
    this_year = date.fromordinal(today).year
    for year in range(this_year + years.start - 1, this_year + years.stop):
        if date.min.year <= year < date.max.year:
            yield _in_year(born, year)


def _in_year(born: date, year: int) -> int:
    leap_day = (born.month, born.day) == (2, 29)
    if leap_day and not isleap(year):
        return date(year, 3, 1).toordinal()
    return date(year, born.month, born.day).toordinal()


def _month_days(days: range) -> list[int]:
    """Return the months and days whose return falls on these days."""
    found: set[int] = set()
    for day in days[: MAX_OFFSET * 4]:
        if 1 <= day <= LAST_DAY:
            found.add(month_day(day))
            if month_day(day) == MARCH_1 and month_day(day - 1) != FEBRUARY_29:
                found.add(FEBRUARY_29)
    return sorted(found)


def _around(number: int) -> Iterator[int]:
    """Yield a month and day and those beside it in any year: 1 March comes after the 28th or the 29th of February."""
    for year in (LEAP_YEAR, LEAP_YEAR + 1):
        day = _in_year(date(LEAP_YEAR, *divmod(number, 100)), year)
        yield from (number, month_day(day - 1), month_day(day + 1))


def _next_month(number: int) -> int:
    """Return the first of the month after; there is no month longer than 31 days to jump over."""
    month = number // 100
    longest = 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return (month + 1) * 100 + 1 if number % 100 == longest else number + 1


def _offset(days: int) -> str:
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{abs(days)} {unit} {'ahead' if days > 0 else 'ago'}"
