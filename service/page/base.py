"""What all routes of the page share: the session that opens them, the headers that fence them in, errors for people.

The page and the API know nothing of each other's credentials: here no key is taken, there no cookie.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, g, make_response, render_template, request

from records.page_sessions import find_session
from service.page.cookies import form_token, is_form_token, session_token
from service.refusals import ApiError
from service.schemas.base import MAX_NUMBER, whole_number
from service.transactions import read

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FORM_TOKEN_HEADER = "X-Form-Token"
FOREIGN = "This did not come from the page: open the page itself and try again"
STALE = "The page was opened in another session: load it again and repeat what you did"

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("page", __name__, template_folder="templates")

_open_views: set[str] = set()


def without_session(view: View) -> View:
    """Mark a view that needs no session."""
    _open_views.add(f"{blueprint.name}.{view.__name__}")
    return view


@blueprint.before_request
def enter() -> Response | None:
    """Let a request in that has a session, and ask others to sign in.

    Whatever changes something must come from the page itself: from its own origin and, in a session, with its token.
    """
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes and _is_foreign():
        raise ApiError(403, FOREIGN)
    if request.endpoint in _open_views:
        return None
    portal_id = find_session(read(), session_token())
    if portal_id is None:
        return ask_to_sign_in()
    g.portal_id = portal_id
    if changes and not is_form_token(request.headers.get(FORM_TOKEN_HEADER) or request.form.get("token", "")):
        raise ApiError(403, STALE)
    return None


@blueprint.after_request
def fence_in(response: Response) -> Response:
    """Add the headers, and show errors to people as a page; programs get them as they are."""
    if response.status_code >= 400 and response.is_json and _is_for_people():
        message = (response.get_json() or {}).get("message", "")
        response = make_response(render_template("error.html", message=message), response.status_code)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@blueprint.context_processor
def common() -> dict[str, Any]:
    """Return what every template may use."""
    return {"portal_id": g.get("portal_id"), "form_token": form_token()}


def ask_to_sign_in(problem: str = "", address: str | None = None) -> Response:
    """Answer the sign-in form; afterwards the browser goes on to `address`, by default the one asked for.

    Only the script hears of a 401: to a person who opens the page nothing has gone wrong.
    """
    is_visit = request.method == "GET" and not request.path.startswith("/page/")
    wanted = address or (request.full_path.rstrip("?") if is_visit else "/")
    page = render_template("sign_in.html", problem=problem, address=wanted)
    return make_response(page, 200 if is_visit else 401)


def require_own(portal_id: int) -> None:
    """Answer 404 unless the portal in an address is the session's."""
    if portal_id != g.portal_id:
        abort(404)


def asked_number(name: str) -> int:
    """Return a parameter of the address that is a whole number from 0; what is none counts as 0."""
    number = whole_number(request.args.get(name, "")) or 0
    return number if 0 <= number <= MAX_NUMBER else 0


def _is_for_people() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html") == "text/html"


def _is_foreign() -> bool:
    """Tell whether another site's page sent the request; every browser names the origin of what changes something."""
    origin = request.headers.get("Origin")
    return origin is not None and origin.rpartition("//")[2] != request.host
