"""The feed: one row for every join and leave, append-only, numbered densely per portal (design rules 5, 15).

Numbers are taken while the portal's clock row is locked, last of all locks, so rows become visible in order. How it is
read stands in records.feed_reading, how it is cut in records.feed_upkeep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.models import ContactList, FeedEvent, PortalClock


class Kind(StrEnum):
    """Why a contact joined or left."""

    CONTACT_CHANGE = "CONTACT_CHANGE"
    IMPORT = "IMPORT"
    CLOCK = "CLOCK"
    LIST_IN_LIST = "LIST_IN_LIST"
    PIN = "PIN"
    FIRST_FILL = "FIRST_FILL"
    LIST_EDITED = "LIST_EDITED"
    BY_HAND = "BY_HAND"
    CONTACT_DELETED = "CONTACT_DELETED"
    CONTACT_MERGED = "CONTACT_MERGED"
    LIST_DELETED = "LIST_DELETED"


@dataclass(frozen=True, slots=True)
class Move:
    """One contact joining or leaving one list, the list's revision, the contact's version and the cause."""

    list_id: int
    vid: int
    list_revision: int
    contact_version: int
    reason: dict[str, Any]


def reason(kind: Kind, **facts: Any) -> dict[str, Any]:
    """Return a reason as the feed tells it: its kind and further facts."""
    return {"kind": kind.value, **facts}


def lock_clock(session: Session, portal_id: int) -> PortalClock:
    """Lock and return the portal's counters; the transaction must have taken all its other locks."""
    statement = (
        select(PortalClock)
        .where(PortalClock.portal_id == portal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one()


def append(session: Session, clock: PortalClock, joins: Sequence[Move], leaves: Sequence[Move]) -> None:
    """Append the moves to the feed and keep the lists' sizes; `clock` is the row of `lock_clock`."""
    if not joins and not leaves:
        return
    moment = now(session)
    kinds = [("LEAVE", move) for move in leaves] + [("JOIN", move) for move in joins]
    rows = [_row(clock.portal_id, clock.feed_seq + i, kind, move, moment) for i, (kind, move) in enumerate(kinds, 1)]
    dialect.append_rows(session, FeedEvent, rows)
    clock.feed_seq += len(rows)
    session.flush()
    _resize(session, clock.portal_id, joins, leaves, moment)


def _row(portal_id: int, seq: int, kind: str, move: Move, moment: int) -> tuple[Any, ...]:
    told = orjson.dumps(move.reason).decode()
    return portal_id, seq, kind, move.list_id, move.list_revision, move.vid, move.contact_version, moment, told


def _resize(session: Session, portal_id: int, joins: Sequence[Move], leaves: Sequence[Move], moment: int) -> None:
    growth: dict[int, int] = {}
    for move in joins:
        growth[move.list_id] = growth.get(move.list_id, 0) + 1
    for move in leaves:
        growth[move.list_id] = growth.get(move.list_id, 0) - 1
    grown = dialect.number_rows(session, ("list_id", "growth"), sorted(growth.items()))
    mine = (ContactList.portal_id == portal_id, ContactList.list_id == grown.c.list_id)
    resized = update(ContactList).where(*mine).values(size=ContactList.size + grown.c.growth, size_changed_at=moment)
    session.execute(resized, execution_options={"synchronize_session": False})
