"""Tells clients of a deprecated part of the API so, in headers that they can watch for."""

from datetime import UTC, date, datetime, time

from flask import Response, g, request
from werkzeug.http import http_date

from service.transactions import runtime

PREFIX = "/leads/v1/"
SINCE = datetime(2013, 4, 8, tzinfo=UTC)
"""When contacts took the place of leads."""


def lead_on(path: str) -> None:
    """Name the path that takes the place of the one that this request asks for."""
    g.successor = path


def announce(response: Response) -> Response:
    """Add `Deprecation` (RFC 9745), `Link` to what replaces the route, and `Sunset` (RFC 8594) where one is set.

    Answers outside the deprecated part stay as they are; where no route was found the prefix alone tells.
    """
    if not request.path.startswith(PREFIX):
        return response
    root = request.root_url.rstrip("/")
    response.headers["Deprecation"] = f"@{int(SINCE.timestamp())}"
    response.headers.add("Link", f'<{root}{g.get("successor", "/contacts/v1/contact")}>; rel="successor-version"')
    response.headers.add("Link", f'<{root}/docs>; rel="deprecation"; type="text/html"')
    sunset = runtime().settings.leads_sunset
    if sunset is not None:
        response.headers["Sunset"] = http_date(midnight(sunset))
    return response


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC)
