"""The feed of joins and leaves (design rule 15): read in order, it replays a list's membership from the start."""

from typing import Any

from flask import Response, g

from records import feed, lists
from records.errors import ListMissing
from records.models import FeedEvent
from service.blueprints import ApiBlueprint
from service.replies import reply
from service.schemas.lists import EventsPage, EventsQuery
from service.transactions import read

blueprint = ApiBlueprint("alerts", "Who joined and who left a list, and why")


@blueprint.get("/alerts/v1/lists/<id('listId'):list_id>/events")
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, EventsPage)
def list_events(query: dict[str, int], list_id: int) -> Response:
    """Return a list's events after a number. A deleted list still tells its own, so that a replay ends empty."""
    if lists.find_list(read(), g.portal_id, list_id) is None:
        raise ListMissing(list_id)
    found, more = feed.events(read(), g.portal_id, list_id, query["after"], query["limit"])
    return reply({"events": [_event(row) for row in found], "hasMore": more})


def _event(row: FeedEvent) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "type": row.type,
        "vid": row.vid,
        "listId": row.list_id,
        "occurredAt": row.occurred_at,
        "reason": row.reason,
    }
