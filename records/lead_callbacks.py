"""The addresses that clients of the Leads API registered to be called with leads (contract S6.6, decision 11)."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records.clock import now
from records.errors import CallbackMissing, TooManyCallbacks
from records.feed import lock_clock
from records.models import LeadCallback

MAX_CALLBACKS = 100


def list_callbacks(session: Session, portal_id: int) -> list[LeadCallback]:
    """Return the portal's addresses, the oldest first."""
    statement = select(LeadCallback).where(LeadCallback.portal_id == portal_id)
    return list(session.execute(statement.order_by(LeadCallback.created_at, LeadCallback.guid)).scalars())


def register_callback(session: Session, portal_id: int, url: str) -> LeadCallback:
    """Keep an address and return it; one that is known already stays as it is. Raises TooManyCallbacks."""
    lock_clock(session, portal_id)
    known = list_callbacks(session, portal_id)
    same = [callback for callback in known if callback.url == url]
    if same:
        return same[0]
    if len(known) >= MAX_CALLBACKS:
        raise TooManyCallbacks(MAX_CALLBACKS)
    callback = LeadCallback(portal_id=portal_id, guid=uuid.uuid4().hex, url=url, created_at=now(session))
    session.add(callback)
    session.flush()
    return callback


def delete_callback(session: Session, portal_id: int, guid: str) -> None:
    """Forget an address; raises CallbackMissing."""
    statement = delete(LeadCallback).where(LeadCallback.portal_id == portal_id, LeadCallback.guid == guid)
    if session.execute(statement.returning(LeadCallback.guid)).first() is None:
        raise CallbackMissing(guid)
