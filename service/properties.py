"""Property definitions and groups, in both generations of the API: two sets of routes to one handler (contract S3).

The first generation creates by PUT and updates by POST at the name, the second the other way round.
"""

from typing import Any

from flask import Response, g

from queries.catalogue import valid_name
from records import groups, properties
from records.models import PropertyDefinition, PropertyGroup
from service.blueprints import ApiBlueprint
from service.refusals import BadInput
from service.replies import nothing, reply
from service.schemas.properties import (
    GroupChanges,
    GroupObject,
    GroupQuery,
    NewGroup,
    NewProperty,
    PropertyChanges,
    PropertyObject,
)
from service.transactions import read, write

blueprint = ApiBlueprint("properties", "What contacts may hold: property definitions and their groups.")

FIRST = "/contacts/v1"
SECOND = "/properties/v1/contacts"
SECOND_TOO = "/contacts/v2"

NAME_REMEDY = "send lower-case letters, digits and underscores, a letter first, at most 100 characters"
FIXED = {
    "readOnlyValue": False,
    "readOnlyDefinition": False,
    "mutableDefinitionNotDeletable": False,
    "calculated": False,
    "externalOptions": False,
    "displayMode": "current_value",
}
"""Keys of the wire's object that are the same for every property that is not built in."""


@blueprint.get(f"{FIRST}/properties")
@blueprint.get(f"{SECOND}/properties")
@blueprint.get(f"{SECOND_TOO}/properties")
@blueprint.response(200, PropertyObject(many=True))
def list_properties() -> Response:
    """List all properties."""
    return reply([_property(row) for row in properties.list_properties(read(), g.portal_id)])


@blueprint.get(f"{SECOND}/properties/named/<name>")
@blueprint.get(f"{SECOND_TOO}/properties/named/<name>")
@blueprint.response(200, PropertyObject)
def get_property(name: str) -> Response:
    """Return one property."""
    return reply(_property(properties.get_property(read(), g.portal_id, name)))


@blueprint.route(f"{FIRST}/properties/<name>", methods=["PUT"])
@blueprint.route(f"{SECOND}/properties", methods=["POST"])
@blueprint.route(f"{SECOND_TOO}/properties", methods=["POST"])
@blueprint.arguments(NewProperty)
@blueprint.response(200, PropertyObject)
def create_property(given: dict[str, Any], name: str | None = None) -> Response:
    """Create a property."""
    named = _with_new_name(given, name)
    return reply(_property(write(lambda session: properties.create_property(session, g.portal_id, named))))


@blueprint.route(f"{FIRST}/properties/<name>", methods=["POST"])
@blueprint.route(f"{SECOND}/properties/named/<name>", methods=["PUT"])
@blueprint.route(f"{SECOND_TOO}/properties/named/<name>", methods=["PUT"])
@blueprint.arguments(PropertyChanges)
@blueprint.response(200, PropertyObject)
def update_property(given: dict[str, Any], name: str) -> Response:
    """Change the keys of a property that are sent."""
    _check_same_name(given, name)
    return reply(_property(write(lambda session: properties.update_property(session, g.portal_id, name, given))))


@blueprint.route(f"{FIRST}/properties/<name>", methods=["DELETE"])
@blueprint.route(f"{SECOND}/properties/named/<name>", methods=["DELETE"])
@blueprint.route(f"{SECOND_TOO}/properties/named/<name>", methods=["DELETE"])
@blueprint.response(204)
def delete_property(name: str) -> Response:
    """Delete a property that no list reads."""
    write(lambda session: properties.delete_property(session, g.portal_id, name))
    return nothing()


@blueprint.get(f"{FIRST}/groups")
@blueprint.get(f"{SECOND}/groups")
@blueprint.get(f"{SECOND_TOO}/groups")
@blueprint.arguments(GroupQuery, location="query")
@blueprint.response(200, GroupObject(many=True))
def list_groups(query: dict[str, bool]) -> Response:
    """List all groups, with their properties where `includeProperties` is true."""
    return reply([_group(row, **query) for row in groups.list_groups(read(), g.portal_id)])


@blueprint.get(f"{FIRST}/groups/<name>")
@blueprint.get(f"{SECOND}/groups/named/<name>")
@blueprint.get(f"{SECOND_TOO}/groups/named/<name>")
@blueprint.arguments(GroupQuery, location="query")
@blueprint.response(200, GroupObject)
def get_group(query: dict[str, bool], name: str) -> Response:
    """Return one group, with its properties where `includeProperties` is true."""
    return reply(_group(groups.get_group(read(), g.portal_id, name), **query))


@blueprint.route(f"{FIRST}/groups/<name>", methods=["PUT"])
@blueprint.route(f"{SECOND}/groups", methods=["POST"])
@blueprint.route(f"{SECOND_TOO}/groups", methods=["POST"])
@blueprint.arguments(NewGroup)
@blueprint.response(200, GroupObject)
def create_group(given: dict[str, Any], name: str | None = None) -> Response:
    """Create a group."""
    named = _with_new_name(given, name)
    return reply(_group(write(lambda session: groups.create_group(session, g.portal_id, named))))


@blueprint.route(f"{FIRST}/groups/<name>", methods=["POST"])
@blueprint.route(f"{SECOND}/groups/named/<name>", methods=["PUT"])
@blueprint.route(f"{SECOND_TOO}/groups/named/<name>", methods=["PUT"])
@blueprint.arguments(GroupChanges)
@blueprint.response(200, GroupObject)
def update_group(given: dict[str, Any], name: str) -> Response:
    """Change the keys of a group that are sent."""
    _check_same_name(given, name)
    return reply(_group(write(lambda session: groups.update_group(session, g.portal_id, name, given))))


@blueprint.route(f"{FIRST}/groups/<name>", methods=["DELETE"])
@blueprint.route(f"{SECOND}/groups/named/<name>", methods=["DELETE"])
@blueprint.route(f"{SECOND_TOO}/groups/named/<name>", methods=["DELETE"])
@blueprint.response(204)
def delete_group(name: str) -> Response:
    """Delete a group that holds no property."""
    write(lambda session: groups.delete_group(session, g.portal_id, name))
    return nothing()


def _property(row: PropertyDefinition) -> dict[str, Any]:
    return {
        **FIXED,
        **row.details,
        "name": row.name,
        "groupName": row.group_name,
        "type": row.type,
        "hubspotDefined": row.hubspot_defined,
        "deleted": False,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def _group(row: PropertyGroup, includeProperties: bool = False) -> dict[str, Any]:
    held = properties.list_properties(read(), g.portal_id, row.name) if includeProperties else None
    return {
        "name": row.name,
        "displayName": row.display_name,
        "displayOrder": row.display_order,
        "hubspotDefined": row.hubspot_defined,
        **({} if held is None else {"properties": [_property(item) for item in held]}),
    }


def _with_new_name(given: dict[str, Any], path_name: str | None) -> dict[str, Any]:
    """Return what was sent with its name, which the first generation also has in the path."""
    name = given.get("name", path_name)
    if name is None or not valid_name(name):
        raise BadInput("name", name, "is no name", NAME_REMEDY)
    if path_name is not None:
        _check_same_name(given, path_name)
    return {**given, "name": name}


def _check_same_name(given: dict[str, Any], path_name: str) -> None:
    if given.get("name", path_name) != path_name:
        raise BadInput("name", given["name"], "is not the name in the path", f"send '{path_name}'")
