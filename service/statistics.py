"""Counts of contacts (contract S2.12)."""

from flask import Response, g

from records import contacts
from records.lifecycle import count_stages
from service.blueprints import ApiBlueprint
from service.contacts import presenter
from service.presenter import Json
from service.refusals import BadInput
from service.replies import reply
from service.schemas import contacts as schemas
from service.transactions import read

TWO_YEARS_MS = 731 * 86_400_000

blueprint = ApiBlueprint("statistics", "Counts of contacts")


@blueprint.get("/contacts/v1/contacts/statistics")
@blueprint.response(200, schemas.Statistics)
def show_statistics() -> Response:
    """Show how many contacts there are and when the newest was created."""
    count, newest = contacts.statistics(read(), g.portal_id)
    return reply({"contacts": count, "lastNewContactAt": newest})


@blueprint.get("/contacts/search/v1/external/lifecyclestages")
@blueprint.arguments(schemas.StagesQuery, location="query")
@blueprint.response(200)
def show_stages(query: Json) -> Response:
    """Show how many contacts reached each lifecycle stage in a span of time, also by the values of a property."""
    start, end, name = query["fromTimestamp"], query["toTimestamp"], query["aggregationProperty"]
    if not 0 <= end - start <= TWO_YEARS_MS:
        raise BadInput("toTimestamp", end, f"is not in the two years after {start}", "send a shorter span")
    if name is not None and name not in presenter().catalogue:
        raise BadInput("aggregationProperty", name, "is not a property", "send the internal name of one")
    counts = count_stages(read(), g.portal_id, start, end, name)
    return reply([_stage(date, found, name) for date, found in counts.items()])


def _stage(date: str, counts: dict[str, int], name: str | None) -> Json:
    total = sum(counts.values())
    stage: Json = {"lifecycleStage": date, "count": total}
    if name is not None:
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        values = [{"key": value, "count": count} for value, count in ranked]
        stage["aggregation"] = {"count": total, "aggregations": {name: values}}
    return stage
