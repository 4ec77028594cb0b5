"""What the deprecated Leads API keeps beside contacts: the addresses that clients registered (decision 11)."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class LeadCallback(Base):
    """An address that a client of the Leads API registered (contract S6.6)."""

    __tablename__ = "lead_callback"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(32), primary_key=True)
    url: Mapped[str]
    created_at: Mapped[int]
