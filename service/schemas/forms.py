"""Form definitions on the wire, the same for both generations of the API (contract S5.1)."""

from typing import Any

import marshmallow
import orjson
from marshmallow import fields

from service.schemas.base import NO_OBJECT, Choice, Count, Flag, Number, WireSchema
from service.schemas.properties import options_field
from service.schemas.texts import BodySchema, Line

MAX_TEXT = 65_536
MAX_FIELDS = 1_000
MAX_LISTED = 1_000
NO_LIST = "is not a list; send one"


def _texts() -> fields.List[str]:
    return fields.List(Line(), error_messages={"invalid": NO_LIST})


def _objects() -> fields.List[dict[str, Any]]:
    return fields.List(fields.Dict(error_messages={"invalid": NO_OBJECT}), error_messages={"invalid": NO_LIST})


class ValidationSchema(BodySchema):
    """How a field's value is checked; `data` is the span of a number, such as `1:10`."""

    name = Line()
    message = Line(MAX_TEXT)
    data = Line(MAX_TEXT)
    useDefaultBlockList = Flag()
    blockedEmailAddresses = _texts()


class FieldSchema(BodySchema):
    """One field of a form, which is named like the property that it fills."""

    name = Line(required=True)
    label = Line(MAX_TEXT)
    type = Line()
    fieldType = Line()
    description = Line(MAX_TEXT)
    groupName = Line()
    displayOrder = Number(low=-1)
    required = Flag()
    selectedOptions = _texts()
    options = options_field()
    validation = fields.Nested(ValidationSchema)
    enabled = Flag()
    hidden = Flag()
    defaultValue = Line(MAX_TEXT)
    isSmartField = Flag()
    unselectedLabel = Line(MAX_TEXT)
    placeholder = Line(MAX_TEXT)
    dependentFieldFilters = _objects()
    labelHidden = Flag()


def _fields() -> fields.List[dict[str, Any]]:
    """Return the wire's key `fields`, a name that marshmallow itself has a use for."""
    field = fields.Nested(FieldSchema, error_messages={"null": NO_OBJECT})
    told = "is not a list; send a list of fields"
    return fields.List(field, data_key="fields", attribute="fields", error_messages={"invalid": told})


class GroupSchema(BodySchema):
    """Fields that stand side by side."""

    form_fields = _fields()
    default = Flag()
    isSmartGroup = Flag()
    richText = fields.Dict(error_messages={"invalid": NO_OBJECT})


class FormBody(BodySchema):
    """The keys of a form that clients may write; the older generation also sends all fields as one flat list."""

    name = Line()
    action = Line(MAX_TEXT)
    method = Choice("", "GET", "POST")
    cssClass = Line()
    redirect = Line(MAX_TEXT)
    submitText = Line()
    followUpId = Line()
    notifyRecipients = Line(MAX_TEXT)
    leadNurturingCampaignId = Line()
    formFieldGroups = fields.List(
        fields.Nested(GroupSchema, error_messages={"null": NO_OBJECT}),
        error_messages={"invalid": "is not a list; send a list of field groups"},
    )
    form_fields = _fields()
    performableHtml = Line(MAX_TEXT)
    migratedFrom = Line()
    ignoreCurrentValues = Flag()
    metaData = _objects()
    inlineMessage = Line(MAX_TEXT)
    socialLoginEnabled = Flag()
    socialLoginTypes = _texts()
    tmsId = Line()
    captchaEnabled = Flag()
    campaignGuid = Line()

    @marshmallow.pre_load
    def check_storable(self, data: Any, **_: Any) -> Any:
        """Return the body; refuse what the databases cannot hold in the parts that are kept as they are sent."""
        try:
            text = orjson.dumps(data)
        except orjson.JSONEncodeError:
            raise marshmallow.ValidationError("is nested too deeply; send at most 200 levels") from None
        if b"\\u0000" in text:
            raise marshmallow.ValidationError("holds a NUL character; leave it out")
        return data

    @marshmallow.post_load
    def group_fields(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the form with a flat list of fields as groups of one; where both are sent, the groups count."""
        flat = given.pop("fields", None)
        if flat is not None and "formFieldGroups" not in given:
            given["formFieldGroups"] = [{"fields": [field]} for field in flat]
        return given

    @marshmallow.validates_schema
    def check_number(self, given: dict[str, Any], **_: Any) -> None:
        """Refuse more fields than one submission may hold."""
        groups = given.get("formFieldGroups", ())
        count = max(sum(len(group.get("fields", ())) for group in groups), len(given.get("fields", ())))
        if count > MAX_FIELDS:
            raise marshmallow.ValidationError(f"are {count}; send at most {MAX_FIELDS}", "fields")


class FormObject(FormBody):
    """A form as it is told."""

    portalId = Number()
    guid = Line()
    createdAt = Number()
    updatedAt = Number()
    deletable = Flag()
    cloneable = Flag()
    editable = Flag()
    visible = Flag()
    formType = Line()
    embeddedCode = Line(MAX_TEXT)


class FormsQuery(WireSchema):
    """A part of the portal's forms; all of them where nothing is asked."""

    limit = Count(default=None, maximum=MAX_LISTED)
    offset = Number(load_default=0)
