"""Lifts the versions of contacts where an index is ahead of the records (design rule 11)."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from records import marks
from records.marks import Urgency
from records.models import Contact


def lift_versions(session: Session, portal_id: int, stored: Mapping[int, int]) -> None:
    """Raise contacts above the versions that an index holds where those are ahead, and mark them whole.

    That happens when the records were restored from an older copy: vid -> version in the index.
    """
    lifted = {}
    for vid, version in sorted(stored.items()):
        behind = (Contact.portal_id == portal_id, Contact.vid == vid, Contact.version < version)
        changed = session.execute(update(Contact).where(*behind).values(version=version + 1).returning(Contact.vid))
        lifted.update({found: (marks.EVERYTHING,) for found in changed.scalars()})
    marks.mark(session, portal_id, lifted, Urgency.UPKEEP)
