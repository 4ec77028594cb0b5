"""Tables of files that are brought in: the job, and its rows a page at a time."""

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class ContactImport(Base):
    """A file that is imported, which is also its own job.

    `state` is RECEIVING while its rows are stored, which counts as given up once `leased_until` is past; then
    PROCESSING, and at the end DONE or CANCELLED. Rows up to `cursor` are worked off, `worked` of `total`; `counts` are
    those by outcome.
    """

    __tablename__ = "contact_import"
    __table_args__ = (Index("contact_import_state", "state", "portal_id", "import_id"),)

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    header: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(16))
    total: Mapped[int] = mapped_column(default=0)
    worked: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]
    leased_until: Mapped[int]
    created_at: Mapped[int]
    ended_at: Mapped[int | None]


class ImportPage(Base):
    """Some rows of an import: as they were read (`records`) until they are worked off, then what became of them.

    `records` are [row, cells, problem], `outcomes` [row, outcome, vid, reason], `counts` the outcomes by kind.
    """

    __tablename__ = "import_page"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(primary_key=True)
    first_row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_row: Mapped[int]
    counts: Mapped[dict[str, Any]]
    records: Mapped[list[Any]]
    outcomes: Mapped[list[Any]]
