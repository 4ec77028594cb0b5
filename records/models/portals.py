"""Tables of a portal itself: its counters and its keys."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Portal(Base):
    """An account: the wall around its contacts. `catalogue_version` rises with every change of a definition.

    `time_zone` is the IANA name of the zone in which its lists tell days.
    """

    __tablename__ = "portal"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[int]
    catalogue_version: Mapped[int] = mapped_column(default=1)
    time_zone: Mapped[str] = mapped_column(default="UTC")


class PortalClock(Base):
    """The portal's counters, locked last by everyone (design rule 5).

    Feed rows up to `feed_horizon`, the last of which was written at `feed_horizon_at`, have been removed.
    """

    __tablename__ = "portal_clock"

    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.portal_id"), primary_key=True)
    list_counter: Mapped[int] = mapped_column(default=0)
    last_list_id: Mapped[int] = mapped_column(default=0)
    feed_seq: Mapped[int] = mapped_column(default=0)
    last_subscription_id: Mapped[int] = mapped_column(default=0)
    feed_horizon: Mapped[int] = mapped_column(default=0)
    feed_horizon_at: Mapped[int] = mapped_column(default=0)


class Counter(Base):
    """Number sources of SQLite, which has no sequences; PostgreSQL uses its own."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class ApiKey(Base):
    """A key of one portal; only its digest is kept."""

    __tablename__ = "api_key"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.portal_id"), index=True)
    name: Mapped[str]
    created_at: Mapped[int]


class PageSession(Base):
    """A browser that signed in to the page with a key. Only the digest of what its cookie carries is kept."""

    __tablename__ = "page_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.portal_id"))
    key_digest: Mapped[str] = mapped_column(ForeignKey("api_key.digest", ondelete="CASCADE"), index=True)
    expires_at: Mapped[int]
