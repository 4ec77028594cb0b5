"""API keys. A key opens one portal and is kept as a digest only; it is a random uuid, so a plain hash is enough."""

import hashlib
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.clock import now
from records.models import ApiKey, Portal


def create_key(session: Session, portal_id: int, name: str) -> str:
    """Create a key of the portal and return it; it cannot be read again."""
    key = str(uuid.uuid4())
    session.add(ApiKey(digest=_digest(key), portal_id=portal_id, name=name, created_at=now(session)))
    session.flush()
    return key


def find_portal(session: Session, key: str) -> int | None:
    """Return the id of the portal that the key opens, or None."""
    statement = select(Portal.portal_id).join(ApiKey).where(ApiKey.digest == _digest(key))
    return session.execute(statement).scalar_one_or_none()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
