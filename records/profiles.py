"""Loads all that contact JSON shows of contacts, in as few queries as the view needs, however many contacts there are.

This is the service's hottest read, so it selects columns and makes no mapped objects.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, and_, false, func, literal, select, union_all

from records.contacts import ContactRow
from records.conversions import COUNT
from records.identities import EMAIL
from records.models import Contact, ContactList, FormSubmission, Identity, Membership, MergeAudit, PropertyVersion
from records.statements import PORTAL, ByVid, Matcher, Reader

NO_SUBMISSIONS = "none"

_Rows = dict[int, list[Row[Any]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a contact is to be loaded: `history` of all properties (True), of the named ones, or of none (False).

    `submissions` is which form submissions: all, none, newest or oldest.
    """

    history: bool | frozenset[str]
    memberships: bool
    submissions: str = NO_SUBMISSIONS


@dataclass(frozen=True, slots=True)
class Profile:
    """A live contact and what was asked of it; what was not asked is empty.

    `emails` are its addresses, the primary one first; `merged` the LEAD_GUIDs of the records merged into it; `versions`
    maps a property to its versions, newest first, those of merged records among them. `submissions` are newest first.
    """

    contact: ContactRow
    emails: Sequence[Row[Any]]
    merged: Sequence[Row[Any]] = ()
    audits: Sequence[Row[Any]] = ()
    versions: Mapping[str, Sequence[Row[Any]]] = field(default_factory=dict)
    memberships: Sequence[Row[Any]] = ()
    submissions: Sequence[Row[Any]] = ()


def load_profiles(session: Reader, portal_id: int, contacts: Sequence[ContactRow], wanted: Wanted) -> list[Profile]:
    """Return the profiles of live contacts, in the order given."""
    if not contacts:
        return []
    vids = [contact.vid for contact in contacts]
    emails, merged = _identities(session, portal_id, vids)
    audits = _audits(session, portal_id, merged.keys())
    versions = _versions(session, portal_id, vids, merged, wanted.history)
    memberships = _grouped(_MEMBERSHIPS.run(session, portal_id, vids), _vid) if wanted.memberships else {}
    submissions = _submissions(session, portal_id, contacts, wanted.submissions)
    return [
        Profile(
            contact,
            emails.get(contact.vid, ()),
            merged.get(contact.vid, ()),
            audits.get(contact.vid, ()),
            versions.get(contact.vid, {}),
            memberships.get(contact.vid, ()),
            submissions.get(contact.vid, ()),
        )
        for contact in contacts
    ]


def _identities(reader: Reader, portal_id: int, vids: Sequence[int]) -> tuple[_Rows, _Rows]:
    """Return vid -> e-mails, and vid -> the stubs merged into it, each shown by its LEAD_GUID."""
    rows = sorted(
        _IDENTITIES.run(reader, portal_id, vids), key=lambda row: (not row.is_primary, row.timestamp, row.vid)
    )
    emails = [row for row in rows if row.kind == EMAIL]
    stubs = [row for row in rows if row.kind != EMAIL]
    return _grouped(emails, _vid), _grouped(sorted(stubs, key=_vid), lambda row: int(row.owner))


def _audits(reader: Reader, portal_id: int, survivors: Collection[int]) -> _Rows:
    return _grouped(_AUDITS.run(reader, portal_id, survivors), lambda row: int(row.canonical_vid)) if survivors else {}


def _versions(
    reader: Reader, portal_id: int, vids: Sequence[int], merged: _Rows, history: bool | frozenset[str]
) -> dict[int, dict[str, list[Row[Any]]]]:
    """Return surviving vid -> property -> versions, newest first, of two made at once the survivor's own."""
    if history is False:
        return {}
    survivors = {stub.vid: vid for vid, stubs in merged.items() for stub in stubs}
    found: dict[int, dict[str, list[Row[Any]]]] = {vid: {} for vid in vids}
    rows = _VERSIONS.run(reader, portal_id, [*vids, *survivors])
    for row in sorted(rows, key=lambda row: (-row.timestamp, row.vid in survivors, -row.version)):
        if history is True or row.name in history:
            found[survivors.get(row.vid, row.vid)].setdefault(row.name, []).append(row)
    return found


def _submissions(reader: Reader, portal_id: int, contacts: Sequence[ContactRow], which: str) -> _Rows:
    """Return vid -> form submissions; contacts that never sent a form, which a value of theirs tells, cost nothing."""
    vids = [contact.vid for contact in contacts if COUNT in contact.properties]
    if which == NO_SUBMISSIONS or not vids:
        return {}
    return _grouped(_SUBMISSIONS[which].run(reader, portal_id, vids), _vid)


def _vid(row: Row[Any]) -> int:
    vid: int = row.vid
    return vid


def _grouped(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], int]) -> _Rows:
    found: _Rows = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


_CONTACT = Contact.__table__.c
_IDENTITY = Identity.__table__.c
_AUDIT = MergeAudit.__table__.c
_VERSION = PropertyVersion.__table__.c
_MEMBERSHIP = Membership.__table__.c
_LIST = ContactList.__table__.c
_SUBMISSION = FormSubmission.__table__.c


def _select_identities(matches: Matcher) -> CompoundSelect[Any]:
    emails = select(
        _IDENTITY.vid.label("owner"),
        _IDENTITY.vid,
        _IDENTITY.kind,
        _IDENTITY.value,
        _IDENTITY.is_primary,
        _IDENTITY.timestamp,
    ).where(_IDENTITY.portal_id == PORTAL, matches(_IDENTITY.vid), _IDENTITY.kind == EMAIL)
    stubs = select(
        _CONTACT.merged_into, _CONTACT.vid, literal("LEAD_GUID"), _CONTACT.lead_guid, false(), _CONTACT.created_at
    ).where(_CONTACT.portal_id == PORTAL, matches(_CONTACT.merged_into))
    return union_all(emails, stubs)


def _select_memberships(matches: Matcher) -> Select[Any]:
    same = and_(_LIST.portal_id == _MEMBERSHIP.portal_id, _LIST.list_id == _MEMBERSHIP.list_id)
    return (
        select(_MEMBERSHIP.vid, _MEMBERSHIP.list_id, _MEMBERSHIP.added_at, _LIST.revision)
        .join(ContactList.__table__, same)
        .where(_MEMBERSHIP.portal_id == PORTAL, matches(_MEMBERSHIP.vid), _LIST.deleted.is_(False))
        .order_by(_MEMBERSHIP.list_id)
    )


def _select_submissions(matches: Matcher) -> Select[Any]:
    order = (_SUBMISSION.submitted_at.desc(), _SUBMISSION.conversion_id.desc())
    shown = (_SUBMISSION.form_guid, _SUBMISSION.form_name, _SUBMISSION.page_url, _SUBMISSION.page_title)
    return (
        select(_SUBMISSION.vid, _SUBMISSION.conversion_id, _SUBMISSION.submitted_at, _SUBMISSION.page_id, *shown)
        .where(_SUBMISSION.portal_id == PORTAL, matches(_SUBMISSION.vid))
        .order_by(_SUBMISSION.vid, *order)
    )


def _select_outermost(newest: bool) -> Callable[[Matcher], Select[Any]]:
    """Return what selects only the newest or the oldest submission of each contact."""
    order = (_SUBMISSION.submitted_at, _SUBMISSION.conversion_id)
    over = [column.desc() for column in order] if newest else list(order)
    rank = func.row_number().over(partition_by=_SUBMISSION.vid, order_by=over).label("rank")

    def build(matches: Matcher) -> Select[Any]:
        ranked = _select_submissions(matches).order_by(None).add_columns(rank).subquery()
        return select(ranked).where(ranked.c.rank == 1)

    return build


_SUBMISSIONS = {
    "all": ByVid(_select_submissions),
    "newest": ByVid(_select_outermost(newest=True)),
    "oldest": ByVid(_select_outermost(newest=False)),
}
_IDENTITIES = ByVid(_select_identities)
_MEMBERSHIPS = ByVid(_select_memberships)
_VERSIONS = ByVid(lambda matches: select(*_VERSION).where(_VERSION.portal_id == PORTAL, matches(_VERSION.vid)))
_AUDITS = ByVid(
    lambda matches: (
        select(_AUDIT.canonical_vid, _AUDIT.facts)
        .where(_AUDIT.portal_id == PORTAL, matches(_AUDIT.canonical_vid))
        .order_by(_AUDIT.timestamp, _AUDIT.merged_vid)
    )
)
