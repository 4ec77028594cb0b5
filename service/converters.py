"""Ids in paths. What is no id at all is told in words, where routing alone would say only that nothing is there."""

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map, UnicodeConverter

from service.refusals import shown
from service.schemas.base import MAX_NUMBER, whole_number


class UnreadableId(NotFound):
    """The 404 of a path whose id is no id (contract S0.4)."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {shown(text)} is not an id; send a whole number from 1 to {MAX_NUMBER}")


class IdConverter(BaseConverter):
    """A path segment that holds an id, written as `<id('vid'):vid>`: from 1 to 2^63 - 1."""

    def __init__(self, url_map: Map, field: str = "id") -> None:
        """Take the name under which the wire knows the id."""
        super().__init__(url_map)
        self.field = field

    def to_python(self, value: str) -> int:
        """Return the id; raises UnreadableId for a text that is none."""
        number = whole_number(value)
        if number is None or not 0 < number <= MAX_NUMBER:
            raise UnreadableId(self.field, value)
        return number


class NameConverter(UnicodeConverter):
    """A path segment of any text but NUL, which PostgreSQL neither holds nor compares."""

    def to_python(self, value: str) -> str:
        """Return the text; raises NotFound for one with NUL."""
        if "\0" in value:
            raise NotFound
        return value


def register_converters(app: Flask) -> None:
    """Teach the application's paths the converter `id`, and what no other segment may hold."""
    app.url_map.converters["default"] = NameConverter
    app.url_map.converters["id"] = IdConverter
