"""Every refusal and failure in one shape: the error envelope of contract S0.4, with each endpoint's further keys."""

import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from indexer.errors import EngineError
from indexer.imports.errors import ImportRefused
from queries.errors import FilterError
from queries.values import InvalidValue
from records.errors import RecordError
from service.bodies import discard_body
from service.converters import UnreadableId
from service.refusals import NOT_FOUND_HEADERS, ApiError, refusal
from service.replies import reply

log = structlog.get_logger()

_TEXTS = {
    404: "resource not found",
    413: "The body has more than {} MB: send it in smaller parts",
    500: "An unexpected error occurred: report it with this correlationId",
}


def register_error_handlers(app: Flask) -> None:
    """Have the application answer every exception in the envelope."""
    for refused in (ApiError, RecordError, EngineError, FilterError, ImportRefused, InvalidValue):
        app.register_error_handler(refused, _answer_refusal)
    for lost in (OperationalError, InterfaceError):
        app.register_error_handler(lost, _answer_lost_database)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, _answer_failure)


def answer_http_error(error: HTTPException) -> BaseResponse:
    """Return werkzeug's HTTP errors in the envelope; redirects pass as they are."""
    if error.code is None or error.code < 400:
        return Response.force_type(error.get_response(request.environ))
    if isinstance(error, RequestEntityTooLarge):
        discard_body()
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    if isinstance(error, UnreadableId):
        headers |= NOT_FOUND_HEADERS
    return reply(envelope(_http_message(error)), error.code, headers)


def envelope(message: str, **extras: Any) -> dict[str, Any]:
    """Return the body of an error answer: message, fresh ids and the endpoint's further keys."""
    return {
        "status": "error",
        "message": message,
        "correlationId": str(uuid.uuid4()),
        "requestId": uuid.uuid4().hex,
        **extras,
    }


def _answer_refusal(error: Exception) -> Response:
    refused = refusal(error)
    return _reply_error(envelope(refused.message, **refused.extras), refused.status, refused.headers)


def _answer_lost_database(error: Exception) -> Response:
    body = envelope("The database cannot be reached or is too busy: try again later")
    log.error("database failed", correlation_id=body["correlationId"], exc_info=error)
    return _reply_error(body, 503)


def _answer_failure(error: Exception) -> Response:
    body = envelope(_TEXTS[500])
    log.error("request failed", correlation_id=body["correlationId"], path=request.path, exc_info=error)
    return _reply_error(body, 500)


def _reply_error(body: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return reply(body, status, headers)


def _http_message(error: HTTPException) -> str:
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return f"{request.method} is not allowed at {request.path}: use {allowed}"
    if isinstance(error, UnreadableId) or error.code not in _TEXTS:
        return error.description or error.name
    return _TEXTS[error.code].format((request.max_content_length or 0) // 2**20)
