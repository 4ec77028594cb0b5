"""Browsers that are signed in to the page. A session opens what its key opens, until it ends or the key is gone.

What the cookie carries is random and stands here as a digest: a copy of the database opens nothing, sessions outlive a
restart, and removing the row ends one everywhere.
"""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records.clock import now
from records.keys import digest, find_portal
from records.models import PageSession

LIFETIME_MS = 12 * 3_600_000
TOKEN_BYTES = 32


def open_session(session: Session, key: str) -> str | None:
    """Open a session with an API key and return its token for the cookie, or None where the key opens nothing.

    Sessions that are over are removed on the way.
    """
    portal_id = find_portal(session, key)
    if portal_id is None:
        return None
    moment = now(session)
    session.execute(delete(PageSession).where(PageSession.expires_at <= moment))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        PageSession(digest=digest(token), portal_id=portal_id, key_digest=digest(key), expires_at=moment + LIFETIME_MS)
    )
    session.flush()
    return token


def find_session(session: Session, token: str) -> int | None:
    """Return the id of the portal that a session's token opens now, or None."""
    statement = select(PageSession.portal_id).where(
        PageSession.digest == digest(token), PageSession.expires_at > now(session)
    )
    return session.execute(statement).scalar_one_or_none()


def end_session(session: Session, token: str) -> None:
    """End a session; one that is over is fine."""
    session.execute(delete(PageSession).where(PageSession.digest == digest(token)))
