"""Takes the leads of 2011 (contract S6.1): forms that post to the site itself, with fields in PascalCase."""

import uuid

from flask import Response, request

from records import forms, portals
from service.form_entries import (
    CREDENTIALS,
    MAX_PAGE,
    Context,
    check_size,
    known_address,
    known_token,
    make_submission,
    pairs,
    storable,
)
from service.refusals import BadInput, Missing
from service.schemas.base import whole_number
from service.transactions import snapshot
from service.visitors import NO_KEY, VisitorBlueprint, portal_catalogue, sent_pairs, take_in

APP = "leaddirector"
CONTROLS = frozenset({"app", "FormName", "portalId"}) | CREDENTIALS
VISITOR = frozenset({"UserToken", "IPAddress"})
NAMES = {"zipcode": "zip", "numberemployees": "numemployees"}
"""Folded field names that are not those of their properties."""
PARAMETERS = [
    {"in": "query", "name": "app", "required": True, "schema": {"type": "string", "enum": [APP]}},
    {"in": "query", "name": "FormName", "required": True, "schema": {"type": "string"}},
    {
        "in": "query",
        "name": "portalId",
        "schema": {"type": "integer"},
        "description": "where there are several portals",
    },
]
FIELDS = {"type": "object", "additionalProperties": {"type": "string"}}
BODY = {"content": {"application/x-www-form-urlencoded": {"schema": FIELDS}}}

blueprint = VisitorBlueprint("lead director", "Filled-in forms of sites from before contacts")


@blueprint.post("/")
@blueprint.doc(**NO_KEY, parameters=PARAMETERS, requestBody=BODY)
@blueprint.response(200, description="A sentence with the conversion event GUID", content_type="text/plain")
def insert_lead() -> Response:
    """Take in a lead of the form `FormName`, as a form submission."""
    given = sent_pairs()
    controls = dict(reversed([pair for pair in given if pair[0] in CONTROLS | VISITOR]))
    if controls.get("app") != APP:
        raise BadInput("app", controls.get("app", ""), "is not served here", f"send app={APP}")
    if not storable(controls.get("FormName", "")).strip():
        raise BadInput("FormName", "", "is missing", "send the form's name")
    return _insert(_portal(controls.get("portalId")), controls, pairs(given, CONTROLS | VISITOR))


def _insert(portal_id: int, controls: dict[str, str], fields: list[tuple[str, str]]) -> Response:
    check_size([*fields, ("FormName", controls["FormName"])])
    context = Context(
        token=known_token(controls.get("UserToken")),
        ip_address=known_address(controls.get("IPAddress")),
        page_url=storable(request.referrer or "")[:MAX_PAGE],
    )
    form = _form(portal_id, storable(controls["FormName"]).strip())
    submission = make_submission(form, fields, context, portal_catalogue(portal_id), names=NAMES)
    take_in(portal_id, submission)
    text = f"The lead has been taken in. Conversion event GUID: {submission.conversion_id}\n"
    return Response(text, content_type="text/plain;charset=utf-8")


def _portal(given: str | None) -> int:
    """Return the portal that is named, or the only one: these posts know nothing but the site's own address."""
    known = portals.portal_ids(snapshot())
    if not given and len(known) == 1:
        return known[0]
    portal_id = whole_number(given)
    if portal_id is None or portal_id not in known:
        raise Missing("portalId: there is no such portal; send the id of one as portalId")
    return portal_id


def _form(portal_id: int, name: str) -> tuple[str, str]:
    """Return guid and name of the form; one that is not defined has the guid that follows from its name."""
    for form in forms.list_forms(snapshot(), portal_id):
        if form.name == name:
            return form.guid, form.name
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"contacts:{portal_id}:form:{name}")), name
