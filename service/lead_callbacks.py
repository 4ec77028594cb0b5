"""The addresses of the deprecated Leads API (contract S6.6): registered, told and forgotten, and not called."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, g, request

from records import lead_callbacks
from records.models import LeadCallback
from service.blueprints import ApiBlueprint
from service.bodies import FORM_TYPES, read_json
from service.deprecation import lead_on
from service.lead_objects import hex_guid
from service.refusals import BadInput
from service.replies import nothing, reply
from service.schemas import leads as schemas
from service.transactions import read, write

MESSAGE = "The address is kept and not called; subscriptions to lists are: docs/migrating-from-leads.md"

blueprint = ApiBlueprint("lead callbacks", "Deprecated: addresses to be called with leads")


@blueprint.before_request
def name_successor() -> None:
    """Name what takes the place of callbacks."""
    lead_on("/contacts/v1/lists")


@blueprint.get("/leads/v1/callback-url")
@blueprint.doc(deprecated=True)
@blueprint.response(200, schemas.Callback(many=True))
def list_all() -> Response:
    """List the addresses."""
    return reply([_as_json(callback) for callback in lead_callbacks.list_callbacks(read(), g.portal_id)])


@blueprint.post("/leads/v1/callback-url")
@blueprint.doc(deprecated=True)
@blueprint.arguments(schemas.CallbackQuery, location="query")
@blueprint.response(200, schemas.Callback)
def register(query: dict[str, str | None]) -> Response:
    """Register an address, which is named in the query, or in a body of either kind."""
    url = _checked(query["url"] or request.form.get("url", "") or _from_json())
    return reply(write(lambda session: _as_json(lead_callbacks.register_callback(session, g.portal_id, url))))


@blueprint.delete("/leads/v1/callback-url/<guid>")
@blueprint.doc(deprecated=True)
@blueprint.response(204)
def delete(guid: str) -> Response:
    """Forget an address."""
    write(lambda session: lead_callbacks.delete_callback(session, g.portal_id, hex_guid(guid)))
    return nothing()


def _from_json() -> str:
    body = None if request.mimetype in FORM_TYPES else read_json(required=False)
    url = body.get("url") if isinstance(body, dict) else None
    return url if isinstance(url, str) else ""


def _checked(url: str) -> str:
    remedy = f"send url=https://… of at most {schemas.MAX_URL} characters"
    if len(url) > schemas.MAX_URL or "\0" in url:
        raise BadInput("url", url, "is too long or holds a NUL character", remedy)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadInput("url", url, "is not an address", remedy) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("url", url, "is not an address of the web", remedy)
    return url


def _as_json(callback: LeadCallback) -> dict[str, Any]:
    return {
        "guid": callback.guid,
        "portalId": callback.portal_id,
        "url": callback.url,
        "createdAt": callback.created_at,
        "message": MESSAGE,
    }
