"""Tables of webhooks: who wants to be told, what is to be told, and what became of each attempt."""

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Subscription(Base):
    """An address that wants to be told of a list's moves, or of all lists'.

    `cursor` is the feed's number up to which messages have been planned; `size` the list's size there; `quiet_due_at`
    when the list will have been quiet for long enough, counted from row `quiet_seq`. `failing_since` is when the first
    attempt failed since one succeeded, `failures` how many batches did; nothing is sent before `not_before`.
    """

    __tablename__ = "subscription"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    list_id: Mapped[int | None]
    events: Mapped[list[Any]]
    causes: Mapped[list[Any]]
    size_at: Mapped[int | None]
    quiet_ms: Mapped[int | None]
    secrets: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(16))
    state_reason: Mapped[str] = mapped_column(default="")
    cursor: Mapped[int]
    size: Mapped[int] = mapped_column(default=0)
    quiet_due_at: Mapped[int | None]
    quiet_seq: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class Delivery(Base):
    """One message to one subscription; its id follows from portal, subscription and row, so it is never another."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due", "portal_id", "subscription_id", "state", "next_at", "seq"),
        Index("delivery_row", "portal_id", "seq"),
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(16))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int]
    created_at: Mapped[int]


class DeliveryAttempt(Base):
    """What became of one attempt to deliver a message."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("delivery_attempt_time", "portal_id", "subscription_id", "attempted_at"),)

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    attempted_at: Mapped[int]
    status: Mapped[int | None]
    took_ms: Mapped[int]
    problem: Mapped[str]
    answer: Mapped[str]
