"""Named cursors into the feed, for readers that would rather not keep their place themselves."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.errors import ConsumerMissing
from records.feed_reading import check_number
from records.models import FeedConsumer


def save_cursor(session: Session, portal_id: int, name: str, after: int) -> FeedConsumer:
    """Note that a reader has worked off the feed up to `after`, and return its cursor; raises as check_number does."""
    check_number(session, portal_id, after)
    values = {"after": after, "updated_at": now(session)}
    statement = dialect.insert(session, FeedConsumer).values(portal_id=portal_id, name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["portal_id", "name"], set_=values))
    return get_cursor(session, portal_id, name)


def get_cursor(session: Session, portal_id: int, name: str) -> FeedConsumer:
    """Return a reader's cursor; raises ConsumerMissing."""
    found = session.get(FeedConsumer, (portal_id, name), populate_existing=True)
    if found is None:
        raise ConsumerMissing(name)
    return found


def all_cursors(session: Session, portal_id: int) -> list[FeedConsumer]:
    """Return the portal's cursors by name."""
    statement = select(FeedConsumer).where(FeedConsumer.portal_id == portal_id).order_by(FeedConsumer.name)
    return list(session.execute(statement).scalars())


def delete_cursor(session: Session, portal_id: int, name: str) -> None:
    """Forget a reader's cursor; raises ConsumerMissing."""
    mine = (FeedConsumer.portal_id == portal_id, FeedConsumer.name == name)
    if session.execute(delete(FeedConsumer).where(*mine).returning(FeedConsumer.name)).first() is None:
        raise ConsumerMissing(name)
