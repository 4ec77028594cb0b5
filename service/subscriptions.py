"""Subscriptions of webhooks: who is told of joins and leaves, how it goes, and sending again."""

import base64
import secrets
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from indexer.webhooks.deliver import rules_of, send_test
from indexer.webhooks.planning import QUIET, SIZE
from indexer.webhooks.rehearsal import rehearse
from indexer.webhooks.targets import TargetRefused, checked_address, parse_target
from records import deliveries, subscriptions
from records.deliveries import PENDING
from records.models import Delivery, DeliveryAttempt, Subscription
from service.blueprints import ApiBlueprint
from service.presenter import Json
from service.refusals import ApiError, BadInput
from service.replies import nothing, reply
from service.schemas import subscriptions as schemas
from service.transactions import end_snapshot, read, runtime, write

MINUTE_MS = 60_000
SECRET_BYTES = 32
_COLUMNS = {"url": "url", "listId": "list_id", "events": "events", "include": "causes", "sizeAt": "size_at"}

blueprint = ApiBlueprint("subscriptions", "Webhooks: tell an address of joins and leaves")


@blueprint.post("/alerts/v1/subscriptions")
@blueprint.arguments(schemas.NewSubscription)
@blueprint.response(200, schemas.SubscriptionObject)
def create_subscription(body: Json) -> Response:
    """Have an address told of what happens from now on. The answer has the secret, which is not told again."""
    _check_rules(body["events"], body["listId"], body["sizeAt"], body["quietMinutes"])
    _check_url(body["url"])
    values = {**_values(body), "secrets": [body["secret"] or _new_secret()]}
    row = write(lambda session: subscriptions.create_subscription(session, g.portal_id, values), "deliver")
    return reply({**_object(row), "secrets": row.secrets})


@blueprint.get("/alerts/v1/subscriptions")
@blueprint.response(200, schemas.SubscriptionsPage)
def show_subscriptions() -> Response:
    """Show all subscriptions."""
    rows = subscriptions.all_subscriptions(read(), g.portal_id)
    return reply({"subscriptions": [_object(row) for row in rows]})


@blueprint.get("/alerts/v1/subscriptions/<id('subscriptionId'):number>")
@blueprint.response(200, schemas.SubscriptionObject)
def show_subscription(number: int) -> Response:
    """Show a subscription, whether it goes well, and how many messages wait."""
    return reply(_object(subscriptions.get_subscription(read(), g.portal_id, number)))


@blueprint.put("/alerts/v1/subscriptions/<id('subscriptionId'):number>")
@blueprint.arguments(schemas.SubscriptionChanges)
@blueprint.response(200, schemas.SubscriptionObject)
def change_subscription(body: Json, number: int) -> Response:
    """Change a subscription; keys that are not sent stay. `state` pauses it, or lets it go on."""
    row = subscriptions.get_subscription(read(), g.portal_id, number)
    minutes = body.get("quietMinutes", None if row.quiet_ms is None else row.quiet_ms // MINUTE_MS)
    _check_rules(body.get("events", row.events), row.list_id, body.get("sizeAt", row.size_at), minutes)
    if "url" in body:
        _check_url(body["url"])
    values = {**_values(body), **({"state": body["state"]} if "state" in body else {})}
    return reply(
        _object(
            write(lambda session: subscriptions.change_subscription(session, g.portal_id, number, values), "deliver")
        )
    )


@blueprint.delete("/alerts/v1/subscriptions/<id('subscriptionId'):number>")
@blueprint.response(204)
def delete_subscription(number: int) -> Response:
    """Remove a subscription with everything that waits for it."""
    write(lambda session: subscriptions.delete_subscription(session, g.portal_id, number), "deliver")
    return nothing()


@blueprint.post("/alerts/v1/subscriptions/<id('subscriptionId'):number>/secrets")
@blueprint.arguments(schemas.NewSecret)
@blueprint.response(200)
def add_secret(body: Json, number: int) -> Response:
    """Sign with a further secret too, so that receivers can change over; it is told once, here."""
    secret = body["secret"] or _new_secret()

    def work(session: Session) -> None:
        row = subscriptions.lock_subscription(session, g.portal_id, number)
        if len(row.secrets) >= schemas.MAX_SECRETS:
            raise ApiError(400, f"secret: there are {schemas.MAX_SECRETS} already; forget the old ones with DELETE")
        row.secrets = [*row.secrets, secret]
        session.flush()

    write(work, "deliver")
    return reply({"secret": secret})


@blueprint.delete("/alerts/v1/subscriptions/<id('subscriptionId'):number>/secrets")
@blueprint.response(204)
def forget_secrets(number: int) -> Response:
    """Forget all secrets but the newest."""

    def work(session: Session) -> None:
        row = subscriptions.lock_subscription(session, g.portal_id, number)
        row.secrets = row.secrets[-1:]
        session.flush()

    write(work, "deliver")
    return nothing()


@blueprint.post("/alerts/v1/subscriptions/<id('subscriptionId'):number>/test")
@blueprint.response(202, schemas.Tested)
def test_subscription(number: int) -> Response:
    """Send a message that says nothing; the log of attempts tells what became of it."""

    def work(session: Session) -> str:
        subscriptions.lock_subscription(session, g.portal_id, number)
        return send_test(session, (g.portal_id, number))

    return reply({"messageId": write(work, "deliver")}, 202)


@blueprint.post("/alerts/v1/subscriptions/<id('subscriptionId'):number>/redeliver")
@blueprint.arguments(schemas.Range)
@blueprint.response(202, schemas.Queued)
def redeliver(body: Json, number: int) -> Response:
    """Send the messages of one row of the feed, or of a range of rows, again under their own ids."""
    first, last = body.get("seq", body.get("first")), body.get("seq", body.get("last"))
    if first is None or last is None or first > last:
        raise ApiError(400, "seq, from, to: send the number of a row, or from and to in this order")

    def work(session: Session) -> int:
        subscriptions.lock_subscription(session, g.portal_id, number)
        return deliveries.send_again(session, (g.portal_id, number), first, last)

    return reply({"queued": write(work, "deliver")}, 202)


@blueprint.get("/alerts/v1/subscriptions/<id('subscriptionId'):number>/attempts")
@blueprint.arguments(schemas.AttemptsQuery, location="query")
@blueprint.response(200, schemas.Attempts)
def show_attempts(query: Json, number: int) -> Response:
    """Show the newest attempts, what was answered, and when the next one comes."""
    subscriptions.get_subscription(read(), g.portal_id, number)
    found = deliveries.log(read(), (g.portal_id, number), query["limit"])
    return reply({"attempts": [_attempt(attempt, delivery) for attempt, delivery in found]})


@blueprint.get("/alerts/v1/subscriptions/<id('subscriptionId'):number>/rehearsal")
@blueprint.arguments(schemas.RehearsalQuery, location="query")
@blueprint.response(200, schemas.Rehearsed)
def show_rehearsal(query: Json, number: int) -> Response:
    """Show what the subscription would have told in the last days; nothing is sent."""
    row = subscriptions.get_subscription(read(), g.portal_id, number)
    found = rehearse(read(), g.portal_id, rules_of(row), query["days"])
    answer = {"days": query["days"], "since": found.since, "fired": found.fired.total(), "muted": found.muted}
    return reply({**answer, "events": dict(found.fired)})


def _check_rules(events: list[str], list_id: int | None, size_at: int | None, minutes: int | None) -> None:
    """Raise BadInput or ApiError for rules that tell nothing, or not of which list."""
    if not events:
        raise ApiError(400, "events: the list is empty; send at least one of JOIN, LEAVE, SIZE, QUIET")
    for event, name, value in ((SIZE, "sizeAt", size_at), (QUIET, "quietMinutes", minutes)):
        if event in events and list_id is None:
            raise ApiError(400, f"listId: {event} is about one list; send its id")
        if (event in events) != (value is not None):
            raise ApiError(400, f"{name}: it goes with the event {event}; send both or none")
    if minutes is not None and minutes > schemas.MAX_MINUTES:
        raise BadInput("quietMinutes", minutes, "is more than a year", f"send at most {schemas.MAX_MINUTES}")


def _check_url(url: str) -> None:
    """Raise BadInput for an address to which nothing is sent. Names are resolved, with no snapshot held meanwhile."""
    end_snapshot()
    try:
        checked_address(parse_target(url), runtime().settings.webhook_allow)
    except TargetRefused as error:
        raise ApiError(400, f"url: {url[:200]!r} {error}") from None


def _values(body: Json) -> dict[str, Any]:
    values = {column: body[name] for name, column in _COLUMNS.items() if name in body}
    if "quietMinutes" in body:
        minutes = body["quietMinutes"]
        values["quiet_ms"] = None if minutes is None else minutes * MINUTE_MS
    return values


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _object(row: Subscription) -> Json:
    key = (row.portal_id, row.subscription_id)
    return {
        "subscriptionId": row.subscription_id,
        "url": row.url,
        "listId": row.list_id,
        "events": row.events,
        "include": row.causes,
        "sizeAt": row.size_at,
        "quietMinutes": None if row.quiet_ms is None else row.quiet_ms // MINUTE_MS,
        "state": row.state,
        "stateReason": row.state_reason,
        "waiting": deliveries.waiting_count(read(), [key]).get(key, 0),
        "failingSince": row.failing_since,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def _attempt(attempt: DeliveryAttempt, delivery: Delivery) -> Json:
    return {
        "messageId": attempt.message_id,
        "seq": delivery.seq,
        "type": delivery.body["type"],
        "number": attempt.number,
        "attemptedAt": attempt.attempted_at,
        "status": attempt.status,
        "tookMs": attempt.took_ms,
        "problem": attempt.problem,
        "answer": attempt.answer,
        "state": delivery.state,
        "nextAt": delivery.next_at if delivery.state == PENDING else None,
    }
