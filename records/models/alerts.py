"""Tables of what follows the feed: named cursors."""

from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class FeedConsumer(Base):
    """A reader of the feed by name, and the number up to which it has worked it off."""

    __tablename__ = "feed_consumer"

    portal_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    after: Mapped[int]
    updated_at: Mapped[int]
