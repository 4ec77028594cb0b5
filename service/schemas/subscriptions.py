"""Subscriptions of webhooks on the wire (ours, not the original's)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import marshmallow
from marshmallow import fields

from indexer.webhooks.planning import EVENTS, MUTED
from service.schemas.base import Choice, Count, Number, WireSchema
from service.schemas.texts import BodySchema, Line

MAX_SECRETS = 3
MAX_DAYS = 90
MAX_MINUTES = 525_600
SECRET_BYTES = range(24, 65)
NO_LIST = "is not a list; send a list"


class Secret(Line):
    """A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if not text.startswith("whsec_") or size not in SECRET_BYTES:
            raise marshmallow.ValidationError("is no secret; send whsec_ and 24 to 64 bytes in base64, or none")
        return text


class SubscriptionChanges(BodySchema):
    """What can be changed of a subscription; `state` ACTIVE lets one go on that was paused or disabled."""

    url = Line(2_000)
    events = fields.List(Choice(*EVENTS), error_messages={"invalid": NO_LIST})
    include = fields.List(Choice(*MUTED), error_messages={"invalid": NO_LIST})
    sizeAt = Number(low=1)
    quietMinutes = Number(low=1)
    state = Choice("ACTIVE", "PAUSED")


class NewSubscription(SubscriptionChanges):
    """A subscription to be made; without `listId` it is for all lists, without `secret` one is made up."""

    url = Line(2_000, required=True)
    listId = Number(low=1, load_default=None)
    events = fields.List(Choice(*EVENTS), load_default=lambda: ["JOIN", "LEAVE"], error_messages={"invalid": NO_LIST})
    include = fields.List(Choice(*MUTED), load_default=list, error_messages={"invalid": NO_LIST})
    sizeAt = Number(low=1, load_default=None)
    quietMinutes = Number(low=1, load_default=None)
    secret = Secret(load_default=None)


class NewSecret(BodySchema):
    """A further secret; one is made up where none is sent."""

    secret = Secret(load_default=None)


class Range(BodySchema):
    """Rows whose messages are sent again: one, or from one to another."""

    seq = Number(low=1)
    first = Number(low=1, data_key="from")
    last = Number(low=1, data_key="to")


class AttemptsQuery(WireSchema):
    """A page of attempts, newest first."""

    limit = Count(default=100, maximum=1_000)


class RehearsalQuery(WireSchema):
    """How far back a rehearsal goes."""

    days = Count(default=30, maximum=MAX_DAYS)


class SubscriptionObject(WireSchema):
    """A subscription as it is told."""

    subscriptionId = fields.Integer()
    url = fields.String()
    listId = fields.Integer(allow_none=True)
    events = fields.List(fields.String())
    include = fields.List(fields.String())
    sizeAt = fields.Integer(allow_none=True)
    quietMinutes = fields.Integer(allow_none=True)
    state = fields.String(metadata={"enum": ["ACTIVE", "PAUSED", "DISABLED"]})
    stateReason = fields.String()
    waiting = fields.Integer(metadata={"description": "messages that have not been taken yet"})
    failingSince = fields.Integer(allow_none=True)
    createdAt = fields.Integer()
    updatedAt = fields.Integer()
    secrets = fields.List(fields.String(), metadata={"description": "told once, when they are made"})


class SubscriptionsPage(WireSchema):
    """All subscriptions of the portal."""

    subscriptions = fields.List(fields.Nested(SubscriptionObject))


class Attempt(WireSchema):
    """An attempt to deliver a message."""

    messageId = fields.String()
    seq = fields.Integer()
    type = fields.String()
    number = fields.Integer()
    attemptedAt = fields.Integer()
    status = fields.Integer(allow_none=True)
    tookMs = fields.Integer()
    problem = fields.String()
    answer = fields.String()
    state = fields.String(metadata={"enum": ["PENDING", "DELIVERED", "FAILED"]})
    nextAt = fields.Integer(allow_none=True)


class Attempts(WireSchema):
    """The newest attempts."""

    attempts = fields.List(fields.Nested(Attempt))


class Queued(WireSchema):
    """Messages that will be sent."""

    queued = fields.Integer()


class Tested(WireSchema):
    """The id of a message that will be sent."""

    messageId = fields.String()


class Rehearsed(WireSchema):
    """What would have been told."""

    days = fields.Integer()
    since = fields.Integer()
    fired = fields.Integer()
    events = fields.Dict(keys=fields.String(), values=fields.Integer())
    muted = fields.Integer()
