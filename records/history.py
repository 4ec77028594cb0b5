"""When the values of contacts were written, for those who must know which of two is the newer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.models import PropertyVersion


def newest_times(session: Session, portal_id: int, vids: Sequence[int]) -> dict[str, int]:
    """Return property -> when its last version was written, in milliseconds, over records that are one contact."""
    statement = (
        select(PropertyVersion.name, func.max(PropertyVersion.timestamp))
        .where(PropertyVersion.portal_id == portal_id, PropertyVersion.vid.in_(vids))
        .group_by(PropertyVersion.name)
    )
    return {name: moment for name, moment in session.execute(statement)}


def versions_since(session: Session, portal_id: int, vids: Sequence[int], moment: int) -> Sequence[Any]:
    """Return name, timestamp and source of the versions that were written after a moment, in milliseconds."""
    columns = (_VERSION.name, _VERSION.timestamp, _VERSION.source_type, _VERSION.source_id)
    of_contact = (_VERSION.portal_id == portal_id, _VERSION.vid.in_(vids))
    return session.execute(select(*columns).where(*of_contact, _VERSION.timestamp > moment)).all()


_VERSION = PropertyVersion.__table__.c
