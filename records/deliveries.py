"""Messages on their way: which are due, what became of each attempt, and sending some again."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.models import Delivery, DeliveryAttempt, PortalClock, Subscription
from records.subscriptions import ACTIVE

PENDING, DELIVERED, FAILED = "PENDING", "DELIVERED", "FAILED"

Key = tuple[int, int]
"""Portal and subscription."""

LONGEST_LEASE_MS = 60_000
"""A lease that ends later than this comes from a clock that went back since."""


def due(session: Session) -> list[tuple[Key, bool]]:
    """Return the subscriptions that have something to plan or to send now, and whether each fails at present."""
    moment = now(session)
    waiting = exists().where(
        Delivery.portal_id == Subscription.portal_id,
        Delivery.subscription_id == Subscription.subscription_id,
        Delivery.state == PENDING,
        Delivery.next_at <= moment,
    )
    statement = (
        select(Subscription.portal_id, Subscription.subscription_id, Subscription.failures)
        .join(PortalClock, PortalClock.portal_id == Subscription.portal_id)
        .where(
            Subscription.state == ACTIVE,
            _is_free(moment),
            Subscription.not_before <= moment,
            or_(Subscription.cursor < PortalClock.feed_seq, Subscription.quiet_due_at <= moment, waiting),
        )
        .order_by(Subscription.not_before, Subscription.portal_id, Subscription.subscription_id)
    )
    return [((portal_id, number), failures > 0) for portal_id, number, failures in session.execute(statement)]


def lease(session: Session, key: Key, lease_ms: int) -> Subscription | None:
    """Lease and return a subscription that may be worked on now, or None; the lease is why nobody else sends.

    `lease_ms` is at most LONGEST_LEASE_MS.
    """
    moment = now(session)
    statement = (
        select(Subscription)
        .where(
            *_of(key),
            Subscription.state == ACTIVE,
            _is_free(moment),
            Subscription.not_before <= moment,
        )
        .with_for_update(skip_locked=True)
    )
    row = session.execute(statement).scalar_one_or_none()
    if row is not None:
        row.leased_until = moment + lease_ms
        session.flush()
    return row


def add(session: Session, key: Key, messages: Sequence[dict[str, Any]]) -> None:
    """Add messages, given as message_id, seq, type and body; those that are there already stay as they are."""
    if messages:
        moment = now(session)
        common = {"portal_id": key[0], "subscription_id": key[1], "state": PENDING, "attempts": 0}
        rows = [{**common, **message, "next_at": moment, "created_at": moment} for message in messages]
        session.execute(dialect.insert(session, Delivery).on_conflict_do_nothing(), rows)


def pending(session: Session, key: Key, limit: int) -> list[Delivery]:
    """Return up to `limit` messages that are due, in the order of their rows among those due since the same time."""
    statement = (
        select(Delivery)
        .where(Delivery.portal_id == key[0], Delivery.subscription_id == key[1])
        .where(Delivery.state == PENDING, Delivery.next_at <= now(session))
        .order_by(Delivery.next_at, Delivery.seq)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def note(session: Session, key: Key, attempts: Sequence[dict[str, Any]], states: Sequence[dict[str, Any]]) -> None:
    """Keep attempts, and message_id -> state, attempts and next_at of their messages."""
    common = {"portal_id": key[0], "subscription_id": key[1]}
    if attempts:
        session.execute(insert(DeliveryAttempt), [{**common, **attempt} for attempt in attempts])
        session.execute(update(Delivery), [{**common, **state} for state in states])


def send_again(session: Session, key: Key, first: int, last: int) -> int:
    """Have the messages of rows `first` to `last` sent again under their own ids; return how many there are."""
    statement = (
        update(Delivery)
        .where(Delivery.portal_id == key[0], Delivery.subscription_id == key[1])
        .where(Delivery.seq.between(first, last))
        .values(state=PENDING, next_at=now(session))
        .returning(Delivery.message_id)
    )
    return len(session.execute(statement).all())


def log(session: Session, key: Key, limit: int) -> list[tuple[DeliveryAttempt, Delivery]]:
    """Return the newest attempts with their messages, the newest first."""
    same = and_(
        Delivery.portal_id == DeliveryAttempt.portal_id,
        Delivery.subscription_id == DeliveryAttempt.subscription_id,
        Delivery.message_id == DeliveryAttempt.message_id,
    )
    statement = (
        select(DeliveryAttempt, Delivery)
        .join(Delivery, same)
        .where(DeliveryAttempt.portal_id == key[0], DeliveryAttempt.subscription_id == key[1])
        .order_by(DeliveryAttempt.attempted_at.desc(), Delivery.seq.desc(), DeliveryAttempt.number.desc())
        .limit(limit)
    )
    return [(attempt, delivery) for attempt, delivery in session.execute(statement)]


def forget(session: Session, portal_id: int, last: int, before: int) -> None:
    """Remove messages older than `before`, in milliseconds since the epoch, with their attempts; what waits stays.

    They are those of rows up to `last`, and tests, whose numbers are moments and therefore beyond the numbers of rows.
    """
    newest = select(PortalClock.feed_seq).where(PortalClock.portal_id == portal_id).scalar_subquery()
    is_old = and_(
        Delivery.portal_id == portal_id,
        or_(Delivery.seq <= last, and_(Delivery.seq > newest, Delivery.seq < before)),
        Delivery.state != PENDING,
        Delivery.created_at < before,
    )
    attempts = tuple_(DeliveryAttempt.subscription_id, DeliveryAttempt.message_id)
    messages = select(Delivery.subscription_id, Delivery.message_id).where(is_old)
    session.execute(
        delete(DeliveryAttempt).where(DeliveryAttempt.portal_id == portal_id, attempts.in_(messages)),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(Delivery).where(is_old), execution_options={"synchronize_session": False})


def waiting_count(session: Session, keys: Collection[Key]) -> dict[Key, int]:
    """Return how many messages wait for each subscription; those without any are left out."""
    statement = (
        select(Delivery.portal_id, Delivery.subscription_id, func.count())
        .where(tuple_(Delivery.portal_id, Delivery.subscription_id).in_(list(keys)), Delivery.state == PENDING)
        .group_by(Delivery.portal_id, Delivery.subscription_id)
    )
    return {(portal_id, number): count for portal_id, number, count in session.execute(statement)}


def _is_free(moment: int) -> ColumnElement[bool]:
    return or_(Subscription.leased_until <= moment, Subscription.leased_until > moment + LONGEST_LEASE_MS)


def _of(key: Key) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Subscription.portal_id == key[0], Subscription.subscription_id == key[1]
