"""Keeps the feed short where a retention is set: rows older than that are folded into the memberships and removed.

The fold needs no table of its own: the memberships with every row above the horizon undone are who was in which list at
the horizon (records.feed_reading.members_at).
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records import deliveries
from records.clock import now
from records.feed import lock_clock
from records.models import FeedEvent, PortalClock

DAY_MS = 86_400_000
PAGE = 1_000


def portals_to_fold(session: Session, days: int) -> list[int]:
    """Return the portals whose feed begins with a row older than `days` days."""
    first = (
        select(FeedEvent.occurred_at)
        .where(FeedEvent.portal_id == PortalClock.portal_id)
        .order_by(FeedEvent.seq)
        .limit(1)
        .scalar_subquery()
    )
    statement = select(PortalClock.portal_id).where(first < now(session) - days * DAY_MS)
    return list(session.execute(statement.order_by(PortalClock.portal_id)).scalars())


def fold_page(session: Session, portal_id: int, days: int) -> bool:
    """Remove the portal's first rows that are older than `days` days, PAGE at most; return whether there were any.

    Messages of these rows that are as old go with them, unless they still wait.
    """
    statement = (
        select(FeedEvent.seq, FeedEvent.occurred_at)
        .where(FeedEvent.portal_id == portal_id)
        .order_by(FeedEvent.seq)
        .limit(PAGE)
    )
    limit = now(session) - days * DAY_MS
    old = [row for row in session.execute(statement) if row.occurred_at < limit]
    if not old:
        return False
    last = old[-1]
    session.execute(delete(FeedEvent).where(FeedEvent.portal_id == portal_id, FeedEvent.seq <= last.seq))
    deliveries.forget(session, portal_id, last.seq, limit)
    clock = lock_clock(session, portal_id)
    clock.feed_horizon = max(clock.feed_horizon, last.seq)
    clock.feed_horizon_at = max(clock.feed_horizon_at, last.occurred_at)
    session.flush()
    return True
