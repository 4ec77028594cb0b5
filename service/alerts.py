"""The feed of joins and leaves (design rule 15): read in order, it replays who is in which list, and why.

A list's feed, a contact's timeline and who was in a list at an instant are views of the same rows.
"""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, g, request
from sqlalchemy.orm import Session

from records import consumers, feed_reading, lists
from records.contacts import is_known
from records.errors import ContactMissing, ListMissing
from records.feed_reading import Page, Wanted
from records.freshness import freshness_of
from records.models import FeedConsumer, FeedEvent
from service.blueprints import ApiBlueprint
from service.presenter import Json
from service.refusals import ApiError, BadInput
from service.replies import nothing, reply
from service.schemas import alerts as schemas
from service.transactions import read, write

NDJSON = "application/x-ndjson"
MAX_NAME = 100

blueprint = ApiBlueprint("alerts", "Who joined and who left which list, and why")


@blueprint.get("/alerts/v1/events")
@blueprint.arguments(schemas.FeedQuery, location="query")
@blueprint.response(200, schemas.EventsPage)
def show_events(query: Json) -> Response:
    """Show the portal's joins and leaves after a number, in order."""
    if query["consumer"] is not None and query["after"] is not None:
        raise ApiError(400, "consumer, after: both say where to begin; send one of them")
    after = query["after"] or 0
    if query["consumer"] is not None:
        after = consumers.get_cursor(read(), g.portal_id, query["consumer"]).after
    return _page(query, Wanted(query["listId"], query["type"]), after)


@blueprint.get("/alerts/v1/lists/<id('listId'):list_id>/events")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.EventsPage)
def show_list_events(query: Json, list_id: int) -> Response:
    """Show a list's events after a number. A deleted list still tells its own, so that a replay ends empty."""
    check_list(list_id)
    return _page(query, Wanted(list_id, query["type"]), query["after"])


@blueprint.get("/alerts/v1/contacts/<id('vid'):vid>/events")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.EventsPage)
def show_contact_events(query: Json, vid: int) -> Response:
    """Show which lists a contact joined and left, in order; a deleted or merged one still tells its own."""
    if not is_known(read(), g.portal_id, vid):
        raise ContactMissing(vid)
    return _page(query, Wanted(type=query["type"], vid=vid), query["after"])


@blueprint.get("/alerts/v1/lists/<id('listId'):list_id>/snapshot")
@blueprint.arguments(schemas.SnapshotQuery, location="query")
@blueprint.response(200, schemas.Snapshot)
def show_snapshot(query: Json, list_id: int) -> Response:
    """Show who is in a list, or was at a number of the feed or at an instant; every page tells its number.

    The first page's `seq`, sent with the following ones, makes them one snapshot; the feed goes on after it.
    """
    check_list(list_id)
    seq = _number(query)
    found = feed_reading.members_at(read(), g.portal_id, list_id, seq, query["vidOffset"], query["count"])
    vids = list(found.vids)
    offset = vids[-1] if vids else query["vidOffset"]
    return reply({"listId": list_id, "seq": found.seq, "vids": vids, "vidOffset": offset, "hasMore": found.more})


@blueprint.get("/alerts/v1/lists/<id('listId'):list_id>/freshness")
@blueprint.response(200, schemas.Freshness)
def show_freshness(list_id: int) -> Response:
    """Show how far a list is behind its contacts, and what its last verification found."""
    found = freshness_of(read(), g.portal_id, list_id)
    answer = {
        "listId": list_id,
        "processing": found.state,
        "waiting": found.waiting,
        "lagMs": found.lag_ms,
        "lastVerifiedAt": found.verified_at,
        "driftFound": found.drift_found,
        "driftRepaired": found.drift_repaired,
    }
    return reply(answer)


@blueprint.get("/alerts/v1/consumers")
@blueprint.response(200, schemas.Cursors)
def show_cursors() -> Response:
    """Show every cursor of the portal and how far it is behind."""
    rows = consumers.all_cursors(read(), g.portal_id)
    last = _last(read())
    return reply({"consumers": [_cursor(row, last) for row in rows]})


@blueprint.get("/alerts/v1/consumers/<name>")
@blueprint.response(200, schemas.Cursor)
def show_cursor(name: str) -> Response:
    """Show a cursor and how far it is behind."""
    return reply(_cursor(consumers.get_cursor(read(), g.portal_id, name), _last(read())))


@blueprint.put("/alerts/v1/consumers/<name>")
@blueprint.arguments(schemas.CursorBody)
@blueprint.response(200, schemas.Cursor)
def save_cursor(body: Json, name: str) -> Response:
    """Make a cursor, or move it; it may go back as far as there are rows."""
    if len(name) > MAX_NAME or "\0" in name:
        raise BadInput("name", name, "is no name of a cursor", f"send at most {MAX_NAME} characters without NUL")

    def work(session: Session) -> Json:
        row = consumers.save_cursor(session, g.portal_id, name, body["after"])
        return _cursor(row, _last(session))

    return reply(write(work))


@blueprint.delete("/alerts/v1/consumers/<name>")
@blueprint.response(204)
def delete_cursor(name: str) -> Response:
    """Forget a cursor."""
    write(lambda session: consumers.delete_cursor(session, g.portal_id, name))
    return nothing()


def check_list(list_id: int) -> None:
    """Raise ListMissing unless the portal has, or had, a list of this id."""
    if lists.find_list(read(), g.portal_id, list_id) is None:
        raise ListMissing(list_id)


def event_object(row: FeedEvent) -> Json:
    """Return a row of the feed as it is told."""
    return {
        "seq": row.seq,
        "type": row.type,
        "vid": row.vid,
        "contactVersion": row.contact_version,
        "listId": row.list_id,
        "listRevision": row.list_revision,
        "occurredAt": row.occurred_at,
        "reason": row.reason,
    }


def _page(query: Json, wanted: Wanted, after: int) -> Response:
    page = feed_reading.read_page(read(), g.portal_id, wanted, after, query["limit"])
    answer: dict[str, Callable[[Page], Response]] = {"json": _json, "ndjson": _lines}
    return answer[query["format"] or _accepted()](page)


def _accepted() -> str:
    return "ndjson" if request.accept_mimetypes.best == NDJSON else "json"


def _json(page: Page) -> Response:
    events = [event_object(row) for row in page.events]
    return reply({"events": events, "hasMore": page.more, "after": page.after})


def _lines(page: Page) -> Response:
    """Answer one event a line; what a page tells beside its events stands in headers."""
    lines = b"".join(orjson.dumps(event_object(row), option=orjson.OPT_APPEND_NEWLINE) for row in page.events)
    headers = {"X-Feed-After": str(page.after), "X-Feed-More": str(page.more).lower()}
    return Response(lines, 200, headers, content_type=NDJSON)


def _number(query: Json) -> int:
    if query["seq"] is not None and query["at"] is not None:
        raise ApiError(400, "seq, at: both say which moment is meant; send one of them")
    if query["at"] is not None:
        return feed_reading.number_at(read(), g.portal_id, query["at"])
    seq: int | None = query["seq"]
    return _last(read()) if seq is None else seq


def _last(session: Session) -> int:
    return feed_reading.bounds(session, g.portal_id)[1]


def _cursor(row: FeedConsumer, last: int) -> dict[str, Any]:
    return {"name": row.name, "after": row.after, "behind": last - row.after, "updatedAt": row.updated_at}
