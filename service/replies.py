"""Makes answers: JSON as the original labels it, or nothing at all."""

from collections.abc import Mapping

import orjson
from flask import Response

CONTENT_TYPE = "application/json;charset=utf-8"


def reply(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `payload` as a JSON answer."""
    return Response(orjson.dumps(payload), status, headers, content_type=CONTENT_TYPE)


def nothing(status: int = 204) -> Response:
    """Return an answer with an empty body."""
    response = Response(b"", status)
    response.headers.remove("Content-Type")
    return response
