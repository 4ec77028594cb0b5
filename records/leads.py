"""Finds contacts the way the deprecated Leads API asks for them (contract S6.2, S6.3): by guid, sorted, and by times.

Orders and filters other than the creation and change times read every contact of the portal, as the original's did.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from records.contacts import ContactRow, find_contacts
from records.models import Contact
from records.statements import Reader


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """A page of leads: `sort` and `pivot` are keys of SORTS and PIVOTS, times are milliseconds, `stop` 0 is no end.

    `flags` maps a key of FLAGS to whether it must hold; `vids`, where given, are the only contacts to be looked at.
    """

    sort: str
    descending: bool
    offset: int
    count: int
    pivot: str
    start: int = 0
    stop: int = 0
    flags: Mapping[str, bool] = field(default_factory=dict)
    vids: Collection[int] | None = None


def find_by_guids(reader: Reader, portal_id: int, guids: Sequence[str]) -> list[ContactRow]:
    """Return the live contacts that have these lead guids, in the order given; a merged record's gives its survivor.

    A guid may have dashes or not; what is none, or nobody's, is left out.
    """
    keys = [key for key in map(_key, guids) if key]
    statement = select(Contact.lead_guid, Contact.vid).where(
        Contact.portal_id == portal_id, Contact.lead_guid.in_(keys)
    )
    vids = {guid: vid for guid, vid in reader.execute(statement)}
    found = find_contacts(reader, portal_id, set(vids.values()))
    rows = [found[vids[key]] for key in keys if vids.get(key) in found]
    return list({row.vid: row for row in rows}.values())


def page_leads(session: Session, portal_id: int, query: LeadQuery) -> list[ContactRow]:
    """Return a page of live contacts in the order asked for; those that share a value go by vid."""
    statement = select(*Contact.__table__.columns).where(
        Contact.portal_id == portal_id, Contact.deleted.is_(False), Contact.merged_into.is_(None)
    )
    statement = statement.where(*_between(query), *(_holds(name, wanted) for name, wanted in query.flags.items()))
    if query.vids is not None:
        statement = statement.where(Contact.vid.in_(list(query.vids)))
    order = [SORTS[query.sort], Contact.vid]
    ordered = [column.desc() for column in order] if query.descending else order
    return list(session.execute(statement.order_by(*ordered).offset(query.offset).limit(query.count)).all())


def _key(guid: str) -> str | None:
    try:
        return str(uuid.UUID(guid))
    except ValueError:
        return None


def _between(query: LeadQuery) -> list[ColumnElement[bool]]:
    """Return the conditions of a span of time; a lead to which the pivot never happened is in none."""
    moment = PIVOTS[query.pivot]
    conditions = [moment > 0, moment >= query.start] if query.start or query.stop else []
    return [*conditions, moment <= query.stop] if query.stop else conditions


def _holds(name: str, wanted: bool) -> ColumnElement[bool]:
    return FLAGS[name] if wanted else ~FLAGS[name]


def _text(name: str) -> ColumnElement[str]:
    stored: ColumnElement[str] = Contact.properties[name].as_string()
    return func.coalesce(stored, "")


def _folded(name: str) -> ColumnElement[str]:
    return func.lower(_text(name))


def _instant(name: str) -> ColumnElement[int]:
    return func.coalesce(cast(func.nullif(_text(name), ""), BigInteger), 0)


_IS_BOUNCED = or_(
    _text("hs_email_has_bounced") == "true",
    func.coalesce(cast(func.nullif(_text("hs_email_bounce"), ""), Numeric), 0) > 0,
)
_IS_OPTED_OUT = _text("hs_email_optout") == "true"

PIVOTS: Mapping[str, Any] = {
    "insertedAt": Contact.created_at,
    "firstConvertedAt": _instant("first_conversion_date"),
    "lastConvertedAt": _instant("recent_conversion_date"),
    "lastModifiedAt": Contact.updated_at,
    "closedAt": _instant("closedate"),
}
"""Times of a lead by which a listing can be cut."""

SORTS: Mapping[str, Any] = {
    "firstName": _folded("firstname"),
    "lastName": _folded("lastname"),
    "email": _folded("email"),
    "address": _folded("address"),
    "phone": _folded("phone"),
    "insertedAt": Contact.created_at,
    "fce.convertDate": _instant("first_conversion_date"),
    "lce.convertDate": _instant("recent_conversion_date"),
    "lastConvertedAt": _instant("recent_conversion_date"),
    "lastModifiedAt": Contact.updated_at,
    "closedAt": _instant("closedate"),
}
"""What a listing can be sorted by."""

FLAGS: Mapping[str, ColumnElement[bool]] = {
    "optedOut": _IS_OPTED_OUT,
    "bounced": _IS_BOUNCED,
    "eligible": and_(_text("email") != "", ~_IS_OPTED_OUT, ~_IS_BOUNCED),
    "imported": Contact.origin[0].as_string() == "IMPORT",
}
"""What a listing can be narrowed by."""
