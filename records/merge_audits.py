"""Remembers each merge as `merge-audits` of contract S1.1 tells it."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from records.clock import now
from records.models import MergeAudit, PropertyVersion
from records.writes import ContactState

ENTITY = '{"type":"API_KEY"}'


def write_audit(session: Session, portal_id: int, canonical: ContactState, merged: ContactState, moved: int) -> None:
    """Remember that `merged` became part of `canonical`, which took over `moved` of its values."""
    moment = now(session)
    facts = {
        "canonical-vid": canonical.vid,
        "vid-to-merge": merged.vid,
        "timestamp": moment,
        "entity-id": ENTITY,
        "num-properties-moved": moved,
        "merged_from_email": _email_version(session, portal_id, merged.vid),
        "merged_to_email": _email_version(session, portal_id, canonical.vid),
        "first-name": merged.properties.get("firstname", ""),
        "last-name": merged.properties.get("lastname", ""),
    }
    session.execute(
        insert(MergeAudit).values(
            portal_id=portal_id,
            merged_vid=merged.vid,
            canonical_vid=canonical.vid,
            timestamp=moment,
            facts=facts,
        )
    )


def _email_version(session: Session, portal_id: int, vid: int) -> dict[str, Any]:
    """Return the last version of a record's own e-mail, {} for one that never had any."""
    statement = (
        select(*PropertyVersion.__table__.columns)
        .where(PropertyVersion.portal_id == portal_id, PropertyVersion.vid == vid, PropertyVersion.name == "email")
        .order_by(PropertyVersion.version.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return {}
    return {
        "value": row.value,
        "source-type": row.source_type,
        "source-id": row.source_id,
        "source-label": row.source_label,
        "timestamp": row.timestamp,
        "selected": False,
    }
