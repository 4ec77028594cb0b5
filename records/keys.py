"""API keys. A key opens one portal and is kept as a digest only; it is a random uuid, so a plain hash is enough."""

import hashlib
import uuid

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from records.clock import now
from records.models import ApiKey
from records.statements import Reader


def create_key(session: Session, portal_id: int, name: str) -> str:
    """Create a key of the portal and return it; it cannot be read again."""
    key = str(uuid.uuid4())
    session.add(ApiKey(digest=digest(key), portal_id=portal_id, name=name, created_at=now(session)))
    session.flush()
    return key


def find_portal(session: Reader, key: str) -> int | None:
    """Return the id of the portal that the key opens, or None."""
    portal_id: int | None = session.execute(_FIND_PORTAL, {"digest": digest(key)}).scalar_one_or_none()
    return portal_id


def digest(secret: str) -> str:
    """Return the form in which a key, or another secret as random, is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


_KEYS = ApiKey.__table__.c
_FIND_PORTAL = select(_KEYS.portal_id).where(_KEYS.digest == bindparam("digest"))
