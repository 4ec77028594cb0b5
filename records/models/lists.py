"""Tables of lists, who is in them, and the feed of joins and leaves."""

from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, Criteria

NAMING = "uses_lists != '[]'"
"""The condition that a list names others, in the words of the index of those."""


class ContactList(Base):
    """A list, which is also its own job (design rule 6).

    `revision` is the counter drawn at its last save; `registered` the revision that the percolator knows, `unselective`
    whether that query must be tested for every contact; `scan_cursor` the last vid seen by the running scan;
    `scan_ended_at` when that scan reached its end; `state` is what `metaData.processing` tells, or DELETING while its
    members leave. `filters` are normalised v1 filters; where those cannot say what the list means, they are an echo of
    `filter_tree`. `time_zone` overrides the portal's. `fingerprint`
    is the same for lists that ask the same, and None for one that was saved before fingerprints were kept.
    `cause` is why the list is scanned again (records.feed.Kind). `verified_at` is when its members were last compared
    with a fresh evaluation; `drift_found` and `drift_repaired` count what differed.
    """

    __tablename__ = "contact_list"
    __table_args__ = (
        Index(
            "contact_list_name",
            "portal_id",
            "name_key",
            unique=True,
            sqlite_where=text("NOT deleted"),
            postgresql_where=text("NOT deleted"),
        ),
        Index("contact_list_revision", "portal_id", "revision"),
        Index(
            "contact_list_unfinished",
            "portal_id",
            text("(scan_ended_at IS NOT NULL)"),
            text("dynamic DESC"),
            "state_changed_at",
            "list_id",
            sqlite_where=text("state != 'DONE'"),
            postgresql_where=text("state != 'DONE'"),
        ),
        Index(
            "contact_list_naming",
            "portal_id",
            "list_id",
            sqlite_where=text(NAMING),
            postgresql_where=text(NAMING),
        ),
        Index("contact_list_fingerprint", "portal_id", "fingerprint"),
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    name_key: Mapped[str]
    dynamic: Mapped[bool]
    filters: Mapped[list[Any]] = mapped_column(Criteria)
    filter_tree: Mapped[dict[str, Any] | None] = mapped_column(Criteria)
    time_zone: Mapped[str | None]
    fingerprint: Mapped[str | None]
    reads: Mapped[list[Any]]
    uses_lists: Mapped[list[Any]]
    revision: Mapped[int]
    registered: Mapped[int] = mapped_column(default=0)
    unselective: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16))
    cause: Mapped[str] = mapped_column(String(16), default="LIST_EDITED")
    scan_cursor: Mapped[int] = mapped_column(default=0)
    scan_ended_at: Mapped[int | None]
    leased_until: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]
    updated_at: Mapped[int]
    state_changed_at: Mapped[int]
    size_changed_at: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[int | None]
    drift_found: Mapped[int] = mapped_column(default=0)
    drift_repaired: Mapped[int] = mapped_column(default=0)


class Membership(Base):
    """A contact in a list, since when, and by which revision of the list it was last confirmed."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("membership_vid", "portal_id", "vid"),
        Index("membership_added", "portal_id", "list_id", "added_at", "vid"),
        {"sqlite_with_rowid": False},
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True)
    added_at: Mapped[int]
    revision: Mapped[int]


class FeedEvent(Base):
    """One join or leave; `seq` is dense per portal and becomes visible in order (design rules 5 and 15)."""

    __tablename__ = "feed_event"
    __table_args__ = (
        Index("feed_event_list", "portal_id", "list_id", "seq"),
        Index("feed_event_vid", "portal_id", "vid", "seq"),
        {"sqlite_with_rowid": False},
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(8))
    list_id: Mapped[int]
    list_revision: Mapped[int]
    vid: Mapped[int]
    contact_version: Mapped[int]
    occurred_at: Mapped[int]
    reason: Mapped[dict[str, Any]]
