"""Reads contacts: by id, e-mail or token, and in the listings' orders. Merged vids lead to their survivor."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from queries.values import email_key
from records import identities
from records.models import Contact, Identity, Membership
from records.statements import PORTAL, ByVid, Reader

DAY_MS = 86_400_000
RECENT_DAYS = 30

ContactRow = Row[Any]
"""A row of the table `contact`, with its columns as attributes."""


def find_contacts(session: Reader, portal_id: int, vids: Collection[int]) -> dict[int, ContactRow]:
    """Return vid asked for -> live contact; a merged vid gives its survivor, unknown and deleted ones are left out."""
    rows = _by_vid(session, portal_id, vids)
    moved = {vid: row.merged_into for vid, row in rows.items() if row.merged_into is not None}
    survivors = _by_vid(session, portal_id, set(moved.values())) if moved else {}
    found = {vid: survivors.get(moved[vid]) if vid in moved else row for vid, row in rows.items()}
    return {vid: row for vid, row in found.items() if row is not None and not row.deleted}


def is_known(session: Session, portal_id: int, vid: int) -> bool:
    """Return whether the portal has, or had, a contact of this vid."""
    return session.get(Contact, (portal_id, vid)) is not None


def find_by_email(session: Reader, portal_id: int, email: str) -> ContactRow | None:
    """Return the live contact that an address belongs to, primary or secondary."""
    rows = session.execute(_BY_EMAIL, {"portal": portal_id, "key": email_key(email)})
    return rows.one_or_none()


def find_by_emails(session: Reader, portal_id: int, emails: Collection[str]) -> dict[str, int]:
    """Return folded e-mail -> vid for addresses that belong to a contact, primary or secondary."""
    return identities.find_by_emails(session, portal_id, emails)


def find_by_tokens(session: Reader, portal_id: int, tokens: Collection[str]) -> dict[str, int]:
    """Return folded visitor token -> vid for tokens that belong to a contact."""
    return identities.find_vids(session, portal_id, identities.UTK, [token.lower() for token in tokens])


def all_contacts(session: Session, portal_id: int, after: int, count: int) -> list[ContactRow]:
    """Return up to `count` live contacts with a vid above `after`, by vid (contract S2.8)."""
    statement = _live(portal_id).where(Contact.vid > after).order_by(Contact.vid).limit(count)
    return list(session.execute(statement).all())


def highest_vid(session: Session, portal_id: int) -> int:
    """Return the highest vid of the portal, 0 when it has no contact."""
    statement = select(Contact.vid).where(Contact.portal_id == portal_id).order_by(Contact.vid.desc()).limit(1)
    return session.execute(statement).scalar_one_or_none() or 0


def live_versions(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, int | None]:
    """Return vid -> version, None for a deleted or merged contact; unknown vids are left out."""
    statement = select(Contact.vid, Contact.version, Contact.deleted, Contact.merged_into)
    rows = session.execute(statement.where(Contact.portal_id == portal_id, Contact.vid.in_(list(vids))))
    return {row.vid: None if row.deleted or row.merged_into is not None else row.version for row in rows}


def recently_created(session: Session, portal_id: int, before: tuple[int, int] | None, count: int) -> list[ContactRow]:
    """Return live contacts created last, newest first, before the pair (milliseconds, vid) (contract S2.9)."""
    return _newest(session, _live(portal_id), (Contact.created_at, Contact.vid), before, count)


def recently_updated(
    session: Session, portal_id: int, before: tuple[int, int] | None, count: int, moment: int
) -> list[ContactRow]:
    """Return live contacts changed in the 30 days before `moment`, newest change first (contract S2.9)."""
    recent = _live(portal_id).where(Contact.updated_at >= moment - RECENT_DAYS * DAY_MS)
    return _newest(session, recent, (Contact.updated_at, Contact.vid), before, count)


def list_members(session: Session, portal_id: int, list_id: int, after: int, count: int) -> list[ContactRow]:
    """Return members of a list with a vid above `after`, by vid, each row with its `added_at`."""
    statement = _members(portal_id, list_id).where(Membership.vid > after).order_by(Membership.vid).limit(count)
    return list(session.execute(statement).all())


def recent_members(
    session: Session, portal_id: int, list_id: int, before: tuple[int, int] | None, count: int
) -> list[ContactRow]:
    """Return members of a list, newest membership first, before the pair (milliseconds, vid)."""
    return _newest(session, _members(portal_id, list_id), (Membership.added_at, Membership.vid), before, count)


def merged_records(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, list[ContactRow]]:
    """Return surviving vid -> stubs that were merged into it, by vid."""
    statement = (
        select(*Contact.__table__.columns)
        .where(Contact.portal_id == portal_id, Contact.merged_into.in_(list(vids)))
        .order_by(Contact.vid)
    )
    found: dict[int, list[ContactRow]] = {vid: [] for vid in vids}
    for row in session.execute(statement).all():
        found[row.merged_into].append(row)
    return found


def statistics(session: Session, portal_id: int) -> tuple[int, int]:
    """Return how many live contacts there are and when the newest was created, 0 when there is none."""
    statement = select(func.count(), func.max(Contact.created_at)).where(*_is_live(portal_id))
    count, newest = session.execute(statement).one()
    return count, newest or 0


def _by_vid(session: Reader, portal_id: int, vids: Collection[int]) -> dict[int, ContactRow]:
    return {row.vid: row for row in _BY_VID.run(session, portal_id, vids)}


def _newest(
    session: Session,
    statement: Select[Any],
    order: tuple[Any, Any],
    before: tuple[int, int] | None,
    count: int,
) -> list[ContactRow]:
    """Return the rows before the pair in the order of two columns, a moment and a vid, the highest first.

    Rows are compared as pairs, so that an index leads to the page however far down it is.
    """
    if before is not None:
        statement = statement.where(tuple_(*order) < before)
    return list(session.execute(statement.order_by(*(column.desc() for column in order)).limit(count)).all())


def _live(portal_id: int) -> Select[Any]:
    return select(*Contact.__table__.columns).where(*_is_live(portal_id))


def _is_live(portal_id: int) -> Sequence[ColumnElement[bool]]:
    return Contact.portal_id == portal_id, Contact.deleted.is_(False), Contact.merged_into.is_(None)


def _members(portal_id: int, list_id: int) -> Select[Any]:
    same = and_(Contact.portal_id == Membership.portal_id, Contact.vid == Membership.vid)
    return (
        select(*Contact.__table__.columns, Membership.added_at)
        .join(Membership, same)
        .where(Membership.portal_id == portal_id, Membership.list_id == list_id)
    )


_CONTACTS = Contact.__table__.c
_IDENTITIES = Identity.__table__.c
_BY_EMAIL = (
    select(*_CONTACTS)
    .join_from(
        Identity.__table__,
        Contact.__table__,
        and_(_CONTACTS.portal_id == _IDENTITIES.portal_id, _CONTACTS.vid == _IDENTITIES.vid),
    )
    .where(_IDENTITIES.portal_id == PORTAL, _IDENTITIES.kind == identities.EMAIL, _IDENTITIES.key == bindparam("key"))
    .where(_CONTACTS.deleted.is_(False), _CONTACTS.merged_into.is_(None))
)
_BY_VID = ByVid(lambda matches: select(*_CONTACTS).where(_CONTACTS.portal_id == PORTAL, matches(_CONTACTS.vid)))
