"""Form definitions, in both generations of the API (contract S5.1)."""

import uuid
from typing import Any

from flask import Response, g, request

from queries.catalogue import Catalogue
from records import forms
from records.catalogues import load_catalogue
from service.blueprints import ApiBlueprint
from service.form_objects import Json, form_fields, show_field, show_form
from service.refusals import ApiError, shown
from service.replies import nothing, reply
from service.schemas.forms import FieldSchema, FormBody, FormObject, FormsQuery
from service.transactions import read, write

blueprint = ApiBlueprint("forms", "What visitors are asked: form definitions")

FIRST = "/contacts/v1"
SECOND = "/forms/v2"


@blueprint.get(f"{FIRST}/forms")
@blueprint.get(f"{SECOND}/forms")
@blueprint.arguments(FormsQuery, location="query")
@blueprint.response(200, FormObject(many=True))
def list_forms(query: Json) -> Response:
    """List all forms, the oldest first, or a part of them."""
    rows = forms.list_forms(read(), g.portal_id, query["offset"], query["limit"])
    return reply([_form(row) for row in rows])


@blueprint.post(f"{FIRST}/forms")
@blueprint.post(f"{SECOND}/forms")
@blueprint.arguments(FormBody)
@blueprint.response(200, FormObject)
def create_form(given: Json) -> Response:
    """Create a form."""
    guid = str(uuid.uuid4())
    if not given.get("name"):
        raise ApiError(400, f"Form name is required, form guid '{guid}'", type="MISSING_NAME")
    _check_fields(given)
    write(lambda session: forms.create_form(session, g.portal_id, guid, given))
    return _show(guid)


@blueprint.get(f"{FIRST}/forms/<guid>")
@blueprint.get(f"{SECOND}/forms/<guid>")
@blueprint.response(200, FormObject)
def get_form(guid: str) -> Response:
    """Return one form."""
    return _show(guid)


@blueprint.post(f"{FIRST}/forms/<guid>")
@blueprint.route(f"{SECOND}/forms/<guid>", methods=["POST", "PUT"])
@blueprint.arguments(FormBody)
@blueprint.response(200, FormObject)
def update_form(given: Json, guid: str) -> Response:
    """Change the keys of a form that are sent."""
    if given.get("name") == "":
        raise ApiError(400, f"Form name is required, form guid '{guid}'", type="MISSING_NAME")
    _check_fields(given)
    write(lambda session: forms.update_form(session, g.portal_id, guid, given))
    return _show(guid)


@blueprint.delete(f"{FIRST}/forms/<guid>")
@blueprint.delete(f"{SECOND}/forms/<guid>")
@blueprint.response(204)
def delete_form(guid: str) -> Response:
    """Delete a form; what was sent through it stays with the contacts."""
    write(lambda session: forms.delete_form(session, g.portal_id, guid))
    return nothing()


@blueprint.get(f"{FIRST}/fields/<guid>")
@blueprint.get(f"{SECOND}/fields/<guid>")
@blueprint.response(200, FieldSchema(many=True))
def list_fields(guid: str) -> Response:
    """Return the fields of a form."""
    return reply([_field(field) for field in _stored_fields(guid)])


@blueprint.get(f"{FIRST}/fields/<guid>/<name>")
@blueprint.get(f"{SECOND}/fields/<guid>/<name>")
@blueprint.response(200, FieldSchema)
def get_field(guid: str, name: str) -> Response:
    """Return one field of a form."""
    for field in _stored_fields(guid):
        if field["name"] == name:
            return reply(_field(field))
    raise ApiError(404, f"The Form with the guid '{guid}' has no FormField with the name '{name}'.", type="NOT_FOUND")


def _show(guid: str) -> Response:
    return reply(_form(forms.get_form(read(), g.portal_id, guid)))


def _form(row: Any) -> Json:
    return show_form(row, _catalogue(), request.root_url.rstrip("/"), _is_second())


def _field(field: Json) -> Json:
    return show_field(field, _catalogue(), _is_second())


def _is_second() -> bool:
    return request.path.startswith(SECOND)


def _catalogue() -> Catalogue:
    return load_catalogue(read(), g.portal_id)


def _stored_fields(guid: str) -> list[Json]:
    return list(form_fields(forms.get_form(read(), g.portal_id, guid).details))


def _check_fields(given: Json) -> None:
    """Refuse fields that are no contact properties, and one that stands twice (contract S5.1)."""
    names = [field["name"] for field in form_fields(given)]
    unknown = [name for name in names if name not in _catalogue()]
    if unknown:
        problem = f"fields: no property is called {shown(unknown[0])}; create it first or leave the field out"
        raise ApiError(400, problem, type="INVALID_FORM_FIELDS")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        problem = f"fields: {shown(min(twice))} stands twice; send each field once"
        raise ApiError(400, problem, type="INVALID_FORM_FIELDS")
