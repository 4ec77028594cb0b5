"""A moment in a time zone, and days as whole numbers, so that calendar arithmetic cannot leave the calendar.

A day is its ordinal (1 is Monday, 1 January of the year 1, as in `datetime.date`). It begins at the first instant at
which the clocks of the zone show its date: days never overlap, also where clocks go back over midnight, and a day
that a zone skipped is empty.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from queries.errors import UnknownZone

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
LAST_DAY = date.max.toordinal()
BEFORE_TIME = -1_000_000
AFTER_TIME = LAST_DAY + 1_000_000
"""Days outside the calendar, on the right side of every day inside it."""

UTC_ZONE = ZoneInfo("UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """An instant, milliseconds since the epoch, and the time zone in which its day is told."""

    now_ms: int
    zone: ZoneInfo = UTC_ZONE

    @cached_property
    def today(self) -> int:
        """The local day."""
        return day_of(self.now_ms, self.zone)

    def in_zone(self, name: str | None) -> "Moment":
        """Return the same instant in the named zone; None keeps this one."""
        return self if name is None else Moment(self.now_ms, zone_named(name))


def zone_named(name: object, path: str = "timeZone") -> ZoneInfo:
    """Return the zone of an IANA name; raises UnknownZone, which tells the path."""
    if not isinstance(name, str) or name not in _zone_names():
        raise UnknownZone(path, name)
    return ZoneInfo(name)


def start_of(day: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins, in milliseconds since the epoch."""
    if not 1 <= day <= LAST_DAY:
        return utc_midnight(day)
    return _start_in_zone(day, zone)


def utc_midnight(day: int) -> int:
    """Return the instant at which a day begins in UTC, by which `date` properties are stored."""
    return (day - EPOCH_DAY) * DAY_MS


def utc_day(instant: int) -> int:
    """Return the day of an instant in UTC."""
    return instant // DAY_MS + EPOCH_DAY


def day_of(instant: int, zone: ZoneInfo) -> int:
    """Return the local day of an instant."""
    day = min(max(utc_day(instant), 1), LAST_DAY)
    while start_of(day, zone) > instant:
        day -= 1
    while start_of(day + 1, zone) <= instant:
        day += 1
    return day


def month_index(day: int) -> int:
    """Return the number of a day's month, twelve times the year plus the month counted from zero."""
    told = date.fromordinal(min(max(day, 1), LAST_DAY))
    return told.year * 12 + told.month - 1


def first_of_month(index: int) -> int:
    """Return the first day of a month given by its number."""
    year, month = divmod(index, 12)
    if not date.min.year <= year <= date.max.year:
        return BEFORE_TIME if year < date.min.year else AFTER_TIME
    return date(year, month + 1, 1).toordinal()


def add_months(day: int, months: int) -> int:
    """Return the same day of another month, or that month's last day where it is too short."""
    first = first_of_month(month_index(day) + months)
    if first in (BEFORE_TIME, AFTER_TIME):
        return first
    start = date.fromordinal(first)
    return first + min(date.fromordinal(day).day, monthrange(start.year, start.month)[1]) - 1


def first_instant(holds: Callable[[int], bool], after: int) -> int | None:
    """Return the first instant after one from which on something holds, None where it holds already or never will."""
    low, high = after, utc_midnight(LAST_DAY - 1)
    if holds(low) or not holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@lru_cache(maxsize=4096)
def _start_in_zone(day: int, zone: ZoneInfo) -> int:
    told = datetime.combine(date.fromordinal(day), datetime.min.time(), zone)
    return (told - _EPOCH) // timedelta(milliseconds=1)


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
