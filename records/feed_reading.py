"""Reads the feed: page by page, backwards to who was in a list at a number, and one contact's rows.

Every function sees one snapshot. Numbers are dense and become visible in order, so a reader that goes on after the last
number it was given never misses a row. Rows up to the horizon have been removed (records.feed_upkeep).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from records import dialect
from records.errors import FeedGone, FeedOutOfRange
from records.models import FeedEvent, Membership, PortalClock

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows a reader asks for: of one list, of one type (JOIN or LEAVE), of one contact; None is any."""

    list_id: int | None = None
    type: str | None = None
    vid: int | None = None

    def conditions(self, portal_id: int) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that these rows of the portal meet."""
        yield FeedEvent.portal_id == portal_id
        if self.list_id is not None:
            yield FeedEvent.list_id == self.list_id
        if self.type is not None:
            yield FeedEvent.type == self.type
        if self.vid is not None:
            yield FeedEvent.vid == self.vid


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, whether more follow, and the number after which to go on."""

    events: Sequence[FeedEvent]
    more: bool
    after: int


@dataclass(frozen=True, slots=True)
class Members:
    """Who was in a list when the feed stood at `seq`: a page of vids in order, and whether more follow."""

    seq: int
    vids: Sequence[int]
    more: bool


def bounds(session: Session, portal_id: int) -> tuple[int, int]:
    """Return the number up to which rows have been removed, and the last number."""
    statement = select(PortalClock.feed_horizon, PortalClock.feed_seq).where(PortalClock.portal_id == portal_id)
    horizon, last = session.execute(statement).one()
    return horizon, last


def check_number(session: Session, portal_id: int, after: int) -> int:
    """Return the portal's last number; raises FeedOutOfRange for a number beyond it, FeedGone below the horizon."""
    horizon, last = bounds(session, portal_id)
    if after > last:
        raise FeedOutOfRange(after, last)
    if after < horizon:
        raise FeedGone(after, horizon)
    return last


def read_page(session: Session, portal_id: int, wanted: Wanted, after: int, limit: int) -> Page:
    """Return up to `limit` rows with a number above `after`; raises what check_number raises."""
    last = check_number(session, portal_id, after)
    found = rows_after(session, portal_id, wanted, after, limit + 1)
    more = len(found) > limit
    return Page(found[:limit], more, found[limit - 1].seq if more else last)


def rows_after(session: Session, portal_id: int, wanted: Wanted, after: int, limit: int) -> list[FeedEvent]:
    """Return up to `limit` rows with a number above `after`, in order."""
    statement = (
        select(FeedEvent)
        .where(*wanted.conditions(portal_id), FeedEvent.seq > after)
        .order_by(FeedEvent.seq)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def moves_after(session: Session, portal_id: int, vids: Collection[int], after: int) -> list[tuple[int, int, str]]:
    """Return vid, list id and type of every row of these contacts with a number above `after`, in order."""
    statement = (
        select(FeedEvent.vid, FeedEvent.list_id, FeedEvent.type)
        .where(FeedEvent.portal_id == portal_id, dialect.among(session, FeedEvent.vid, vids), FeedEvent.seq > after)
        .order_by(FeedEvent.seq)
    )
    return [(vid, list_id, type) for vid, list_id, type in session.execute(statement)]


def members_at(session: Session, portal_id: int, list_id: int, seq: int, after_vid: int, limit: int) -> Members:
    """Return up to `limit` members with a vid above `after_vid` as they were when the feed stood at `seq`.

    They are the present members with every later row undone, so that all pages for one number agree, whenever they are
    read, and rows before the horizon are not needed. Raises what check_number raises.
    """
    check_number(session, portal_id, seq)
    joined, left = _moved_since(session, portal_id, list_id, seq, after_vid)
    moved = joined | left
    stayed = (vid for vid in _present(session, portal_id, list_id, after_vid) if vid not in moved)
    found = list(islice(merge(stayed, sorted(left)), limit + 1))
    return Members(seq, found[:limit], len(found) > limit)


def number_at(session: Session, portal_id: int, moment: int) -> int:
    """Return the number of the last row that had been written at `moment`, in milliseconds since the epoch.

    Numbers are dense and times rise with them, so a few rows are looked at however long the feed is. Raises FeedGone
    when rows of that time have been removed.
    """
    horizon, last = bounds(session, portal_id)
    low, high = horizon, last
    while low < high:
        middle = (low + high + 1) // 2
        if _time_of(session, portal_id, middle) <= moment:
            low = middle
        else:
            high = middle - 1
    if low == horizon and moment < _horizon_time(session, portal_id):
        raise FeedGone(low, horizon)
    return low


def first_number_since(session: Session, portal_id: int, moment: int) -> int:
    """Return the number after which rows written since `moment` begin, or those that are left of them."""
    horizon, _ = bounds(session, portal_id)
    return horizon if moment < _horizon_time(session, portal_id) else number_at(session, portal_id, moment - 1)


def count_after(session: Session, portal_id: int, wanted: Wanted, after: int) -> dict[str, int]:
    """Return type -> how many rows there are with a number above `after`."""
    statement = select(FeedEvent.type, func.count()).where(*wanted.conditions(portal_id), FeedEvent.seq > after)
    return {kind: count for kind, count in session.execute(statement.group_by(FeedEvent.type))}


def _moved_since(
    session: Session, portal_id: int, list_id: int, seq: int, after_vid: int
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the vids whose first row after `seq` is a join, and those whose first one is a leave."""
    later = (
        select(FeedEvent.vid, FeedEvent.type)
        .where(*Wanted(list_id).conditions(portal_id), FeedEvent.seq > seq, FeedEvent.vid > after_vid)
        .order_by(FeedEvent.seq.desc())
    )
    first = {vid: kind for vid, kind in session.execute(later)}
    joined = frozenset(vid for vid, kind in first.items() if kind == "JOIN")
    return joined, frozenset(first.keys() - joined)


def _present(session: Session, portal_id: int, list_id: int, after_vid: int) -> Iterator[int]:
    """Yield the present members above a vid, read so many at a time because a reader seldom wants all."""
    found = [after_vid]
    while found:
        statement = select(Membership.vid).where(
            Membership.portal_id == portal_id, Membership.list_id == list_id, Membership.vid > found[-1]
        )
        found = list(session.execute(statement.order_by(Membership.vid).limit(CHUNK)).scalars())
        yield from found


def _time_of(session: Session, portal_id: int, seq: int) -> int:
    statement = select(FeedEvent.occurred_at).where(FeedEvent.portal_id == portal_id, FeedEvent.seq == seq)
    return session.execute(statement).scalar_one()


def _horizon_time(session: Session, portal_id: int) -> int:
    statement = select(PortalClock.feed_horizon_at).where(PortalClock.portal_id == portal_id)
    return session.execute(statement).scalar_one()
