"""The members of a list: read page by page, and put in and taken out of static lists by hand (contract S4.2)."""

from collections.abc import Iterable
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from indexer.list_jobs import add_marks, remove_marks
from queries.values import InvalidValue, check_email, email_key
from records import contacts, feed, lists, memberships
from records.contacts import ContactRow
from records.errors import ListRefused
from records.feed import Kind, Move
from records.models import ContactList
from records.writes import ContactState, lock_contacts
from service.blueprints import ApiBlueprint
from service.listings import before, time_page, vid_page
from service.presenter import Json
from service.refusals import ApiError
from service.replies import reply
from service.schemas.contacts import AllPage, AllQuery, RecentPage, RecentQuery
from service.schemas.lists import MemberNames, MembersChanged
from service.transactions import read, write

blueprint = ApiBlueprint("members", "The members of a list, and static lists changed by hand")

MAX_MEMBERS = 500
DYNAMIC = "Can not operate manually on a dynamic list"


@blueprint.get("/contacts/v1/lists/<id('listId'):list_id>/contacts/all")
@blueprint.arguments(AllQuery, location="query")
@blueprint.response(200, AllPage)
def list_members(query: Json, list_id: int) -> Response:
    """Page through the members of a list by vid; `addedAt` is when each joined."""
    lists.get_list(read(), g.portal_id, list_id)
    rows = contacts.list_members(read(), g.portal_id, list_id, query["vidOffset"], query["count"] + 1)
    return reply(vid_page(query, _joined(rows)))


@blueprint.get("/contacts/v1/lists/<id('listId'):list_id>/contacts/recent")
@blueprint.arguments(RecentQuery, location="query")
@blueprint.response(200, RecentPage)
def list_recent_members(query: Json, list_id: int) -> Response:
    """Page through the members of a list, the one that joined last first."""
    lists.get_list(read(), g.portal_id, list_id)
    rows = contacts.recent_members(read(), g.portal_id, list_id, before(query), query["count"] + 1)
    return reply(time_page(query, _joined(rows)))


@blueprint.post("/contacts/v1/lists/<id('listId'):list_id>/add")
@blueprint.arguments(MemberNames)
@blueprint.response(200, MembersChanged)
def add_members(body: dict[str, Any], list_id: int) -> Response:
    """Put contacts into a static list, by vid or e-mail."""
    return _change_members(body, list_id, joining=True)


@blueprint.post("/contacts/v1/lists/<id('listId'):list_id>/remove")
@blueprint.arguments(MemberNames)
@blueprint.response(200, MembersChanged)
def remove_members(body: dict[str, Any], list_id: int) -> Response:
    """Take contacts out of a static list, by vid or e-mail."""
    return _change_members(body, list_id, joining=False)


def _joined(rows: Iterable[ContactRow]) -> list[tuple[ContactRow, int]]:
    return [(row, row.added_at) for row in rows]


def _change_members(body: dict[str, Any], list_id: int, *, joining: bool) -> Response:
    vids, emails = body["vids"], body["emails"]
    count = len(vids) + len(emails)
    if count > MAX_MEMBERS:
        raise ApiError(400, f"vids and emails: {count} contacts are too many; send at most {MAX_MEMBERS} at once")

    def work(session: Session) -> Json:
        row = _static_list(session, list_id)
        found = _vids_of(session, emails)
        held = lock_contacts(session, g.portal_id, {*vids, *found.values()})
        members = {contact.vid: contact for contact in held.values()}
        moving = _moving(session, row, members, joining)
        _move(session, row, moving, joining)
        return {
            "updated": [contact.vid for contact in moving],
            "discarded": sorted(members.keys() - {contact.vid for contact in moving}),
            "invalidVids": [vid for vid in vids if vid not in held],
            "invalidEmails": [email for email in emails if found.get(email_key(email)) not in held],
        }

    return reply(write(work))


def _static_list(session: Session, list_id: int) -> ContactList:
    row = lists.get_list(session, g.portal_id, list_id)
    if row.dynamic:
        raise ListRefused(DYNAMIC)
    return row


def _vids_of(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """Return folded e-mail -> vid; what is no address at all belongs to nobody."""
    return contacts.find_by_emails(session, g.portal_id, list(filter(_is_email, emails)))


def _is_email(text: str) -> bool:
    try:
        check_email(text)
    except InvalidValue:
        return False
    return True


def _moving(session: Session, row: ContactList, members: dict[int, ContactState], joining: bool) -> list[ContactState]:
    """Return, by vid, the contacts whose membership will change."""
    present = memberships.members(session, row.portal_id, row.list_id, members)
    return [contact for vid, contact in sorted(members.items()) if (vid in present) != joining]


def _move(session: Session, row: ContactList, moving: list[ContactState], joining: bool) -> None:
    """Write marks, memberships and feed, in the order of design rule 5; raises ListMissing when the list went."""
    change_marks, change = (add_marks, memberships.add) if joining else (remove_marks, memberships.remove)
    change_marks(session, row, moving)
    cause = feed.reason(Kind.BY_HAND)
    moves = [Move(row.list_id, contact.vid, row.revision, contact.version, cause) for contact in moving]
    moved = change(session, row.portal_id, moves)
    clock = feed.lock_clock(session, row.portal_id)
    _static_list(session, row.list_id)
    feed.append(session, clock, moved if joining else (), () if joining else moved)
