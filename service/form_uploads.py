"""Takes filled-in forms the way an HTML form sends them (contract S5.2): version 2 of the submit API."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from flask import Response, request
from werkzeug.urls import iri_to_uri

from records.forms import Definitions
from service.blueprints import ApiBlueprint
from service.definitions import by_definitions
from service.form_entries import CREDENTIALS, Context, check_size, lenient_context, make_submission, pairs
from service.refusals import BadInput
from service.replies import nothing
from service.visitors import NO_KEY, VisitorBlueprint, check_portal, limit_size, sent_pairs, take_in

CONTEXT = "hs_context"
WEB_SCHEMES = frozenset({"http", "https"})
PAGE = "<!DOCTYPE html><title>{0}</title><h1>{0}</h1><p>{1}</p>"
BODY = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        CONTEXT: {"type": "string", "description": "JSON: hutk, ipAddress, pageUrl, pageName"}
                    },
                    "additionalProperties": {"type": "string"},
                }
            }
        }
    }
}

visitors = VisitorBlueprint("form uploads", "Filled-in forms, sent by browsers")
trusted = ApiBlueprint("trusted form uploads", "Filled-in forms, sent by servers that have a key")
trusted.before_request(limit_size)


@visitors.post("/uploads/form/v2/<id('portalId'):portal_id>/<guid>")
@visitors.doc(**BODY, **NO_KEY)
@visitors.response(204)
@visitors.alt_response(302, description="Where the form has a page to go to")
@visitors.alt_response(404, description="No such portal or form, in HTML", content_type="text/html")
def upload(portal_id: int, guid: str) -> Response:
    """Take in a filled-in form of a visitor; its fields are the names of properties."""
    return _take(portal_id, guid)


@trusted.post("/submissions/v2/post/upload/secure/<id('portalId'):portal_id>/<guid>")
@trusted.doc(**BODY)
@trusted.response(204)
@trusted.alt_response(302, description="Where the form has a page to go to")
@trusted.alt_response(404, description="No such form, in HTML", content_type="text/html")
def upload_with_key(portal_id: int, guid: str) -> Response:
    """Take in a filled-in form that a server with a key hands on."""
    check_portal(portal_id)
    return _take(portal_id, guid)


def _take(portal_id: int, guid: str) -> Response:
    return by_definitions(portal_id, guid, lambda found: _take_by(found, portal_id)) or _missing(guid)


def _take_by(definitions: Definitions, portal_id: int) -> Response:
    form, catalogue = definitions
    fields = pairs(sent_pairs(), CREDENTIALS | {CONTEXT})
    check_size(fields)
    context = _context()
    submission = make_submission((form.guid, form.name), fields, context, catalogue)
    take_in(portal_id, replace(submission, stamp=definitions.stamp))
    target = _web_address(context.redirect) or _web_address(form.details.get("redirect", ""))
    return _redirect(target, submission.conversion_id) if target else nothing()


def _context() -> Context:
    text = request.form.get(CONTEXT) or request.args.get(CONTEXT) or "{}"
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, Mapping):
        raise BadInput(CONTEXT, text, "is no JSON object", 'send one like {"hutk": "…", "pageUrl": "…"}')
    return lenient_context(given)


def _web_address(text: str) -> str:
    """Return an address that a browser may be sent to, "" for any other, also for what no header can hold."""
    try:
        parts = urlsplit(iri_to_uri(text))
    except ValueError:
        return ""
    return text if parts.scheme in WEB_SCHEMES and parts.hostname else ""


def _redirect(target: str, conversion_id: str) -> Response:
    parts = urlsplit(target)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("submissionGuid", conversion_id)])
    answer = nothing(302)
    answer.headers["Location"] = parts._replace(query=query).geturl()
    return answer


def _missing(guid: str) -> Response:
    """Return the recorded 404, which is a page and no JSON."""
    text = PAGE.format("Not found", f"There is no form {escape(guid)} to be sent.")
    return Response(text, 404, content_type="text/html;charset=utf-8")
