"""The listings of all contacts: by vid, recently updated and recently created (contract S2.8, S2.9)."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g

from records import contacts
from records.clock import now
from records.contacts import ContactRow
from records.profiles import load_profiles
from service.blueprints import ApiBlueprint
from service.contacts import presenter
from service.presenter import Json
from service.replies import reply
from service.schemas import contacts as schemas
from service.transactions import read, snapshot

blueprint = ApiBlueprint("listings", "All contacts, page by page")


@blueprint.get("/contacts/v1/lists/all/contacts/all")
@blueprint.arguments(schemas.AllQuery, location="query")
@blueprint.response(200, schemas.AllPage)
def list_all(query: Json) -> Response:
    """List all contacts by vid."""
    rows = contacts.all_contacts(read(), g.portal_id, query["vidOffset"], query["count"] + 1)
    return reply(vid_page(query, [(row, row.created_at) for row in rows]))


@blueprint.get("/contacts/v1/lists/all/contacts/recent")
@blueprint.arguments(schemas.RecentQuery, location="query")
@blueprint.response(200, schemas.RecentPage)
def list_created(query: Json) -> Response:
    """List contacts, the one created last first."""
    rows = contacts.recently_created(read(), g.portal_id, before(query), query["count"] + 1)
    return reply(time_page(query, [(row, row.created_at) for row in rows]))


@blueprint.get("/contacts/v1/lists/recently_updated/contacts/recent")
@blueprint.arguments(schemas.RecentQuery, location="query")
@blueprint.response(200, schemas.RecentPage)
def list_updated(query: Json) -> Response:
    """List contacts changed in the last 30 days, the one changed last first."""
    rows = contacts.recently_updated(read(), g.portal_id, before(query), query["count"] + 1, now(read()))
    return reply(time_page(query, [(row, row.updated_at) for row in rows]))


def vid_page(query: Json, found: Sequence[tuple[ContactRow, int]]) -> Json:
    """Return a page by vid of pairs (contact, addedAt in milliseconds), one more than asked where more follow."""
    shown = found[: query["count"]]
    last = shown[-1][0].vid if shown else query["vidOffset"]
    return {"contacts": _present(query, shown), "has-more": len(found) > len(shown), "vid-offset": last}


def time_page(query: Json, found: Sequence[tuple[ContactRow, int]]) -> Json:
    """Return a page by time of pairs (contact, addedAt in milliseconds), one more than asked where more follow."""
    shown = found[: query["count"]]
    last = shown[-1][1] if shown else query["timeOffset"]
    return {**vid_page(query, found), "time-offset": last}


def before(query: Json) -> tuple[int, int] | None:
    """Return the pair (milliseconds, vid) that a page by time starts after, None for the first page.

    The vid counts only beside a time, as real clients send it.
    """
    return (query["timeOffset"], query["vidOffset"]) if query["timeOffset"] else None


def _present(query: Json, shown: Sequence[tuple[ContactRow, int]]) -> list[dict[str, Any]]:
    view, show = schemas.view_of(query, schemas.LISTED), presenter()
    profiles = load_profiles(snapshot(), g.portal_id, [row for row, _ in shown], view.wanted)
    return [
        {"addedAt": added_at, **show.contact(profile, view)}
        for profile, (_, added_at) in zip(profiles, shown, strict=True)
    ]
