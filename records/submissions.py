"""Takes in what visitors send through forms: whose it is, what it writes to the contact, and that it counts once.

The e-mail decides who the contact is, then the visitor's token. A contact that is known by its token alone gains the
e-mail, or becomes part of the contact that has it (contract S5.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from queries.fields import TOKENS
from queries.supplied import OFFLINE
from queries.values import EMAIL
from records import conversions, dialect, identities, marks
from records.contacts import merged_records
from records.conversions import MAX_SUBMISSIONS
from records.dialect import Rows
from records.errors import AlreadySubmitted, TooManyMerged
from records.history import versions_since
from records.marks import Urgency
from records.merges import merge_contacts
from records.models import FormSubmission
from records.senders import Senders, Sent, lock_senders
from records.statements import Reader
from records.writes import CALCULATED, Change, ContactState, Source, lock_contacts, new_contacts, write_contacts

FORM = "FORM"
ANALYTICS = Source("ANALYTICS")
SOURCE_PROPERTY = "hs_analytics_source"
STAGE = "lifecyclestage"
FIRST_STAGE = "lead"


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled-in form.

    `values` are what it writes to a contact, by property, and `labels` the names under which they were sent; `fields`
    are the pairs (name, value) as they were sent. `email` is valid or "", `token` the visitor's or "". `submitted_at`
    is None for now, else milliseconds since the epoch. `visit` are the analytics values of a visitor with a token.
    `stamp` is that of the definitions by which it was read, None where the form has none.
    """

    conversion_id: str
    form_guid: str
    form_name: str
    fields: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    labels: Mapping[str, str]
    email: str = ""
    token: str = ""
    submitted_at: int | None = None
    page_url: str = ""
    page_title: str = ""
    page_id: str = ""
    visit: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    stamp: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """A submission as it counts among a contact's conversions."""

    form_guid: str
    form_name: str
    page_title: str
    submitted_at: int


def submit(session: Session, portal_id: int, submission: Submission) -> None:
    """Take in a submission; without a valid e-mail or a known token it is kept, and no contact changes.

    A contact's submission after the 1,000th is dropped whole. Raises AlreadySubmitted for a conversion id that has
    counted, DefinitionsMoved where it must be read anew, and ContactExists or TokenTaken when somebody else creates the
    same contact, or takes the same token, meanwhile; nothing is to be kept then.
    """
    sent = Sent(submission.conversion_id, submission.form_guid, submission.stamp)
    senders = lock_senders(session, portal_id, sent, submission.email, submission.token)
    present, by_token = senders.moment, senders.by_token
    moment = present if submission.submitted_at is None else min(submission.submitted_at, present)
    contact = _contact(session, portal_id, submission, senders)
    if contact is None:
        return _store(session, portal_id, (), _rows(portal_id, submission, None, moment))
    earlier = _conversions(session, portal_id, contact)
    if len(earlier) >= MAX_SUBMISSIONS:
        return None
    change = _change(session, portal_id, contact, submission, earlier, moment)
    if by_token is None:
        change = replace(change, token=submission.token)
    _store(session, portal_id, [change], _rows(portal_id, submission, contact.vid, moment))
    if by_token is not None and contact is not by_token:
        _move_token(session, portal_id, submission.token, contact, by_token)
    return None


def submissions_of_form(
    session: Reader, portal_id: int, form_guid: str, before: tuple[int, str] | None, count: int
) -> Sequence[Row[Any]]:
    """Return what was sent through a form, newest first, before the pair (milliseconds, conversion id)."""
    order = (_SUBMISSION.submitted_at, _SUBMISSION.conversion_id)
    statement = select(*_SUBMISSION).where(_SUBMISSION.portal_id == portal_id, _SUBMISSION.form_guid == form_guid)
    if before is not None:
        statement = statement.where(tuple_(*order) < before)
    return session.execute(statement.order_by(*(column.desc() for column in order)).limit(count)).all()


def submissions_of_contacts(session: Reader, portal_id: int, vids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return vid -> all that the contact sent through forms, the oldest first."""
    statement = (
        select(*_SUBMISSION)
        .where(_SUBMISSION.portal_id == portal_id, _SUBMISSION.vid.in_(vids))
        .order_by(_SUBMISSION.submitted_at, _SUBMISSION.conversion_id)
    )
    found: dict[int, list[Row[Any]]] = {vid: [] for vid in vids}
    for row in session.execute(statement):
        found[row.vid].append(row)
    return found


def find_submission(session: Reader, portal_id: int, conversion_id: str) -> Row[Any] | None:
    """Return a submission by its conversion id, None where the portal has none."""
    statement = select(*_SUBMISSION).where(
        _SUBMISSION.portal_id == portal_id, _SUBMISSION.conversion_id == conversion_id
    )
    return session.execute(statement).one_or_none()


def _contact(session: Session, portal_id: int, submission: Submission, senders: Senders) -> ContactState | None:
    """Return the contact, locked or new, of those that e-mail and token belong to; None where nobody can be told."""
    _, by_email, by_token = senders
    if by_token is not None and submission.email:
        owner = _identified(session, portal_id, by_email, by_token)
    else:
        owner = by_email or by_token
    if owner is None and submission.email:
        [owner] = new_contacts(session, portal_id, [(FORM, submission.form_guid)])
    return owner


def _move_token(session: Session, portal_id: int, token: str, contact: ContactState, former: ContactState) -> None:
    """Give the visitor's token of one contact to another; lists may ask how many tokens either has."""
    identities.claim_token(session, portal_id, contact.vid, token, contact.updated_at)
    marks.mark(session, portal_id, {vid: (TOKENS,) for vid in (contact.vid, former.vid)}, Urgency.NOW)


def _identified(
    session: Session, portal_id: int, by_email: ContactState | None, by_token: ContactState
) -> ContactState | None:
    """Return whose an e-mail is that came together with the token of a contact; None for a new contact.

    Somebody with an e-mail of their own is another person at the same browser. Somebody without one is the same.
    """
    anonymous = not by_token.properties.get(EMAIL)
    if by_email is None:
        return by_token if anonymous else None
    if not anonymous or by_email is by_token:
        return by_email
    try:
        merge_contacts(session, portal_id, by_email.vid, by_token.vid)
    except TooManyMerged:
        return by_email
    return lock_contacts(session, portal_id, [by_email.vid])[by_email.vid]


def _conversions(session: Session, portal_id: int, contact: ContactState) -> list[Any]:
    if conversions.COUNT not in contact.properties:
        return []
    return list(conversions.load_conversions(session, portal_id, [contact.vid]))


def _change(
    session: Session,
    portal_id: int,
    contact: ContactState,
    submission: Submission,
    earlier: Sequence[Any],
    moment: int,
) -> Change:
    stored = _Stored(submission.form_guid, submission.form_name, submission.page_title, moment)
    counted = conversions.conversion_values(sorted([*earlier, stored], key=lambda each: each.submitted_at))
    visit = _visit(contact, submission)
    given = _given(session, portal_id, contact, submission, earlier, moment)
    labels = {name: Source(FORM, submission.conversion_id, label) for name, label in submission.labels.items()}
    sources = {**labels, **dict.fromkeys(counted, CALCULATED), **dict.fromkeys(visit, ANALYTICS)}
    return Change(contact, {**given, **counted, **visit}, Source(FORM, submission.conversion_id), sources=sources)


def _given(
    session: Session,
    portal_id: int,
    contact: ContactState,
    submission: Submission,
    earlier: Sequence[Any],
    moment: int,
) -> dict[str, str]:
    """Return the submitted values that the contact takes.

    The e-mail that it is known by stays, and so does what was written after a submission that arrives late.
    """
    if contact.version == 0:
        return {STAGE: FIRST_STAGE, **submission.values, EMAIL: submission.email}
    given = {name: value for name, value in submission.values.items() if name != EMAIL}
    if moment < contact.updated_at:
        newer = _newer(session, portal_id, contact, earlier, moment)
        given = {name: value for name, value in given.items() if name not in newer}
    known = contact.properties.get(EMAIL) or not submission.email
    return given if known else {**given, EMAIL: submission.email}


def _newer(session: Session, portal_id: int, contact: ContactState, earlier: Sequence[Any], moment: int) -> set[str]:
    """Return the properties whose value is newer than a moment; one from a form is as old as its submission."""
    sent = {(FORM, each.conversion_id): each.submitted_at for each in earlier}
    written = versions_since(session, portal_id, _records(session, portal_id, contact), moment)
    return {each.name for each in written if sent.get((each.source_type, each.source_id), each.timestamp) > moment}


def _records(session: Session, portal_id: int, contact: ContactState) -> list[int]:
    return [contact.vid, *(stub.vid for stub in merged_records(session, portal_id, [contact.vid])[contact.vid])]


def _visit(contact: ContactState, submission: Submission) -> Mapping[str, str]:
    """Return where the visitor came from, unless the contact has a visit for its source already."""
    known = contact.properties.get(SOURCE_PROPERTY, OFFLINE) != OFFLINE
    return {} if known or not submission.token else submission.visit


def _store(session: Session, portal_id: int, changes: Sequence[Change], rows: Rows) -> None:
    """Write the contact and the submission; raises AlreadySubmitted for one that has been taken in meanwhile."""
    try:
        write_contacts(session, portal_id, changes, further=[rows])
    except IntegrityError as error:
        if not dialect.is_taken(error, FormSubmission):
            raise
        raise AlreadySubmitted(rows.rows[0][1]) from error


def _rows(portal_id: int, submission: Submission, vid: int | None, moment: int) -> Rows:
    """Return the submission's row, in the order of FormSubmission's columns."""
    form = (submission.form_guid, submission.form_name)
    page = (submission.page_url, submission.page_title, submission.page_id)
    sent = ([list(pair) for pair in submission.fields], {"token": submission.token, **submission.details})
    return Rows(FormSubmission, [(portal_id, submission.conversion_id, vid, *form, moment, *page, *sent)], _insertion)


def _insertion(session: Session) -> Any:
    return dialect.insert(session, FormSubmission)


_SUBMISSION = FormSubmission.__table__.c
