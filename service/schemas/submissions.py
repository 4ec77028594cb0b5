"""Form submissions on the wire: version 3 of the submit API and the listing (contract S5.3, S5.4)."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from service.form_entries import MAX_FIELDS
from service.schemas.base import NO_OBJECT, Count, Flag, Number, Text, WireSchema
from service.schemas.texts import BodySchema

MAX_PAGE = 50


class Scalar(Text):
    """A text, a number or a boolean, as the text that is stored; null is the empty text."""

    default_error_messages = {"invalid": "is not a single value; send a string, a number or a boolean"}

    def __init__(self, **options: Any) -> None:
        """Take marshmallow's options."""
        super().__init__(allow_none=True, **options)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """Return the text."""
        return "" if value is None else super().deserialize(value, attr, data, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        raise self.make_error("invalid")


class SubmittedField(WireSchema):
    """One field of a submission; `objectTypeId` says whose property it is, `0-1` the contact's."""

    objectTypeId = Text(allow_none=True, load_default=None)
    name = Text(required=True)
    value = Scalar(load_default="")


class SubmittedFields(fields.List[dict[str, Any]]):
    """The fields of a submission; of too many only so many are read as show that they are."""

    def __init__(self, **options: Any) -> None:
        """Take marshmallow's options."""
        super().__init__(fields.Nested(SubmittedField, error_messages={"null": NO_OBJECT}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        some = value[: MAX_FIELDS + 1] if isinstance(value, list) else value
        return super()._deserialize(some, attr, data, **options)


class SubmissionBody(BodySchema):
    """A filled-in form."""

    submitted = SubmittedFields(
        required=True,
        data_key="fields",
        error_messages={
            "required": "is missing; send a list of {{name, value}}",
            "invalid": "is not a list; send a list of {{name, value}}",
            "null": "is not a list; send a list of {{name, value}}",
        },
    )
    submittedAt = Number(load_default=None, metadata={"description": "milliseconds; for what arrives late"})
    context = fields.Dict(load_default=dict, error_messages={"invalid": NO_OBJECT})
    legalConsentOptions = fields.Raw(load_default=None)
    skipValidation = Flag(load_default=False)


class SubmissionAnswer(WireSchema):
    """What to show the visitor, or where to send them."""

    inlineMessage = fields.String()
    redirectUri = fields.String()


class SubmissionsQuery(WireSchema):
    """A page of submissions."""

    limit = Count(maximum=MAX_PAGE)
    after = Text(load_default="", metadata={"description": "paging.next.after of the page before"})


class SubmissionObject(WireSchema):
    """What was sent at one time."""

    conversionId = fields.String()
    submittedAt = fields.Integer()
    values = fields.List(fields.Dict())
    pageUrl = fields.String()


class SubmissionPage(WireSchema):
    """A page of submissions, newest first; `paging` only where more follow."""

    results = fields.List(fields.Nested(SubmissionObject))
    paging = fields.Dict()
