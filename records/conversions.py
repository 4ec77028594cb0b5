"""What the form submissions of a contact come to: how many, the first and the most recent (contract S5.5).

A contact keeps at most 1,000 of them (contract S0.7).
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from records.models import FormSubmission
from records.statements import PORTAL, ByVid, Reader

MAX_SUBMISSIONS = 1_000
COUNT = "num_conversion_events"
"""The property that changes with every submission, and that only contacts with submissions have stored."""

Conversion = Row[Any]
"""A submission's form_guid, form_name, page_title and submitted_at, and its vid."""


def load_conversions(session: Reader, portal_id: int, vids: Collection[int]) -> list[Conversion]:
    """Return the conversions of contacts, by vid and moment, the oldest first."""
    return list(_CONVERSIONS.run(session, portal_id, vids))


def conversion_values(conversions: Sequence[Any]) -> dict[str, str]:
    """Return the property values that follow from a contact's conversions, the oldest first; nothing from none."""
    if not conversions:
        return {}
    first, recent = conversions[0], conversions[-1]
    return {
        COUNT: str(len(conversions)),
        "num_unique_conversion_events": str(len({conversion.form_guid for conversion in conversions})),
        "first_conversion_date": str(first.submitted_at),
        "first_conversion_event_name": _event_name(first),
        "recent_conversion_date": str(recent.submitted_at),
        "recent_conversion_event_name": _event_name(recent),
    }


def hand_over(session: Session, portal_id: int, giver: int, taker: int) -> dict[str, str]:
    """Give one contact's submissions to another and return the values that follow for the taker.

    Of more than 1,000 that come together, the newest stay.
    """
    given = update(FormSubmission).where(FormSubmission.portal_id == portal_id, FormSubmission.vid == giver)
    session.execute(given.values(vid=taker))
    conversions = load_conversions(session, portal_id, [taker])
    surplus = conversions[:-MAX_SUBMISSIONS]
    if surplus:
        ids = [conversion.conversion_id for conversion in surplus]
        session.execute(
            delete(FormSubmission).where(FormSubmission.portal_id == portal_id, FormSubmission.conversion_id.in_(ids))
        )
    return conversion_values(conversions[-MAX_SUBMISSIONS:])


def forget(session: Session, portal_id: int, vid: int) -> None:
    """Remove what a contact sent through forms."""
    session.execute(delete(FormSubmission).where(FormSubmission.portal_id == portal_id, FormSubmission.vid == vid))


def _event_name(conversion: Any) -> str:
    """Return the name as the original writes it: the page's title before the form's name."""
    return f"{conversion.page_title}: {conversion.form_name}" if conversion.page_title else str(conversion.form_name)


_SUBMISSION = FormSubmission.__table__.c
_CONVERSIONS = ByVid(
    lambda matches: (
        select(
            _SUBMISSION.vid,
            _SUBMISSION.conversion_id,
            _SUBMISSION.form_guid,
            _SUBMISSION.form_name,
            _SUBMISSION.page_title,
            _SUBMISSION.page_id,
            _SUBMISSION.page_url,
            _SUBMISSION.submitted_at,
        )
        .where(_SUBMISSION.portal_id == PORTAL, matches(_SUBMISSION.vid))
        .order_by(_SUBMISSION.vid, _SUBMISSION.submitted_at, _SUBMISSION.conversion_id)
    )
)
