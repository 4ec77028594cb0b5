"""Subscriptions of webhooks as records: made, changed, paused and removed.

What is sent, and where it may go, is not known here (indexer.webhooks).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records.clock import now
from records.errors import ListMissing, SubscriptionMissing
from records.feed import lock_clock
from records.models import ContactList, Delivery, DeliveryAttempt, Subscription

ACTIVE, PAUSED, DISABLED = "ACTIVE", "PAUSED", "DISABLED"
QUIET = "QUIET"


def create_subscription(session: Session, portal_id: int, values: dict[str, Any]) -> Subscription:
    """Create a subscription from column values; it begins with the next row of the feed. Raises ListMissing."""
    clock = lock_clock(session, portal_id)
    clock.last_subscription_id += 1
    moment = now(session)
    row = Subscription(
        portal_id=portal_id,
        subscription_id=clock.last_subscription_id,
        state=ACTIVE,
        cursor=clock.feed_seq,
        created_at=moment,
        updated_at=moment,
        **values,
    )
    _begin_at(session, row, clock.feed_seq, moment)
    session.add(row)
    session.flush()
    return row


def change_subscription(session: Session, portal_id: int, subscription_id: int, values: dict[str, Any]) -> Subscription:
    """Change column values of a subscription; what has been planned stays planned. Raises SubscriptionMissing.

    One that becomes ACTIVE goes on where it stopped, with its failures forgotten. Raises ListMissing.
    """
    row = lock_subscription(session, portal_id, subscription_id)
    asked = (row.list_id, row.size_at, row.quiet_ms)
    for name, value in values.items():
        setattr(row, name, value)
    if values.get("state") == ACTIVE:
        row.state_reason, row.failing_since, row.failures, row.not_before = "", None, 0, 0
    if asked != (row.list_id, row.size_at, row.quiet_ms):
        _begin_at(session, row, lock_clock(session, portal_id).feed_seq, now(session))
    row.updated_at = now(session)
    session.flush()
    return row


def get_subscription(session: Session, portal_id: int, subscription_id: int) -> Subscription:
    """Return a subscription; raises SubscriptionMissing."""
    row = session.get(Subscription, (portal_id, subscription_id), populate_existing=True)
    if row is None:
        raise SubscriptionMissing(subscription_id)
    return row


def lock_subscription(session: Session, portal_id: int, subscription_id: int) -> Subscription:
    """Lock and return a subscription; raises SubscriptionMissing."""
    statement = select(Subscription).where(*_is(portal_id, subscription_id)).with_for_update()
    row = session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        raise SubscriptionMissing(subscription_id)
    return row


def all_subscriptions(session: Session, portal_id: int) -> Sequence[Subscription]:
    """Return the portal's subscriptions by id."""
    statement = select(Subscription).where(Subscription.portal_id == portal_id)
    return session.execute(statement.order_by(Subscription.subscription_id)).scalars().all()


def delete_subscription(session: Session, portal_id: int, subscription_id: int) -> None:
    """Remove a subscription with its deliveries; its id is not used again. Raises SubscriptionMissing."""
    row = lock_subscription(session, portal_id, subscription_id)
    for model in (DeliveryAttempt, Delivery):
        session.execute(delete(model).where(model.portal_id == portal_id, model.subscription_id == subscription_id))
    session.delete(row)
    session.flush()


def _begin_at(session: Session, row: Subscription, seq: int, moment: int) -> None:
    """Have the list's size and quiet counted from here on; the clock row is locked, so the size is that at `seq`."""
    row.cursor, row.size, row.quiet_due_at, row.quiet_seq = seq, 0, None, seq
    if row.list_id is not None:
        size = session.execute(
            select(ContactList.size).where(
                ContactList.portal_id == row.portal_id,
                ContactList.list_id == row.list_id,
                ContactList.deleted.is_(False),
            )
        ).scalar_one_or_none()
        if size is None:
            raise ListMissing(row.list_id)
        row.size = size
    if row.quiet_ms is not None:
        row.quiet_due_at = moment + row.quiet_ms


def _is(portal_id: int, subscription_id: int) -> tuple[Any, Any]:
    return Subscription.portal_id == portal_id, Subscription.subscription_id == subscription_id
