"""What is sent: bodies and headers after Standard Webhooks (https://www.standardwebhooks.com, specification 1.0)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from standardwebhooks.webhooks import Webhook

from indexer.webhooks.planning import JOIN, LEAVE, QUIET, SIZE, TEST, Message

TYPES = {JOIN: "list.join", LEAVE: "list.leave", SIZE: "list.size", QUIET: "list.quiet", TEST: "test"}
SUFFIXES = {JOIN: "", LEAVE: "", SIZE: "_size", QUIET: "_quiet", TEST: "_test"}
MAX_BODY = 20_000
"""Bytes; the specification advises against larger messages."""


def message_id(portal_id: int, subscription_id: int, message: Message) -> str:
    """Return the id of a message, the same however often it is planned or sent."""
    return f"msg_{portal_id}_{subscription_id}_{message.seq}{SUFFIXES[message.event]}"


def message_body(portal_id: int, message: Message) -> dict[str, Any]:
    """Return a message's body; `changes` are left out of one that would be too large."""
    moment = datetime.fromtimestamp(message.occurred_at / 1000, UTC).isoformat(timespec="milliseconds")
    body = {"type": TYPES[message.event], "timestamp": moment, "data": {"portalId": portal_id, **message.data}}
    if len(orjson.dumps(body)) > MAX_BODY:
        reason = {name: value for name, value in message.data["reason"].items() if name != "changes"}
        body["data"] = {"portalId": portal_id, **message.data, "reason": reason}
    return body


def signed_headers(secrets: Sequence[str], message_id: str, now_ms: int, body: bytes) -> dict[str, str]:
    """Return the headers of an attempt at `now_ms`: a signature for every secret, so that secrets can be changed."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    signatures = [Webhook(secret).sign(message_id, moment, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "contacts-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(now_ms // 1000),
        "webhook-signature": " ".join(signatures),
    }
