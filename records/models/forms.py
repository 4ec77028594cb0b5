"""Tables of forms and of what visitors sent through them."""

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Form(Base):
    """A form that visitors may fill in; `details` holds the wire object's further keys (contract S5.1)."""

    __tablename__ = "form"
    __table_args__ = (Index("form_created", "portal_id", "created_at", "guid"),)

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str]
    details: Mapped[dict[str, Any]]
    created_at: Mapped[int]
    updated_at: Mapped[int]


class FormSubmission(Base):
    """What one visitor sent at one moment; the conversion id makes sure that it counts once.

    `vid` is the contact that it is about, None where nobody could be told; `form_name` is the form's name at that
    moment; `fields` are the pairs (name, value) as they were sent; `details` holds what else the wire's context said
    (contract S5.2 and S5.3), among it the visitor's token and address.
    """

    __tablename__ = "form_submission"
    __table_args__ = (
        Index("form_submission_time", "portal_id", "submitted_at", "vid"),
        Index("form_submission_vid", "portal_id", "vid", "submitted_at"),
        Index("form_submission_form", "portal_id", "form_guid", "submitted_at", "conversion_id"),
        {"sqlite_with_rowid": False},
    )

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    conversion_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    vid: Mapped[int | None]
    form_guid: Mapped[str] = mapped_column(String(36))
    form_name: Mapped[str]
    submitted_at: Mapped[int]
    page_url: Mapped[str]
    page_title: Mapped[str]
    page_id: Mapped[str]
    fields: Mapped[list[Any]]
    details: Mapped[dict[str, Any]]
