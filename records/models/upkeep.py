"""Tables of what must still be done: contacts to index, and indexes to build."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Dirty(Base):
    """A contact whose index document and memberships must be brought up to date (design rule 2). No foreign key."""

    __tablename__ = "dirty"
    __table_args__ = (Index("dirty_order", "portal_id", text("urgency DESC"), "queued_at", "vid"),)

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    changed: Mapped[str]
    urgency: Mapped[int]
    queued_at: Mapped[int]
    leased_until: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    evaluated: Mapped[int | None]
    version: Mapped[int | None]


class ClockCursor(Base):
    """How far the clock has been swept for a portal's lists (design rule 10).

    `swept_at` is the moment up to which that is done, `next_at` when to look again. While a sweep is under way,
    `target` is the moment that it goes to, and `place` where it is in its pages, as JSON.
    """

    __tablename__ = "clock_cursor"

    portal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    swept_at: Mapped[int]
    target: Mapped[int | None]
    place: Mapped[str] = mapped_column(default="")
    next_at: Mapped[int] = mapped_column(default=0)


class EngineState(Base):
    """Which index generations a portal has.

    `wanted` asks for another one, `live` is read, `building` is filled beside it, `retired` may be rolled back to; all
    of them are written to (design rules 12 and 13). `kind` is the engine that made them; `uuids` maps a
    generation to index name -> the identity that the engine gave it, so that a lost or foreign index is noticed;
    `definitions` maps a generation to the number of the definition by which its documents were built; `begun_at` is
    when the one being built was begun.
    """

    __tablename__ = "engine_state"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[bool] = mapped_column(default=True)
    last_generation: Mapped[int] = mapped_column(default=0)
    live: Mapped[int | None]
    building: Mapped[int | None]
    retired: Mapped[int | None]
    cursor: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[int] = mapped_column(default=0)
    uuids: Mapped[dict[str, Any]]
    definitions: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Verification(Base):
    """How far a portal's memberships and index have been compared with its records, and what was found.

    `cursor` is the vid that the present pass has reached, `begun_at` when it began, `next_at` when its next page is
    due, `verified_at` when the last whole pass ended. `doubted` holds the differences of the last page, pairs of vid
    and list (0 for the index document), until they are seen to be repaired.
    """

    __tablename__ = "verification"

    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.portal_id"), primary_key=True)
    cursor: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int]
    leased_until: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[int | None]
    doubted: Mapped[list[Any]] = mapped_column(default=list)
    drift_found: Mapped[int] = mapped_column(default=0)
    drift_repaired: Mapped[int] = mapped_column(default=0)
