"""Texts that the records can keep: of bounded length and without NUL, which PostgreSQL does not store."""

from collections.abc import Mapping
from typing import Any

import marshmallow

from service.schemas.base import Text, WireSchema


class Line(Text):
    """A string of at most `maximum` characters."""

    def __init__(self, maximum: int = 250, **options: Any) -> None:
        """Take the greatest length; the other options are marshmallow's."""
        self.maximum = maximum
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **options))
        if len(text) > self.maximum:
            raise marshmallow.ValidationError(f"has {len(text)} characters; send at most {self.maximum}")
        if "\0" in text:
            raise marshmallow.ValidationError("holds a NUL character; leave it out")
        return text


class BodySchema(WireSchema):
    """A JSON body in which null means that the key was not sent."""

    @marshmallow.pre_load
    def drop_nulls(self, data: Any, **_: Any) -> Any:
        """Return the body without keys that are null; what is no object is refused later."""
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if value is not None}
