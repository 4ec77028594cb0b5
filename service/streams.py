"""The feed as a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from collections.abc import Iterable, Iterator

import orjson
from flask import Response, current_app, g, request

from records import feed_reading
from records.feed_reading import Wanted
from records.models import FeedEvent
from service.alerts import check_list, event_object
from service.blueprints import ApiBlueprint
from service.presenter import Json
from service.refusals import ApiError, BadInput
from service.schemas import alerts as schemas
from service.schemas.base import MAX_NUMBER, whole_number
from service.streaming import EXTENSION, MAX_CLIENTS, Hub, follow
from service.transactions import end_snapshot, read, runtime

LAST_EVENT = "Last-Event-ID"
RETRY_MS = 2_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

blueprint = ApiBlueprint("streams", "Joins and leaves as they happen")


@blueprint.get("/alerts/v1/stream")
@blueprint.arguments(schemas.StreamQuery, location="query")
@blueprint.response(200, description="A stream of events of the types JOIN and LEAVE, whose data is that of the feed")
def show_stream(query: Json) -> Response:
    """Tell joins and leaves as they happen; a client that comes back with Last-Event-ID misses none."""
    if query["listId"] is not None:
        check_list(query["listId"])
    return stream(Wanted(query["listId"], query["type"]), _begin(query["after"]))


def stream(wanted: Wanted, after: int | None) -> Response:
    """Answer the portal's rows after a number, or from now on; raises ApiError with 503 where too many clients wait."""
    last = feed_reading.check_number(read(), g.portal_id, after or 0) if after is not None else _last()
    hub: Hub = current_app.extensions[EXTENSION]
    portal_id, database = g.portal_id, runtime().database
    end_snapshot()
    if not hub.enter(database, portal_id):
        text = f"{MAX_CLIENTS} clients follow this process already: try again later, or read /alerts/v1/events"
        raise ApiError(503, text, {"Retry-After": "5"})
    begin = last if after is None else after
    told = _told(follow(hub, database, portal_id, wanted, begin), begin)
    response = Response(told, headers=HEADERS, mimetype="text/event-stream")
    response.call_on_close(lambda: hub.leave(portal_id))
    return response


def _begin(after: int | None) -> int | None:
    """Return the number to begin after; the header, which browsers send when they come back, goes first."""
    sent = request.headers.get(LAST_EVENT, "")
    if not sent:
        return after
    number = whole_number(sent)
    if number is None or not 0 <= number <= MAX_NUMBER:
        raise BadInput(LAST_EVENT, sent, "is no number of the feed", "send the id of an event")
    return number


def _last() -> int:
    return feed_reading.bounds(read(), g.portal_id)[1]


def _told(found: Iterable[tuple[int, list[FeedEvent]]], begin: int) -> Iterator[bytes]:
    """Yield the stream's text. The first block tells the place, so that a client that saw no row comes back to it."""
    yield f"retry: {RETRY_MS}\nid: {begin}\nevent: BEGIN\ndata: {{}}\n\n".encode()
    for after, rows in found:
        for row in rows:
            yield b"id: %d\nevent: %s\ndata: %s\n\n" % (row.seq, row.type.encode(), orjson.dumps(event_object(row)))
        if not rows:
            yield b"id: %d\nevent: BEAT\ndata: {}\n\n" % after
