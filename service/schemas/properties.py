"""Property definitions and groups on the wire, the same for both generations of the API (contract S3)."""

from collections import Counter
from typing import Any

import marshmallow
from marshmallow import fields

from queries.catalogue import PropertyType
from service.schemas.base import NO_OBJECT, Choice, Flag, Number, WireSchema
from service.schemas.texts import BodySchema, Line

FIELD_TYPES = ("text", "textarea", "select", "radio", "checkbox", "booleancheckbox", "date", "number", "file")
MAX_DESCRIPTION = 10_000
MAX_OPTIONS = 1_000


class OptionSchema(BodySchema):
    """One option of an enumeration."""

    label = Line(required=True)
    value = Line(required=True)
    displayOrder = Number(low=-1, load_default=-1)
    hidden = Flag(load_default=False)
    readOnly = Flag(load_default=False)
    description = Line(MAX_DESCRIPTION, load_default=None, allow_none=True)
    doubleData = fields.Float(
        load_default=None, allow_none=True, error_messages={"invalid": "is not a number; send one, or null"}
    )

    @marshmallow.validates("value")
    def check_value(self, value: str, data_key: str) -> None:
        """Refuse a value that cannot stand among several in a contact's property."""
        if not value or ";" in value:
            raise marshmallow.ValidationError("is no internal value; send a text without ';' that is not empty")


def options_field(**options: Any) -> fields.List[dict[str, Any]]:
    """Return the field of an enumeration's options; `options` are marshmallow's."""
    option = fields.Nested(OptionSchema, error_messages={"null": NO_OBJECT})
    return fields.List(option, error_messages={"invalid": "is not a list; send a list of options"}, **options)


class PropertyChanges(BodySchema):
    """The keys of a property that clients may write; keys that only the service writes are ignored."""

    name = Line()
    label = Line()
    description = Line(MAX_DESCRIPTION)
    groupName = Line()
    type = Choice(*PropertyType)
    fieldType = Choice(*FIELD_TYPES)
    hidden = Flag()
    options = options_field()
    displayOrder = Number(low=-1)
    formField = Flag()
    textDisplayHint = Line()
    numberDisplayHint = Line()
    showCurrencySymbol = Flag()

    @marshmallow.validates("options")
    def check_options(self, options: list[dict[str, Any]], data_key: str) -> None:
        """Refuse too many options, and two of one internal value."""
        if len(options) > MAX_OPTIONS:
            raise marshmallow.ValidationError(f"are {len(options)}; send at most {MAX_OPTIONS} options")
        values = Counter(option["value"] for option in options if "value" in option)
        twice = [value for value, count in values.items() if count > 1]
        if twice:
            raise marshmallow.ValidationError(f"hold the value '{twice[0]}' twice; send each value once")


class NewProperty(PropertyChanges):
    """A property to be created."""

    label = Line(required=True)
    description = Line(MAX_DESCRIPTION, load_default="")
    groupName = Line(required=True)
    type = Choice(*PropertyType, required=True)
    fieldType = Choice(*FIELD_TYPES, required=True)
    hidden = Flag(load_default=False)
    options = options_field(load_default=list)
    displayOrder = Number(low=-1, load_default=-1)
    formField = Flag(load_default=False)


class PropertyObject(NewProperty):
    """A property as it is told."""

    readOnlyValue = Flag()
    readOnlyDefinition = Flag()
    mutableDefinitionNotDeletable = Flag()
    calculated = Flag()
    externalOptions = Flag()
    displayMode = Line()
    hubspotDefined = Flag()
    deleted = Flag()
    createdAt = Number()
    updatedAt = Number()


class GroupChanges(BodySchema):
    """The keys of a group that clients may write."""

    name = Line()
    displayName = Line()
    displayOrder = Number(low=-1)


class NewGroup(GroupChanges):
    """A group to be created."""

    displayName = Line(load_default="")
    displayOrder = Number(low=-1, load_default=-1)


class GroupObject(NewGroup):
    """A group as it is told; `properties` only where they were asked for."""

    hubspotDefined = Flag()
    properties = fields.List(fields.Nested(PropertyObject))


class GroupQuery(WireSchema):
    """What may be asked of group reads."""

    includeProperties = Flag(load_default=False)
