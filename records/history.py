"""When the values of contacts were written, for those who must know which of two is the newer."""

from collections.abc import Sequence

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
