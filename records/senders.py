"""Whose a form is that was sent: asked in one statement with all else that must be known before it is taken in."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from queries.values import email_key
from records import clock, dialect, identities
from records.catalogues import VERSION, hold_version
from records.errors import AlreadySubmitted
from records.models import FormSubmission, Identity
from records.statements import PORTAL
from records.writes import ContactState, lock_contacts


class Senders(NamedTuple):
    """The locked contacts that an e-mail and a token belong to, and the moment at which they did, in milliseconds."""

    moment: int
    by_email: ContactState | None
    by_token: ContactState | None


def lock_senders(session: Session, portal_id: int, conversion_id: str, email: str, token: str) -> Senders:
    """Lock and return the contacts that an e-mail and a token belong to; asked anew where that changed meanwhile.

    From then on the transaction's clock stands still, and it keeps to one version of the catalogue. Raises
    AlreadySubmitted for a conversion id that has counted.
    """
    asked = {"portal": portal_id, "conversion": conversion_id, "email": email_key(email), "token": token.lower()}
    known = _ask(session, asked)
    locked = lock_contacts(session, portal_id, known.vids)
    if known.vids:
        before, known = known, _ask(session, asked)
        if known.vids != before.vids:
            return lock_senders(session, portal_id, conversion_id, email, token)
    if known.is_counted:
        raise AlreadySubmitted(conversion_id)
    clock.hold(session, known.moment)
    hold_version(session, portal_id, known.version)
    return Senders(known.moment, locked.get(known.by_email or 0), locked.get(known.by_token or 0))


class _Known(NamedTuple):
    """The moment, the catalogue's version, whether the conversion has counted, and whose e-mail and token are."""

    moment: int
    version: int
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
    return select(clock.asked(session), VERSION.scalar_subquery(), counted, *owners)


def _owner(kind: str, key: Any) -> Any:
    mine = (_IDENTITY.portal_id == PORTAL, _IDENTITY.kind == kind, _IDENTITY.key == key)
    return select(_IDENTITY.vid).where(*mine).scalar_subquery()


_SUBMISSION = FormSubmission.__table__.c
_IDENTITY = Identity.__table__.c
