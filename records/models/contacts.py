"""Tables of contacts: rows, history, addresses and merges."""

from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Contact(Base):
    """A contact, or the stub that stays of a deleted or merged one, so that no vid is ever used twice.

    `version` rises with every change, `change` is drawn anew with every change of a property and orders search results,
    `marks` are the static lists it is in, `origin` the drill-down pair of its OFFLINE source (contract S1.2).
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("contact_updated", "portal_id", "updated_at", "vid"),
        Index("contact_created", "portal_id", "created_at", "vid"),
        Index("contact_lead_guid", "portal_id", "lead_guid"),
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
    __table_args__ = (
        Index("property_version_changed", "portal_id", "name", "timestamp", "vid"),
        {"sqlite_with_rowid": False},
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    timestamp: Mapped[int]
    source_type: Mapped[str]
    source_id: Mapped[str | None]
    source_label: Mapped[str | None]


class Instant(Base):
    """The value of a date property of a contact in milliseconds, by which the clock finds whom it moves (rule 10)."""

    __tablename__ = "instant"
    __table_args__ = {"sqlite_with_rowid": False}

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    instant: Mapped[int] = mapped_column(primary_key=True)
    vid: Mapped[int] = mapped_column(primary_key=True)


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
