"""What a client may ask about its account (contract S0.6): which portal its key opens, and how much it may call."""

from flask import Response, g

from records.clock import now
from service.blueprints import ApiBlueprint
from service.limits import daily_usage
from service.replies import reply
from service.transactions import read

TIME_ZONE = "UTC"

blueprint = ApiBlueprint("account", "The portal behind a key")


@blueprint.get("/integrations/v1/me")
@blueprint.response(200)
def show_account() -> Response:
    """Show which portal the key opens."""
    return reply({"portalId": g.portal_id, "timeZone": TIME_ZONE})


@blueprint.get("/integrations/v1/limit/daily")
@blueprint.response(200)
def show_daily_limit() -> Response:
    """Show the daily limit and its use; without a daily limit there is nothing to show."""
    usage = daily_usage()
    if usage is None:
        return reply([])
    entry = {
        "name": "api-calls-daily",
        "usageLimit": usage.limit,
        "currentUsage": usage.used,
        "collectedAt": now(read()),
        "fetchStatus": "SUCCESS",
        "resetsAt": usage.resets_at,
    }
    return reply([entry])
