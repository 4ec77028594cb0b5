"""Leaves about when: the date of a property, or when a property last changed, lies in a span of time.

Three kinds share the leaf: `relative` (the last 30 days), `calendar` (this quarter so far) and `day` (before
2019-05-04). `"of": "changed"` asks any property when it last changed. A `date` is its UTC calendar day; a `datetime`
and a change are instants, whose day is told in the zone of the leaf, else of the list. Hours roll and need an instant.
"""

from dataclasses import dataclass, replace
from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.dsl import Query, Stated, any_of, known, none_of, term
from queries.errors import UnsupportedFilter
from queries.fields import Document
from queries.leaves import framing
from queries.leaves.keys import read_choice, read_missing, read_property
from queries.leaves.words import instant, with_missing
from queries.moments import HOUR_MS, UTC_ZONE, Moment, first_instant, zone_named
from queries.nodes import Crossing, Leaf, Names
from queries.windows import HOURS, Edges, Relative, Window

VALUE = "value"
CHANGED = "changed"
INSTANTS = (PropertyType.DATE, PropertyType.DATETIME)
_WIDEST_OFFSET_MS = 26 * HOUR_MS
"""More than any zone has ever been away from UTC, so that days of an unknown zone are covered."""


@dataclass(frozen=True, slots=True)
class DateLeaf(Leaf):
    """The instant lies in the window. `of` is the instant: the property's value, or when the property changed."""

    kind: str
    name: str
    type: PropertyType
    of: str
    window: Window
    missing: bool
    zone: str | None

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the instant is inside the window as it stands at the moment."""
        value = self._instant(document)
        if value is None:
            return self.missing
        return _inside(value, self._edges(at))

    def search(self, at: Moment) -> Stated:
        """Return a range query with the instants of the moment."""
        low, high = self._edges(at)
        asked = _range(fields.path(self._field_kind, self.name), low, high)
        absent = none_of({"exists": {"field": fields.path(self._field_kind, self.name)}})
        return Stated(any_of((asked, absent)) if self.missing else asked)

    def percolate(self) -> Stated:
        """Return the range where the clock and the list's zone cannot change it, else whether there is an instant."""
        if self.of == CHANGED or self.window.moves:
            return Stated(self._sometime(), False)
        dates = self.type is PropertyType.DATE
        exact = dates or self.zone is not None
        low, high = self._edges(Moment(0, UTC_ZONE))
        slack = 0 if exact else _WIDEST_OFFSET_MS
        low, high = (None if low is None else low - slack, None if high is None else high + slack)
        asked = Stated(_range(fields.path("d", self.name), low, high), exact)
        return framing.percolated(self.name, asked, False, self.missing)

    def coarse(self) -> Query:
        """Return whether there is a date; a property may have changed that has no value now."""
        return framing.with_value(self.name, self.missing or self.of == CHANGED)

    @property
    def moves(self) -> bool:
        """True when the clock moves the window."""
        return self.window.moves

    def crossings(self, since: Moment, until: Moment) -> tuple[Crossing, ...]:
        """Return the instants over which an end of the window moved."""
        if not self.window.moves:
            return ()
        moved = [
            (min(before, after), max(before, after))
            for before, after in zip(self._edges(since), self._edges(until), strict=True)
            if before is not None and after is not None and before != after
        ]
        return tuple(Crossing(self.of, self.name, low - 1, high - 1) for low, high in moved)

    def in_zone(self, zone: str) -> "DateLeaf":
        """Return the leaf with its days told in a time zone, unless it has one of its own."""
        return replace(self, zone=self.zone or needed_zone(self.window, zone))

    def next_change(self, document: Document, at: Moment) -> int | None:
        """Return when an end of the window reaches the instant; ends only move forward, so it is found by halving."""
        value = self._instant(document)
        if value is None or not self.window.moves:
            return None
        now = self.matches(document, at)
        reached = [
            changes
            for end in (0, 1)
            if (changes := self._first_beyond(value, end, at)) is not None
            and self.matches(document, Moment(changes, at.zone)) != now
        ]
        return min(reached, default=None)

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        of = {"of": CHANGED} if self.of == CHANGED else {}
        zone = {} if self.zone is None else {"zone": self.zone}
        missing = framing.rendered(self.missing)
        return {"kind": self.kind, "field": self.name, **of, **self.window.rendered(), "missing": missing, **zone}

    def describe(self, names: Names) -> str:
        """Return such as `create date is in the last 30 days`."""
        verb = "last changed" if self.of == CHANGED else "is"
        zone = "" if self.zone is None else f" ({self.zone} time)"
        return with_missing(f"{names.label(self.name)} {verb} {self.window.words()}{zone}", self.missing)

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the instant as text."""
        value = self._instant(document)
        return None if value is None else instant(value)

    def missing_applies(self, document: Document) -> bool:
        """Return whether there is no instant."""
        return self._instant(document) is None

    def _sometime(self) -> Query:
        """Return whether a percolated contact has an instant; a property without a value may have had one."""
        if self.missing or self.of == VALUE:
            return self.coarse()
        return any_of((known(self.name), term(fields.CLEARED, self.name)))

    @property
    def _field_kind(self) -> str:
        return "d" if self.of == VALUE else fields.CHANGED

    def _instant(self, document: Document) -> int | None:
        value: int | None = document.get(self._field_kind, {}).get(self.name)
        return value

    def _edges(self, at: Moment) -> Edges:
        return self.window.edges(at.in_zone(self.zone), self.of == VALUE and self.type is PropertyType.DATE)

    def _first_beyond(self, value: int, end: int, at: Moment) -> int | None:
        """Return the first instant after the moment at which an end of the window lies beyond the value."""
        return first_instant(lambda now_ms: self._is_beyond(value, end, now_ms, at), at.now_ms)

    def _is_beyond(self, value: int, end: int, now_ms: int, at: Moment) -> bool:
        edge = self._edges(Moment(now_ms, at.zone))[end]
        return edge is not None and edge > value


def read_date_leaf(
    raw: dict[str, Any], path: str, context: FilterContext, keys: dict[str, Any], window: Window
) -> DateLeaf:
    """Return the leaf of a kind about dates, whose window has been read from its keys; raises FilterError."""
    definition = read_property(raw, path, context)
    of = read_choice(keys, path, "of", (VALUE, CHANGED)) if "of" in keys else VALUE
    zone = zone_named(keys["zone"], f"{path}.zone").key if "zone" in keys else None
    return make_date_leaf(raw["kind"], definition, of, window, read_missing(raw, path), zone, path)


def make_date_leaf(
    kind: str, definition: Definition, of: str, window: Window, missing: bool, zone: str | None, path: str
) -> DateLeaf:
    """Return the leaf; raises UnsupportedFilter for a property that has no date, or no hour."""
    supported = [each.value for each in INSTANTS]
    if of == VALUE and definition.type not in INSTANTS:
        raise UnsupportedFilter(f"{path}.field", definition.name, f"properties of type {' or '.join(supported)}")
    rolls = isinstance(window, Relative) and window.unit == HOURS
    if rolls and of == VALUE and definition.type is PropertyType.DATE:
        raise UnsupportedFilter(f"{path}.unit", HOURS, f"days or longer, because {definition.name} is a date")
    return DateLeaf(kind, definition.name, definition.type, of, window, missing, needed_zone(window, zone))


def needed_zone(window: Window, zone: str | None) -> str | None:
    """Return the zone where a window tells days in it: hours are the same everywhere."""
    rolls = isinstance(window, Relative) and window.unit == HOURS
    return None if rolls else zone


def _inside(value: int, edges: Edges) -> bool:
    low, high = edges
    return (low is None or value >= low) and (high is None or value < high)


def _range(field: str, low: int | None, high: int | None) -> Query:
    ends = {"gte": low, "lt": high}
    return {"range": {field: {key: end for key, end in ends.items() if end is not None}}}
