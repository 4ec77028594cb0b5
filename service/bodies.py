"""Reads requests: JSON bodies whatever their label, and query strings as real clients write them (contract S0.2).

Schema errors become a 400 that names the field, its value and the remedy.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import marshmallow
import orjson
from flask import Request, request
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from service.refusals import ApiError, shown

MEGABYTE = 1024 * 1024
MAX_BODY = 10 * MEGABYTE
MAX_DISCARDED = 8 * MAX_BODY
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

_CHUNK = 65_536


def read_json(required: bool = True) -> Any:
    """Return the request's body as JSON values; None for an empty one where it is not `required`.

    A missing or any other content type reads as JSON, save for form types. Raises ApiError with 415 for those and
    with 400 for a body that is empty, not UTF-8 or malformed; werkzeug raises 413 for one over 10 MB.
    """
    if request.mimetype in FORM_TYPES:
        raise ApiError(415, f"Content-Type: {shown(request.mimetype)} is a form; send JSON as application/json")
    body = whole_body()
    if body.strip():
        return _parse(_decode(body))
    if required:
        raise ApiError(400, "body: it is empty; send JSON")
    return None


def whole_body() -> bytes:
    """Return the request's body; raises RequestEntityTooLarge where it has more than may be read of it."""
    body = request.get_data()
    limit = request.max_content_length or MAX_BODY
    if request.content_length is None and len(body) >= limit:  # werkzeug cuts a chunked body there, silently
        raise RequestEntityTooLarge
    return body


def discard_body() -> None:
    """Read what is left of a refused body, so that the client hears the answer instead of a broken connection."""
    left = min(request.content_length or 0, MAX_DISCARDED)
    stream = request.environ["wsgi.input"]
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)


class RequestParser(FlaskParser):
    """Parses arguments for flask-smorest's blueprints; keys that no schema knows are ignored."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": marshmallow.EXCLUDE}

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the JSON body."""
        return read_json()

    def load_querystring(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the query's parameters; one with an empty value means its default, as if it were not there."""
        given = MultiDict((name, value) for name, value in req.args.items(multi=True) if value)
        for name, value in given.items(multi=True):
            if "\0" in value:
                raise ApiError(400, f"{name}: {shown(value)} holds a NUL character; leave it out")
        return self._makeproxy(given, schema)

    def handle_error(
        self, error: marshmallow.ValidationError, req: Request, schema: marshmallow.Schema, **_: Any
    ) -> NoReturn:
        """Raise ApiError for what a schema refuses."""
        raise ApiError(400, "; ".join(describe(error)))


def describe(error: marshmallow.ValidationError) -> list[str]:
    """Return a sentence for each problem: the field's path, its value, what is wrong and the remedy."""
    messages: Any = error.messages
    problems = next(iter(messages.values())) if len(messages) == 1 else messages
    return [_sentence(path, problem, error.data) for path, problem in _leaves(problems, ())]


def _sentence(path: tuple[str | int, ...], problem: str, data: Any) -> str:
    if not path or path == ("_schema",):
        return f"body: {problem}"
    value = _value_at(data, path)
    told = f"{shown(value)} " if value is not marshmallow.missing else ""
    return f"{_written(path)}: {told}{problem}"


def _leaves(problems: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(problems, Mapping):
        for key, inner in problems.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(problems, str):
        yield path, problems
    else:
        for inner in problems:
            yield from _leaves(inner, path)


def _value_at(data: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        if isinstance(data, Mapping):
            data = data.get(str(key), marshmallow.missing)
        elif isinstance(data, Sequence) and not isinstance(data, str) and isinstance(key, int):
            data = data[key] if key < len(data) else marshmallow.missing
        else:
            return data
    return data


def _written(path: tuple[str | int, ...]) -> str:
    first, *rest = (key for key in path if key != "_schema")
    return str(first) + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in rest)


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8; send the JSON encoded as UTF-8"
        raise ApiError(400, f"body: {problem}") from None


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ApiError(400, f"body: malformed JSON at {place}: {error.msg}; send valid JSON") from None
