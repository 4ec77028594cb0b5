"""Has the contacts evaluated whose answers time alone may have changed (design rule 10).

Nothing is stored for a contact and a list: what lies between two moments follows from the lists, and whom it concerns
from an index of instants. A sweep goes from where the last one ended to now, in either direction, page by page.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from indexer.directory import Directory, Moving, load_directory
from indexer.engines.base import ListQuery
from indexer.runtime import Runtime
from queries.moments import Moment
from queries.nodes import Crossing
from records import instants, marks, sweeps
from records.clock import now
from records.instants import Found, Span
from records.marks import Urgency
from records.models import ClockCursor

PAGE = 1_000
"""Contacts marked in one transaction."""

SOONEST_MS = 1_000
QUIET_MS = (sweeps.LONGEST_QUIET_MS, 60_000)
"""How far ahead it is asked whether anything can happen, so that most clocks need not be looked at every second."""

Place = tuple[Span, Found]
"""The span that a sweep is in, and the last contact that it has found there."""


class Page(NamedTuple):
    """Contacts with the lists to ask of each, and where the next page goes on: None after the last one."""

    asked: Mapping[int, set[int]]
    place: Place | None


def step(runtime: Runtime, portal_id: int) -> bool:
    """Mark the next page of contacts that the clock may have moved and return whether there were any.

    The moment to sweep to is read before anything else: what is written later is evaluated at a later one.
    """
    moment = read_moment(runtime)
    with runtime.database.read() as session:
        cursor = sweeps.find(session, portal_id)
        directory = load_directory(session, portal_id)
        target = moment if cursor is None or cursor.target is None else cursor.target
        page = None if cursor is None else _read(session, portal_id, directory.moving, cursor, target)
    if cursor is None or page is None:
        return False
    runtime.database.transact(lambda session: _save(session, cursor, directory, page, target))
    return bool(page.asked)


def sweep_list(runtime: Runtime, portal_id: int, query: ListQuery, since: int) -> None:
    """Have the contacts evaluated for one list that the clock may have moved since a moment in milliseconds.

    A scan judges contacts before it makes them members, and time may pass in between.
    """
    until = read_moment(runtime)
    moving = {(leaf, query.zone): frozenset((query.list_id,)) for leaf in query.moving}
    place: Place | None = None
    more = bool(moving)
    while more:
        with runtime.database.read() as session:
            page = read_page(session, portal_id, crossed(moving, since, until), place)
        runtime.database.transact(lambda session, page=page: _mark(session, portal_id, page))  # type: ignore[misc]
        place, more = page.place, page.place is not None


def read_moment(runtime: Runtime) -> int:
    """Return the present moment of the records' clock, before whatever is read next."""
    with runtime.database.read() as session:
        return now(session)


def crossed(moving: Moving, since: int, until: int) -> Mapping[Crossing, frozenset[int]]:
    """Return what lies between two moments -> the lists to ask about whom it concerns."""
    before, after = _moments(since), _moments(until)
    found: dict[Crossing, frozenset[int]] = {}
    for (leaf, zone), list_ids in moving.items():
        for crossing in leaf.crossings(before(zone), after(zone)):
            found[crossing] = found.get(crossing, frozenset()) | list_ids
    return found


def read_page(
    session: Session, portal_id: int, crossings: Mapping[Crossing, frozenset[int]], place: Place | None
) -> Page:
    """Return the page of contacts after a place, in the order of spans and instants."""
    asked: dict[int, set[int]] = {}
    count = 0
    for span, list_ids in _spans(session, portal_id, crossings):
        if place is not None and span < place[0]:
            continue
        after = place[1] if place is not None and span == place[0] else None
        rows = instants.page(session, portal_id, span, after, PAGE - count)
        for row in rows:
            asked.setdefault(row.vid, set()).update(list_ids)
        count += len(rows)
        if count == PAGE:
            return Page(asked, (span, rows[-1]))
    return Page(asked, None)


def _read(session: Session, portal_id: int, moving: Moving, cursor: ClockCursor, target: int) -> Page:
    place = json.loads(cursor.place) if cursor.place else None
    at = None if place is None else (Span(*place[0]), Found(*place[1]))
    return read_page(session, portal_id, crossed(moving, cursor.swept_at, target), at)


def _spans(
    session: Session, portal_id: int, crossings: Mapping[Crossing, frozenset[int]]
) -> Sequence[tuple[Span, frozenset[int]]]:
    found: dict[Span, frozenset[int]] = {}
    for crossing, list_ids in crossings.items():
        for span in instants.spans(session, portal_id, crossing):
            found[span] = found.get(span, frozenset()) | list_ids
    return sorted(found.items(), key=lambda item: item[0])


def _save(session: Session, cursor: ClockCursor, directory: Directory, page: Page, target: int) -> None:
    """Mark and move the cursor in one transaction; where another process was quicker, the marks do no harm.

    It stays while a list is halted, which the clock may move once it can be read.
    """
    _mark(session, cursor.portal_id, page)
    if page.place is not None:
        sweeps.pause(session, cursor, target, json.dumps(page.place))
    elif directory.moving or directory.halted:
        sweeps.complete(session, cursor, target, target + _quiet(directory.moving, target))
    else:
        sweeps.end(session, cursor.portal_id, directory.counter)


def _mark(session: Session, portal_id: int, page: Page) -> None:
    changed = {vid: [marks.list_name(list_id) for list_id in sorted(ids)] for vid, ids in page.asked.items()}
    marks.mark(session, portal_id, changed, Urgency.NOW)


def _quiet(moving: Moving, moment: int) -> int:
    """Return for how many milliseconds from a moment nothing can change by the clock, one second at least."""
    return next((length for length in QUIET_MS if not crossed(moving, moment, moment + length)), SOONEST_MS)


def _moments(now_ms: int) -> Callable[[ZoneInfo], Moment]:
    return cache(lambda zone: Moment(now_ms, zone))
