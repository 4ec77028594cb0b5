"""The addresses by which a contact is found: e-mails, of which one is primary, and visitor tokens.

An e-mail's key is the whole address lower-cased (queries.values.email_key); no two live contacts of a portal share one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_, update
from sqlalchemy.orm import Session

from queries.values import email_key
from records import dialect
from records.errors import ContactExists, TokenTaken
from records.models import Identity
from records.statements import PORTAL, Reader

EMAIL = "EMAIL"
UTK = "UTK"


@dataclass(frozen=True, slots=True)
class EmailClaim:
    """A contact that takes an address as its primary or a secondary one, at a moment in milliseconds.

    One that `is_new` has no address yet.
    """

    vid: int
    email: str
    timestamp: int
    is_primary: bool = True
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class TokenClaim:
    """A contact that takes a visitor token (`hubspotutk`) of nobody, at a moment in milliseconds."""

    vid: int
    token: str
    timestamp: int


def find_vids(session: Reader, portal_id: int, kind: str, keys: Collection[str]) -> dict[str, int]:
    """Return key -> vid for the keys of this kind that belong to a contact."""
    found = session.execute(_FIND_VIDS, {"portal": portal_id, "kind": kind, "keys": list(keys)})
    return {key: vid for key, vid in found}


def find_by_emails(session: Reader, portal_id: int, emails: Collection[str]) -> dict[str, int]:
    """Return folded e-mail -> vid for the addresses, primary or secondary, that belong to a contact."""
    return find_vids(session, portal_id, EMAIL, {email_key(email) for email in emails})


def newest_tokens(reader: Reader, portal_id: int, vids: Collection[int]) -> dict[int, str]:
    """Return vid -> the visitor token that was bound to the contact last, for those that have one."""
    statement = (
        select(Identity.vid, Identity.value)
        .where(Identity.portal_id == portal_id, Identity.vid.in_(list(vids)), Identity.kind == UTK)
        .order_by(Identity.timestamp, Identity.key)
    )
    return {vid: token for vid, token in reader.execute(statement)}


def claim_addresses(
    session: Session, portal_id: int, emails: Sequence[EmailClaim], tokens: Sequence[TokenClaim] = ()
) -> None:
    """Give addresses to contacts; raises ContactExists and TokenTaken for one that belongs to another contact.

    A contact's own e-mail is taken anew, so that a secondary one can become primary. Everybody takes them in one order:
    two who take the same ones never wait for each other.
    """
    rows = [_email_row(portal_id, claim) for claim in emails] + [_token_row(portal_id, claim) for claim in tokens]
    rows.sort(key=lambda row: (str(row["kind"]), str(row["key"])))
    if not rows:
        return
    _release_own(session, portal_id, [claim for claim in emails if not claim.is_new])
    taken = {(kind, key) for kind, key in dialect.insert_all(session, Identity, _take, rows)}
    for email in emails:
        if (EMAIL, email_key(email.email)) not in taken:
            _refuse(session, portal_id, email)
    for token in tokens:
        if (UTK, token.token.lower()) not in taken:
            raise TokenTaken(token.token)


def release_primary(session: Session, portal_id: int, vids: Collection[int]) -> None:
    """Take the primary e-mail from contacts that change or clear theirs."""
    if vids:
        session.execute(
            delete(Identity).where(
                Identity.portal_id == portal_id,
                Identity.vid.in_(list(vids)),
                Identity.kind == EMAIL,
                Identity.is_primary,
            )
        )


def hand_over(session: Session, portal_id: int, giver: int, taker: int) -> None:
    """Give every address and token of one contact to another, whose primary e-mail stays what it is."""
    session.execute(
        update(Identity)
        .where(Identity.portal_id == portal_id, Identity.vid == giver)
        .values(vid=taker, is_primary=False)
    )


def release_all(session: Session, portal_id: int, vid: int) -> None:
    """Take every address and token from a contact."""
    session.execute(delete(Identity).where(Identity.portal_id == portal_id, Identity.vid == vid))


def release_email(session: Session, portal_id: int, vid: int, email: str) -> None:
    """Take one address from a contact."""
    session.execute(
        delete(Identity).where(
            Identity.portal_id == portal_id,
            Identity.vid == vid,
            Identity.kind == EMAIL,
            Identity.key == email_key(email),
        )
    )


def claim_token(session: Session, portal_id: int, vid: int, token: str, timestamp: int) -> None:
    """Bind a visitor token to a contact; a token bound to another contact moves over."""
    session.execute(dialect.built(session, _bind), _token_row(portal_id, TokenClaim(vid, token, timestamp)))


def _release_own(session: Session, portal_id: int, claims: Sequence[EmailClaim]) -> None:
    keys = [email_key(claim.email) for claim in claims]
    if keys:
        session.execute(
            delete(Identity).where(
                Identity.portal_id == portal_id,
                Identity.kind == EMAIL,
                Identity.key.in_(keys),
                tuple_(Identity.vid, Identity.key).in_(
                    [(claim.vid, key) for claim, key in zip(claims, keys, strict=True)]
                ),
            )
        )


def _take(session: Session) -> Any:
    return dialect.insert(session, Identity).on_conflict_do_nothing().returning(Identity.kind, Identity.key)


def _bind(session: Session) -> Any:
    statement = dialect.insert(session, Identity)
    bound = {"vid": statement.excluded.vid, "timestamp": statement.excluded.timestamp}
    return statement.on_conflict_do_update(index_elements=["portal_id", "kind", "key"], set_=bound)


def _token_row(portal_id: int, claim: TokenClaim) -> dict[str, object]:
    return {
        "portal_id": portal_id,
        "kind": UTK,
        "key": claim.token.lower(),
        "value": claim.token,
        "vid": claim.vid,
        "is_primary": False,
        "timestamp": claim.timestamp,
    }


def _email_row(portal_id: int, claim: EmailClaim) -> dict[str, object]:
    return {
        "portal_id": portal_id,
        "kind": EMAIL,
        "key": email_key(claim.email),
        "value": claim.email,
        "vid": claim.vid,
        "is_primary": claim.is_primary,
        "timestamp": claim.timestamp,
    }


def _refuse(session: Session, portal_id: int, claim: EmailClaim) -> None:
    key = email_key(claim.email)
    raise ContactExists(claim.email, find_vids(session, portal_id, EMAIL, [key]).get(key, claim.vid))


_IDENTITIES = Identity.__table__.c
_FIND_VIDS = select(_IDENTITIES.key, _IDENTITIES.vid).where(
    _IDENTITIES.portal_id == PORTAL,
    _IDENTITIES.kind == bindparam("kind"),
    _IDENTITIES.key.in_(bindparam("keys", expanding=True)),
)
