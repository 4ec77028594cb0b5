"""Loads all that contact JSON shows of contacts, in as few queries as the view needs, however many contacts there are.

This is the service's hottest read, so it selects columns and makes no mapped objects.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Row, and_, bindparam, select
from sqlalchemy.orm import Session

from records.contacts import ContactRow
from records.identities import EMAIL
from records.models import Contact, ContactList, Identity, Membership, MergeAudit, PropertyVersion

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a contact is to be loaded: `history` of all properties (True), of the named ones, or of none (False)."""

    history: bool | frozenset[str]
    memberships: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A live contact and what was asked of it; what was not asked is empty.

    `emails` are its addresses, the primary one first; `merged` the stubs of the records merged into it; `versions` maps
    a property to its versions, newest first, those of merged records among them.
    """

    contact: ContactRow
    emails: Sequence[Row[Any]]
    merged: Sequence[Row[Any]] = ()
    audits: Sequence[Row[Any]] = ()
    versions: Mapping[str, Sequence[Row[Any]]] = field(default_factory=dict)
    memberships: Sequence[Row[Any]] = ()


def load_profiles(session: Session, portal_id: int, contacts: Sequence[ContactRow], wanted: Wanted) -> list[Profile]:
    """Return the profiles of live contacts, in the order given."""
    if not contacts:
        return []
    vids = [contact.vid for contact in contacts]
    emails = _grouped(session.execute(_EMAILS, {"portal": portal_id, "vids": vids}), _vid)
    merged = _grouped(session.execute(_MERGED, {"portal": portal_id, "vids": vids}), lambda row: row.merged_into)
    audits = _audits(session, portal_id, merged.keys())
    versions = _versions(session, portal_id, vids, merged, wanted.history)
    memberships = _memberships(session, portal_id, vids) if wanted.memberships else {}
    return [
        Profile(
            contact,
            emails.get(contact.vid, ()),
            merged.get(contact.vid, ()),
            audits.get(contact.vid, ()),
            versions.get(contact.vid, {}),
            memberships.get(contact.vid, ()),
        )
        for contact in contacts
    ]


def _audits(session: Session, portal_id: int, survivors: Collection[int]) -> dict[int, list[Row[Any]]]:
    if not survivors:
        return {}
    rows: Iterable[Row[Any]] = session.execute(_AUDITS, {"portal": portal_id, "vids": list(survivors)})
    return _grouped(rows, lambda row: row.canonical_vid)


def _versions(
    session: Session,
    portal_id: int,
    vids: Sequence[int],
    merged: Mapping[int, Sequence[Row[Any]]],
    history: bool | frozenset[str],
) -> dict[int, dict[str, list[Row[Any]]]]:
    """Return surviving vid -> property -> versions, newest first, of two made at once the survivor's own."""
    if history is False:
        return {}
    survivors = {stub.vid: vid for vid, stubs in merged.items() for stub in stubs}
    statement = _VERSIONS if history is True else _VERSIONS.where(_VERSION.name.in_(sorted(history)))
    rows = session.execute(statement, {"portal": portal_id, "vids": [*vids, *survivors]})
    found: dict[int, dict[str, list[Row[Any]]]] = {vid: {} for vid in vids}
    for row in sorted(rows, key=lambda row: (-row.timestamp, row.vid in survivors, -row.version)):
        found[survivors.get(row.vid, row.vid)].setdefault(row.name, []).append(row)
    return found


def _memberships(session: Session, portal_id: int, vids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    return _grouped(session.execute(_MEMBERSHIPS, {"portal": portal_id, "vids": vids}), _vid)


def _vid(row: Row[Any]) -> int:
    vid: int = row.vid
    return vid


def _grouped(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


_CONTACT = Contact.__table__.c
_IDENTITY = Identity.__table__.c
_AUDIT = MergeAudit.__table__.c
_VERSION = PropertyVersion.__table__.c
_MEMBERSHIP = Membership.__table__.c
_LIST = ContactList.__table__.c
_PORTAL: BindParameter[int] = bindparam("portal")
_VIDS: BindParameter[Sequence[int]] = bindparam("vids", expanding=True)

_EMAILS = (
    select(_IDENTITY.vid, _IDENTITY.value, _IDENTITY.is_primary, _IDENTITY.timestamp)
    .where(_IDENTITY.portal_id == _PORTAL, _IDENTITY.vid.in_(_VIDS), _IDENTITY.kind == EMAIL)
    .order_by(_IDENTITY.is_primary.desc(), _IDENTITY.timestamp, _IDENTITY.key)
)
_MERGED = (
    select(_CONTACT.vid, _CONTACT.merged_into, _CONTACT.lead_guid, _CONTACT.created_at)
    .where(_CONTACT.portal_id == _PORTAL, _CONTACT.merged_into.in_(_VIDS))
    .order_by(_CONTACT.vid)
)
_AUDITS = (
    select(_AUDIT.canonical_vid, _AUDIT.facts)
    .where(_AUDIT.portal_id == _PORTAL, _AUDIT.canonical_vid.in_(_VIDS))
    .order_by(_AUDIT.timestamp, _AUDIT.merged_vid)
)
_VERSIONS = select(*_VERSION).where(_VERSION.portal_id == _PORTAL, _VERSION.vid.in_(_VIDS))
_MEMBERSHIPS = (
    select(_MEMBERSHIP.vid, _MEMBERSHIP.list_id, _MEMBERSHIP.added_at, _LIST.revision)
    .join(
        ContactList.__table__,
        and_(_LIST.portal_id == _MEMBERSHIP.portal_id, _LIST.list_id == _MEMBERSHIP.list_id),
    )
    .where(_MEMBERSHIP.portal_id == _PORTAL, _MEMBERSHIP.vid.in_(_VIDS), _LIST.deleted.is_(False))
    .order_by(_MEMBERSHIP.list_id)
)
