"""What was touched last: lists and moves as a person looks at them, the newest first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import ContactList, FeedEvent


def latest_lists(session: Session, portal_id: int, count: int) -> list[ContactList]:
    """Return up to `count` lists, the one saved last first."""
    statement = (
        select(ContactList)
        .where(ContactList.portal_id == portal_id, ContactList.deleted.is_(False))
        .order_by(ContactList.updated_at.desc(), ContactList.list_id.desc())
        .limit(count)
    )
    return list(session.execute(statement).scalars())


def latest_moves(
    session: Session, portal_id: int, count: int, list_id: int | None = None, vid: int | None = None
) -> list[FeedEvent]:
    """Return up to `count` joins and leaves, of one list or one contact where it is named, the newest first."""
    statement = select(FeedEvent).where(FeedEvent.portal_id == portal_id).order_by(FeedEvent.seq.desc()).limit(count)
    if list_id is not None:
        statement = statement.where(FeedEvent.list_id == list_id)
    if vid is not None:
        statement = statement.where(FeedEvent.vid == vid)
    return list(session.execute(statement).scalars())
