"""The tables. Every one carries the portal, because portals are walls (design rule 16).

Instants are milliseconds since the epoch. Contact values are strings, as on the wire (contract S0.3).
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = JSON().with_variant(JSONB(), "postgresql")
BigInt = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Common base of all tables."""

    type_annotation_map = {int: BigInt, str: Text, bool: Boolean, dict[str, Any]: Json, list[Any]: Json}


class Portal(Base):
    """An account: the wall around its contacts. `catalogue_version` rises with every change of a definition."""

    __tablename__ = "portal"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[int]
    catalogue_version: Mapped[int] = mapped_column(default=1)


class PortalClock(Base):
    """The portal's counters, locked last by everyone (design rule 5)."""

    __tablename__ = "portal_clock"

    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.portal_id"), primary_key=True)
    list_counter: Mapped[int] = mapped_column(default=0)
    last_list_id: Mapped[int] = mapped_column(default=0)
    feed_seq: Mapped[int] = mapped_column(default=0)


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


class Contact(Base):
    """A contact, or the stub that stays of a deleted or merged one, so that no vid is ever used twice.

    `version` rises with every change, `change` is drawn anew with every change of a property and orders search results,
    `marks` are the static lists it is in, `origin` the drill-down pair of its OFFLINE source (contract S1.2).
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("contact_updated", "portal_id", "updated_at", "vid"),
        Index("contact_created", "portal_id", "created_at", "vid"),
        Index(
            "contact_merged_into",
            "portal_id",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    change: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    deleted: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[int | None]
    lead_guid: Mapped[str] = mapped_column(String(36))
    origin: Mapped[list[Any]]
    properties: Mapped[dict[str, Any]]
    marks: Mapped[list[Any]]


class PropertyVersion(Base):
    """One value that a property had or has; the contact's `version` at that write makes the row unique."""

    __tablename__ = "property_version"
    __table_args__ = {"sqlite_with_rowid": False}

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    timestamp: Mapped[int]
    source_type: Mapped[str]
    source_id: Mapped[str | None]
    source_label: Mapped[str | None]


class Identity(Base):
    """An address by which a contact is found: `kind` is EMAIL or UTK, `key` the folded form of `value`."""

    __tablename__ = "identity"
    __table_args__ = (Index("identity_vid", "portal_id", "vid"), {"sqlite_with_rowid": False})

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    vid: Mapped[int]
    is_primary: Mapped[bool] = mapped_column(default=False)
    timestamp: Mapped[int]


class MergeAudit(Base):
    """What a merge did, as contract S1.1 shows it in `merge-audits`."""

    __tablename__ = "merge_audit"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    merged_vid: Mapped[int] = mapped_column(primary_key=True)
    canonical_vid: Mapped[int] = mapped_column(index=True)
    timestamp: Mapped[int]
    facts: Mapped[dict[str, Any]]


class PropertyGroup(Base):
    """A heading under which properties are shown."""

    __tablename__ = "property_group"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    display_order: Mapped[int]
    hubspot_defined: Mapped[bool] = mapped_column(default=False)


class PropertyDefinition(Base):
    """A property that contacts may have; `details` holds the wire object's further keys (contract S3)."""

    __tablename__ = "property_definition"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    type: Mapped[str] = mapped_column(String(16))
    details: Mapped[dict[str, Any]]
    hubspot_defined: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]
    updated_at: Mapped[int]


class ContactList(Base):
    """A list, which is also its own job (design rule 6).

    `revision` is the counter drawn at its last save; `registered` the revision that the percolator knows; `scan_cursor`
    the last vid seen by the running scan; `scan_ended_at` when that scan reached its end; `state` is what
    `metaData.processing` tells, or DELETING while its members leave.
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
        Index("contact_list_state", "state"),
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    name_key: Mapped[str]
    dynamic: Mapped[bool]
    filters: Mapped[list[Any]]
    reads: Mapped[list[Any]]
    uses_lists: Mapped[list[Any]]
    revision: Mapped[int]
    registered: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16))
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
    __table_args__ = (Index("feed_event_list", "portal_id", "list_id", "seq"), {"sqlite_with_rowid": False})

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(8))
    list_id: Mapped[int]
    list_revision: Mapped[int]
    vid: Mapped[int]
    contact_version: Mapped[int]
    occurred_at: Mapped[int]
    reason: Mapped[dict[str, Any]]


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


class EngineState(Base):
    """Which index generations a portal has.

    `wanted` asks for another one, `live` is read, `building` is filled beside it, `retired` may be rolled back to; all
    of them are written to (design rules 12 and 13). `kind` is the engine that made them; `uuids` maps a
    generation to index name -> the identity that the engine gave it, so that a lost or foreign index is noticed.
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
    leased_until: Mapped[int] = mapped_column(default=0)
    uuids: Mapped[dict[str, Any]]
