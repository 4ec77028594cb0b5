"""Plans what the feed means for a subscription and sends it, one batch at a time.

A batch belongs to whoever leases its subscription. What is planned is stored before anything is sent, and what became
of it afterwards: when a process dies in between, some messages are sent again under the ids that they had.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from sqlalchemy.orm import Session

from indexer.runtime import Runtime
from indexer.webhooks import planning
from indexer.webhooks.messages import message_body, message_id, signed_headers
from indexer.webhooks.planning import Message, Place, Rules
from indexer.webhooks.rehearsal import size_at
from indexer.webhooks.sending import ATTEMPT_SECONDS, CONNECT_SECONDS, QUICK_SECONDS, Answer, Sender
from indexer.webhooks.targets import Resolver, resolve
from records import deliveries, feed_reading
from records.clock import now
from records.deliveries import DELIVERED, FAILED, PENDING, Key
from records.feed_reading import Wanted
from records.models import Delivery, Subscription
from records.subscriptions import DISABLED, PAUSED, lock_subscription

log = structlog.get_logger()

BATCH = 50
PLANNED = 500
BATCH_SECONDS = 4.0
LEASE_MS = int((BATCH_SECONDS + QUICK_SECONDS + CONNECT_SECONDS + ATTEMPT_SECONDS) * 1000)
"""As long as a batch can take once its name is resolved, since none begins an attempt after BATCH_SECONDS."""

FAILURES_IN_A_ROW = 3
"""Attempts that fail before a batch in which none succeeded is given up."""

FIRST_DELAY_MS = 5_000
LONGEST_DELAY_MS = 12 * 3_600_000
MAX_ATTEMPTS = 16
DAYS_OF_FAILURE_MS = 5 * 86_400_000
GONE = 410
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Batch:
    """Leased messages: where to, signed with what, and the database's moment when they were leased."""

    key: Key
    url: str
    secrets: Sequence[str]
    messages: Sequence[Delivery]
    now_ms: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message, when it was sent, in milliseconds since the epoch, and what came of it."""

    message: Delivery
    sent_at: int
    answer: Answer


def due_portals(session: Session) -> list[int]:
    """Return the portals that have something to plan or to send now."""
    return sorted({key[0] for key, _ in deliveries.due(session)})


def step(runtime: Runtime, portal_id: int) -> bool:
    """Work on the portal's subscriptions that are due, one batch each; return whether anything was done."""
    with runtime.database.read() as session:
        keys = [key for key, _ in deliveries.due(session) if key[0] == portal_id]
    return any([deliver(runtime, key) for key in keys])


def deliver(runtime: Runtime, key: Key, resolver: Resolver = resolve) -> bool:
    """Plan and send one batch of a subscription; return whether there was anything to do.

    Raises SubscriptionMissing when it was removed meanwhile.
    """
    batch = runtime.database.transact(lambda session: _take(session, key))
    if batch is None:
        return False
    if not batch.messages:
        return True
    attempts = _send(batch, Sender(batch.url, runtime.settings.webhook_allow, resolver))
    runtime.database.transact(lambda session: _keep(session, batch, attempts))
    return True


def rules_of(row: Subscription) -> Rules:
    """Return what a subscription wants."""
    return Rules(row.list_id, frozenset(row.events), frozenset(row.causes), row.size_at, row.quiet_ms)


def stored(key: Key, message: Message) -> dict[str, Any]:
    """Return a message as it is stored."""
    number = message_id(*key, message)
    body = message_body(key[0], message)
    return {"message_id": number, "seq": message.seq, "type": message.event, "body": body}


def delay_ms(attempts: int) -> int:
    """Return how long after so many failed attempts the next one comes: four times longer each, ± a fifth."""
    delay: int = min(FIRST_DELAY_MS * 4 ** min(attempts - 1, 10), LONGEST_DELAY_MS)
    return round(delay * random.uniform(0.8, 1.2))


def _take(session: Session, key: Key) -> Batch | None:
    """Lease a subscription, store what the feed's next rows mean for it, and return what is due."""
    row = deliveries.lease(session, key, LEASE_MS)
    if row is None:
        return None
    before = row.cursor
    _plan(session, key, row)
    found = deliveries.pending(session, key, 1 if row.failures else BATCH)
    if not found:
        row.leased_until = 0
        session.flush()
    if not found and row.cursor == before:
        return None
    return Batch(key, row.url, list(row.secrets), found, now(session))


def _plan(session: Session, key: Key, row: Subscription) -> None:
    """Store the messages of the next rows. Rows that were removed before they were told are left out.

    On PostgreSQL the rows may be a moment younger than the bounds; as they become visible in order, none is passed by.
    """
    horizon, last = feed_reading.bounds(session, key[0])
    begin = max(row.cursor, horizon)
    found = feed_reading.rows_after(session, key[0], Wanted(row.list_id), begin, PLANNED)
    size = row.size if begin == row.cursor else size_at(session, key[0], row.list_id, begin)
    place = Place(size, row.quiet_due_at, row.quiet_seq)
    messages = planning.plan(rules_of(row), place, found)
    if len(found) < PLANNED:
        messages += planning.quiet(rules_of(row), place, now(session))
    deliveries.add(session, key, [stored(key, message) for message in messages])
    reached = found[-1].seq if found else last
    row.cursor = reached if len(found) == PLANNED else max(reached, last)
    row.size, row.quiet_due_at, row.quiet_seq = place.size, place.quiet_due_at, place.quiet_seq
    session.flush()


def _send(batch: Batch, sender: Sender) -> list[Attempt]:
    """Send a batch until its time is over or the other side seems not to be there."""
    start = time.monotonic()
    attempts: list[Attempt] = []
    for message in batch.messages:
        elapsed = time.monotonic() - start
        if elapsed > BATCH_SECONDS or _seems_gone(attempts):
            break
        sent_at = batch.now_ms + round(elapsed * 1000)
        body = orjson.dumps(message.body)
        headers = signed_headers(batch.secrets, message.message_id, sent_at, body)
        attempts.append(Attempt(message, sent_at, sender.send(headers, body)))
    sender.close()
    return attempts


def _seems_gone(attempts: Sequence[Attempt]) -> bool:
    if not attempts or attempts[-1].answer.is_ok:
        return False
    last = attempts[-1].answer
    hopeless = last.status is None or last.status in BUSY or last.status == GONE
    return (
        hopeless
        or not any(attempt.answer.is_ok for attempt in attempts[-FAILURES_IN_A_ROW:])
        and (len(attempts) >= FAILURES_IN_A_ROW)
    )


def _keep(session: Session, batch: Batch, attempts: Sequence[Attempt]) -> None:
    """Store what became of a batch and end its lease; a subscription that is gone by now is left alone.

    An address that was corrected meanwhile is not judged by how the old one did.
    """
    row = lock_subscription(session, *batch.key)
    states = [_state(attempt) for attempt in attempts]
    deliveries.note(session, batch.key, [_logged(attempt) for attempt in attempts], states)
    row.leased_until = 0
    if attempts and row.url == batch.url:
        _judge(row, attempts)
    session.flush()


def _judge(row: Subscription, attempts: Sequence[Attempt]) -> None:
    """Note how the address does: it rests after failures, is paused after days of them, and a 410 disables it."""
    last = attempts[-1]
    if any(attempt.answer.is_ok for attempt in attempts):
        row.failing_since, row.failures, row.not_before = None, 0, 0
    else:
        row.failing_since = row.failing_since or attempts[0].sent_at
        row.failures += 1
        row.not_before = last.sent_at + delay_ms(row.failures)
    if last.answer.retry_after is not None and not last.answer.is_ok:
        row.not_before = max(row.not_before, last.sent_at + min(last.answer.retry_after * 1000, LONGEST_DELAY_MS))
    if last.answer.status == GONE:
        row.state, row.state_reason = DISABLED, "the address answered 410: it wants no more messages"
    elif row.failing_since is not None and last.sent_at - row.failing_since >= DAYS_OF_FAILURE_MS:
        row.state = PAUSED
        row.state_reason = "every attempt of five days failed: correct the address, then set the state to ACTIVE"


def _state(attempt: Attempt) -> dict[str, Any]:
    count = attempt.message.attempts + 1
    wait = attempt.answer.took_ms + delay_ms(count)
    state = DELIVERED if attempt.answer.is_ok else FAILED if count >= MAX_ATTEMPTS else PENDING
    next_at = attempt.sent_at + wait
    return {"message_id": attempt.message.message_id, "state": state, "attempts": count, "next_at": next_at}


def _logged(attempt: Attempt) -> dict[str, Any]:
    answer = attempt.answer
    return {
        "message_id": attempt.message.message_id,
        "number": attempt.message.attempts + 1,
        "attempted_at": attempt.sent_at,
        "status": answer.status,
        "took_ms": answer.took_ms,
        "problem": answer.problem,
        "answer": answer.text,
    }


def send_test(session: Session, key: Key) -> str:
    """Have a message sent that says nothing, and return its id."""
    moment = now(session)
    message = stored(key, Message(planning.TEST, moment, moment, {"text": "This is a test"}))
    deliveries.add(session, key, [message])
    return str(message["message_id"])
