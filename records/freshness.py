"""How far a list is behind its contacts, and how true it was when it was last verified."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.clock import now
from records.deliveries import PENDING
from records.list_work import UNFINISHED
from records.lists import get_list
from records.marks import EVERYTHING, list_name
from records.models import Delivery, Dirty

LOOKED_AT = 10_000
"""Marks that are looked at, the oldest first; a list that none of them concerns is at most that much behind."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """Contacts that wait and concern the list, how long the oldest has, and what verification found.

    `waiting` counts up to LOOKED_AT marks of the portal. Times are in milliseconds.
    """

    state: str
    waiting: int
    lag_ms: int
    verified_at: int | None
    drift_found: int
    drift_repaired: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of all portals: lists that are being scanned, and messages that wait for webhooks."""

    unfinished: int
    messages: int


def freshness_of(session: Session, portal_id: int, list_id: int) -> Freshness:
    """Return how fresh a list is; raises ListMissing."""
    row = get_list(session, portal_id, list_id)
    asking = {EVERYTHING, list_name(list_id), *row.reads}
    oldest = (
        select(Dirty.changed, Dirty.queued_at)
        .where(Dirty.portal_id == portal_id)
        .order_by(Dirty.queued_at)
        .limit(LOOKED_AT)
    )
    since = [queued for changed, queued in session.execute(oldest) if row.dynamic and asking & set(changed.split(","))]
    lag = max(0, now(session) - since[0]) if since else 0
    return Freshness(row.state, len(since), lag, row.verified_at, row.drift_found, row.drift_repaired)


def totals(session: Session) -> Totals:
    """Return the figures of all portals together."""
    unfinished = session.execute(select(func.count()).where(UNFINISHED)).scalar_one()
    messages = session.execute(select(func.count()).where(Delivery.state == PENDING)).scalar_one()
    return Totals(unfinished, messages)
