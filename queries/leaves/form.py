"""Leaves about forms: how often a contact sent one, from which page, and when (rows of v1's family FormSubmission).

A page is its id or its address without query and fragment. Days are told in the zone of the leaf, else of the list. A
contact that nobody touches may leave, or join, when its submissions leave the window.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import MATCH_ALL, Query, Stated, all_of, none_of, term
from queries.errors import BadOperand, MalformedFilter
from queries.fields import Document
from queries.leaves.dates import needed_zone
from queries.leaves.keys import (
    ECHOED,
    read_choice,
    read_keys,
    read_operator,
    read_tree_keys,
    read_whole,
)
from queries.leaves.relative import window_to_v1
from queries.leaves.spans import MAX_INSTANT, WINDOW_KEYS, Span, read_v1_window, read_window
from queries.moments import Moment, first_instant, zone_named
from queries.nodes import Crossing, Leaf, Names
from queries.submitted import page_key
from queries.windows import Edges, Relative, Window

KIND = "form"
OPERATORS = ("HAS_FILLED_OUT_FORM", "HAS_NOT_FILLED_OUT_FORM")
_TREE_OPERATORS = ("sent", "not-sent")
SUBMITTED = "submitted"
"""The source of crossings: the instants at which the contact sent the form of that name, "" for any form."""

COUNTER = "num_conversion_events"
"""The property that changes with every submission."""

MAX_TIMES = 1_000
MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class FormSent(Leaf):
    """The contact sent the form (any, where "") from the page (any, where "") between low and high times in a window.

    `negative` asks for the others.
    """

    form: str
    page: str
    window: Window | None
    low: int
    high: int | None
    negative: bool
    zone: str | None = None

    def reads(self) -> frozenset[str]:
        """Return the property that counts submissions."""
        return frozenset({COUNTER})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether it was sent as often as asked, or was not."""
        times = self.seen(document, at)
        return (self.low <= times <= (self.high or MAX_TIMES)) != self.negative

    def search(self, at: Moment) -> Stated:
        """Return what was sent, and that something was in the window, which only together need not be the same."""
        if self.window is None:
            return self._stated(self._sent(), self._counts_any)
        within = _range(self._edges(at))
        return self._stated(all_of((self._sent(), within)), self._counts_any and not self.form and not self.page)

    def percolate(self) -> Stated:
        """Return what was sent, whenever."""
        return self._stated(self._sent(), self._counts_any and self.window is None)

    def coarse(self) -> Query:
        """Return what was sent, whenever."""
        return MATCH_ALL if self.negative else self._sent()

    @property
    def moves(self) -> bool:
        """True when the clock moves the window."""
        return self.window is not None and self.window.moves

    def crossings(self, since: Moment, until: Moment) -> tuple[Crossing, ...]:
        """Return the submissions over which an end of the window moved."""
        if self.window is None or not self.window.moves:
            return ()
        ends = zip(self._edges(since), self._edges(until), strict=True)
        moved = [
            (min(before, after), max(before, after))
            for before, after in ends
            if before is not None and after is not None and before != after
        ]
        return tuple(Crossing(SUBMITTED, self.form, low - 1, high - 1) for low, high in moved)

    def in_zone(self, zone: str) -> "FormSent":
        """Return the leaf with its days told in a time zone, unless it has one of its own."""
        return replace(self, zone=self.zone or _needed_zone(self.window, zone))

    def next_change(self, document: Document, at: Moment) -> int | None:
        """Return the first instant at which enough submissions have come into the window or left it."""
        now = self.matches(document, at)
        if not self.moves:
            return None
        turns = {self._turn(value, end, at) for value in set(self._instants(document)) for end in (0, 1)}
        for turn in sorted(turn for turn in turns if turn is not None):
            if self.matches(document, Moment(turn, at.zone)) != now:
                return turn
        return None

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {
            "kind": KIND,
            "op": _TREE_OPERATORS[self.negative],
            **({"form": self.form} if self.form else {}),
            **({"page": self.page} if self.page else {}),
            **({"window": self.window.rendered()} if self.window is not None else {}),
            **({} if self._counts_any else {"min": self.low}),
            **({} if self.high is None else {"max": self.high}),
            **({} if self.zone is None else {"zone": self.zone}),
        }

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter object; v1 knows neither calendar units nor zones."""
        window = self.window
        if self.zone is not None or not isinstance(window, (Relative, Span, type(None))):
            return None
        ends = {"minOccurrences": None if self._counts_any else self.low, "maxOccurrences": self.high}
        if isinstance(window, Span):
            ends |= {"afterTimestamp": window.after, "beforeTimestamp": window.before}
        return {
            "filterFamily": "FormSubmission",
            "operator": OPERATORS[self.negative],
            "form": self.form,
            "page": self.page,
            "value": self.form,
            **ECHOED,
            **{key: end for key, end in ends.items() if end is not None},
            **(window_to_v1(window) if isinstance(window, Relative) else {}),
        }

    def describe(self, names: Names) -> str:
        """Return such as `sent form "…" at least 2 times in the last 30 days`."""
        form = f"form {self.form}" if self.form else "any form"
        page = f" on page {self.page}" if self.page else ""
        window = "" if self.window is None else f" {self.window.words()}"
        zone = "" if self.zone is None else f" ({self.zone} time)"
        return f"{'did not send' if self.negative else 'sent'} {form}{page}{self._times()}{window}{zone}"

    def seen(self, document: Document, at: Moment) -> int:
        """Return how often it was sent inside the window."""
        low, high = self._edges(at)
        return sum(
            (low is None or value >= low) and (high is None or value < high) for value in self._instants(document)
        )

    @property
    def _counts_any(self) -> bool:
        return self.low == 1 and self.high is None

    def _times(self) -> str:
        if self._counts_any:
            return ""
        if self.high is None:
            return f" at least {self.low} times"
        return f" {self.low} to {self.high} times"

    def _edges(self, at: Moment) -> Edges:
        return (None, None) if self.window is None else self.window.edges(at.in_zone(self.zone), False)

    def _turn(self, value: int, end: int, at: Moment) -> int | None:
        """Return the first instant after a moment at which an end of the window lies beyond a submission."""

        def beyond(now_ms: int) -> bool:
            edge = self._edges(Moment(now_ms, at.zone))[end]
            return edge is not None and edge > value

        return first_instant(beyond, at.now_ms)

    def _sent(self) -> Query:
        """Return whether the form was sent from the page; of any form from any page, whether there was one."""
        if not self.form and not self.page:
            return {"range": {fields.SENT_AT: {"gte": -MAX_INSTANT}}}
        return term(fields.SENT, fields.sent_term(self.form, self.page))

    def _stated(self, asked: Query, exact: bool) -> Stated:
        """Return the question; the rest of what is only wider than it cannot be told, so that it is everyone."""
        if not self.negative:
            return Stated(asked, exact)
        return Stated(none_of(asked) if exact else MATCH_ALL, exact)

    def _instants(self, document: Document) -> Iterator[int]:
        """Yield when the form was sent from the page."""
        sent = document.get(fields.SUBMISSIONS, {})
        for form in (self.form,) if self.form else sent:
            for at, *pages in sent.get(form, ()):
                if not self.page or self.page in pages:
                    yield at


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> FormSent:
    """Return the leaf of `{"kind": "form", "op": "sent", …}`; raises FilterError."""
    operator = read_choice(raw, path, "op", _TREE_OPERATORS)
    keys = read_tree_keys(raw, path, ("form", "page", "window", "min", "max", "zone"), shared=("kind", "op"))
    window = read_window(keys["window"], f"{path}.window") if "window" in keys else None
    leaf = _leaf(keys, path, window, ("min", "max"), operator == "not-sent")
    return leaf.in_zone(zone_named(keys["zone"], f"{path}.zone").key) if "zone" in keys else leaf


def parse_v1(raw: dict[str, Any], path: str, context: FilterContext) -> FormSent:
    """Return the leaf of a FormSubmission filter object; raises FilterError.

    `value` repeats the form, as normalised filters do.
    """
    operator = read_operator(raw, path, OPERATORS)
    meant = ("form", "page", "value", "type", "minOccurrences", "maxOccurrences")
    keys = read_keys(raw, path, (*meant, *WINDOW_KEYS))
    keys["form"] = keys.get("value", "") if keys.get("form", "") == "" else keys["form"]
    if keys.get("value", "") not in ("", keys["form"]):
        problem = f"is not the form {keys['form']!r} that the filter names"
        raise BadOperand(f"{path}.value", keys["value"], problem, "Leave value out")
    window = read_v1_window(keys, path)
    return _leaf(keys, path, window, ("minOccurrences", "maxOccurrences"), operator == OPERATORS[1])


def _leaf(keys: dict[str, Any], path: str, window: Window | None, ends: tuple[str, str], negative: bool) -> FormSent:
    low, high = (read_whole(keys, path, end, 1, MAX_TIMES) if end in keys else None for end in ends)
    low = low or 1
    if high is not None and high < low:
        raise BadOperand(f"{path}.{ends[1]}", high, f"is below {ends[0]}, {low}", "Send the larger number there")
    form, page = _text(keys, path, "form"), page_key(_text(keys, path, "page"))
    return FormSent(form, page, window, low, high, negative)


def _text(keys: dict[str, Any], path: str, key: str) -> str:
    value = keys.get(key, "")
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise MalformedFilter(f"{path}.{key}", value, f"a text of at most {MAX_TEXT} characters")
    return value.strip()


def _needed_zone(window: Window | None, zone: str) -> str | None:
    """Return the zone where there is a window that tells days in it."""
    return None if window is None or isinstance(window, Span) else needed_zone(window, zone)


def _range(edges: Edges) -> Query:
    bounds = {key: end for key, end in zip(("gte", "lt"), edges, strict=True) if end is not None}
    return {"range": {fields.SENT_AT: bounds or {"gte": -MAX_INSTANT}}}
