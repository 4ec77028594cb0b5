"""Which messages the rows of the feed mean for a subscription. Pure, so that a rehearsal is the very same thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from records.feed import Kind

JOIN, LEAVE, SIZE, QUIET = EVENTS = ("JOIN", "LEAVE", "SIZE", "QUIET")
TEST = "TEST"
MUTED = (Kind.IMPORT, Kind.FIRST_FILL, Kind.LIST_EDITED, Kind.LIST_DELETED)
"""Causes that move many contacts at once and are told only to those who ask for them."""


class Row(Protocol):
    """A row of the feed."""

    seq: int
    type: str
    list_id: int
    vid: int
    contact_version: int
    list_revision: int
    occurred_at: int
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a subscription wants: events, of which list (None for all), and which muted causes all the same.

    `size_at` is the size whose crossing is told; `quiet_ms` how long a list must be without a move to be quiet.
    """

    list_id: int | None
    events: frozenset[str]
    causes: frozenset[str] = frozenset()
    size_at: int | None = None
    quiet_ms: int | None = None


@dataclass(slots=True)
class Place:
    """How far a subscription's planning has come: the list's size there, and when it will have been quiet."""

    size: int = 0
    quiet_due_at: int | None = None
    quiet_seq: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell: which event, because of which row, when it happened, and its data."""

    event: str
    seq: int
    occurred_at: int
    data: dict[str, Any]


def plan(rules: Rules, place: Place, rows: Iterable[Row]) -> list[Message]:
    """Return the messages that rows mean, in order, and move the place on; rows are those of the rules' list."""
    messages: list[Message] = []
    for row in rows:
        messages += quiet(rules, place, row.occurred_at)
        told = _moved(rules, place, row)
        if not is_muted(rules, row.reason):
            messages += told
    return messages


def quiet(rules: Rules, place: Place, now_ms: int) -> list[Message]:
    """Return the message that the list has become quiet, where it has by now; it comes once until the next move."""
    due = place.quiet_due_at
    if due is None or due > now_ms:
        return []
    place.quiet_due_at = None
    return [Message(QUIET, place.quiet_seq, due, {"listId": rules.list_id, "quietMs": rules.quiet_ms})]


def is_muted(rules: Rules, reason: dict[str, Any]) -> bool:
    """Return whether a move for this reason is not told; a list that is scanned because of another counts as edited."""
    kind = reason["kind"]
    if kind == Kind.LIST_IN_LIST and "properties" not in reason:
        kind = Kind.LIST_EDITED
    return kind in MUTED and kind not in rules.causes


def _moved(rules: Rules, place: Place, row: Row) -> list[Message]:
    messages = [Message(row.type, row.seq, row.occurred_at, _data(row))] if row.type in rules.events else []
    before, place.size = place.size, place.size + (1 if row.type == JOIN else -1)
    if rules.size_at is not None and (before < rules.size_at) != (place.size < rules.size_at):
        data = {"listId": row.list_id, "size": place.size, "crossed": rules.size_at, "up": place.size > before}
        messages.append(Message(SIZE, row.seq, row.occurred_at, data))
    if rules.quiet_ms is not None:
        place.quiet_due_at, place.quiet_seq = row.occurred_at + rules.quiet_ms, row.seq
    return messages


def _data(row: Row) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "listId": row.list_id,
        "listRevision": row.list_revision,
        "vid": row.vid,
        "contactVersion": row.contact_version,
        "reason": row.reason,
    }
