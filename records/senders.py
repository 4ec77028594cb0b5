"""Whose a form is that was sent: asked in one statement with all else that must be known before it is taken in."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from queries.values import email_key
from records import clock, dialect, identities
from records.catalogues import VERSION, hold_version
from records.errors import AlreadySubmitted, DefinitionsMoved
from records.models import Form, FormSubmission, Identity
from records.statements import PORTAL
from records.writes import ContactState, lock_contacts


class Sent(NamedTuple):
    """What tells a submission: its conversion, its form, and the stamp of the form's definitions, if it has any."""

    conversion_id: str
    form_guid: str
    stamp: tuple[int, int] | None


class Senders(NamedTuple):
    """The locked contacts that an e-mail and a token belong to, and the moment at which they did, in milliseconds."""

    moment: int
    by_email: ContactState | None
    by_token: ContactState | None


def lock_senders(session: Session, portal_id: int, sent: Sent, email: str, token: str) -> Senders:
    """Lock and return the contacts that an e-mail and a token belong to; asked anew where that changed meanwhile.

    From then on the transaction's clock stands still, and it keeps to one version of the catalogue. Raises
    AlreadySubmitted for a conversion id that has counted, and DefinitionsMoved where the stamp is another by now.
    """
    keys = {"email": email_key(email), "token": token.lower()}
    asked = {"portal": portal_id, "conversion": sent.conversion_id, "form": sent.form_guid, **keys}
    known = _ask(session, asked)
    locked = lock_contacts(session, portal_id, known.vids)
    if known.vids:
        before, known = known, _ask(session, asked)
        if known.vids != before.vids:
            return lock_senders(session, portal_id, sent, email, token)
    if known.is_counted:
        raise AlreadySubmitted(sent.conversion_id)
    if sent.stamp is not None and sent.stamp != (known.version, known.form):
        raise DefinitionsMoved(sent.form_guid)
    clock.hold(session, known.moment)
    hold_version(session, portal_id, known.version)
    return Senders(known.moment, locked.get(known.by_email or 0), locked.get(known.by_token or 0))


class _Known(NamedTuple):
    """The moment, what stamps definitions, whether the conversion has counted, and whose e-mail and token are."""

    moment: int
    version: int
    form: int | None
    is_counted: bool
    by_email: int | None
    by_token: int | None

    @property
    def vids(self) -> set[int]:
        return {vid for vid in (self.by_email, self.by_token) if vid is not None}


def _ask(session: Session, asked: Mapping[str, Any]) -> _Known:
    row = session.execute(dialect.built(session, _question), {**asked, clock.MOMENT: clock.known(session)}).one()
    return _Known(*row)


def _question(session: Session) -> Any:
    counted = exists().where(_SUBMISSION.portal_id == PORTAL, _SUBMISSION.conversion_id == bindparam("conversion"))
    owners = (_owner(identities.EMAIL, bindparam("email")), _owner(identities.UTK, bindparam("token")))
    form = select(_FORM.updated_at).where(_FORM.portal_id == PORTAL, _FORM.guid == bindparam("form"))
    stamp = (VERSION.scalar_subquery(), form.scalar_subquery())
    return select(clock.asked(session), *stamp, counted, *owners)


def _owner(kind: str, key: Any) -> Any:
    mine = (_IDENTITY.portal_id == PORTAL, _IDENTITY.kind == kind, _IDENTITY.key == key)
    return select(_IDENTITY.vid).where(*mine).scalar_subquery()


_SUBMISSION = FormSubmission.__table__.c
_FORM = Form.__table__.c
_IDENTITY = Identity.__table__.c
