"""Tables of what a portal defines about its contacts."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


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
