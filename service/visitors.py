"""The blueprint of what browsers call: no key, little room, few requests, and answers that tell nothing of anybody."""

from typing import Any

from flask import Response, g, request

from queries.catalogue import Catalogue
from records.catalogues import load_catalogue
from records.errors import AlreadySubmitted, ContactExists, TokenTaken
from records.submissions import Submission, submit
from service.blueprints import PlainBlueprint
from service.bodies import FORM_TYPES, MEGABYTE, whole_body
from service.form_entries import MAX_FIELDS
from service.limits import enforce_visitor_limit
from service.refusals import ApiError, BadInput, shown
from service.transactions import snapshot, write_for

MAX_SUBMISSION = 2 * MEGABYTE
MULTIPART = "multipart/form-data"
MAX_SEPARATORS = MAX_FIELDS + 10
"""How often `&` may stand in a body: the context and the like are no fields."""
MAX_PARTS = 100_000
"""More than a body of that size can hold, so that the service itself says how many fields are too many."""
ATTEMPTS = 3
SCRIPTS = "/submissions/v3/integration/submit/"
"""Where scripts of other sites send forms; where no route was found the path alone tells."""
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization",
    "Access-Control-Max-Age": "86400",
}
NO_KEY: dict[str, Any] = {"security": []}
"""What the OpenAPI page says of a route without a key."""


class VisitorBlueprint(PlainBlueprint):
    """A blueprint whose routes need no key."""

    def __init__(self, name: str, description: str) -> None:
        """Name the blueprint as the OpenAPI page shows it, with a sentence about it."""
        super().__init__(name, __name__, description=description)
        self.before_request(limit_size)
        self.before_request(_limit_rate)


def limit_size() -> None:
    """Let a request have no larger body than forms need."""
    request.max_content_length = MAX_SUBMISSION
    request.max_form_memory_size = MAX_SUBMISSION
    request.max_form_parts = MAX_PARTS


def sent_pairs() -> list[tuple[str, str]]:
    """Return names and values of the query and of a body that is a form; raises ApiError with 415 for any other.

    Raises BadInput for more fields than a form may have, before they are taken apart, and for a body without any.
    """
    if request.mimetype != MULTIPART:
        _check_body(whole_body())
    given = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if not given and not request.files and request.content_length:
        raise BadInput("body", request.content_type or "", "has no field in it", "send the fields of the form")
    return given


def allow_other_sites(response: Response) -> Response:
    """Let scripts of any site read what is answered below their path: it is the same for everybody."""
    if request.path.startswith(SCRIPTS):
        response.headers.update(CORS_HEADERS)
    return response


def check_portal(portal_id: int) -> None:
    """Raise ApiError with 403 where a request with a key names another portal than its own."""
    if portal_id != g.portal_id:
        raise ApiError(403, f"portalId: the key is not one of portal {portal_id}; send one of that portal")


def portal_catalogue(portal_id: int) -> Catalogue:
    """Return the definitions of a portal."""
    return load_catalogue(snapshot(), portal_id)


def take_in(portal_id: int, submission: Submission) -> None:
    """Store a submission whole, or not at all; one that has counted already is fine."""
    for _ in range(ATTEMPTS):
        try:
            return write_for(portal_id, lambda session: submit(session, portal_id, submission))
        except AlreadySubmitted:
            return None
        except (ContactExists, TokenTaken):
            continue
    raise ApiError(503, "The service is too busy: send the form again", {"Retry-After": "1"})


def _check_body(body: bytes) -> None:
    if body and request.mimetype not in FORM_TYPES:
        remedy = "send application/x-www-form-urlencoded or multipart/form-data"
        raise ApiError(415, f"Content-Type: {shown(request.mimetype)} is no form; {remedy}")
    if (separators := body.count(b"&")) > MAX_SEPARATORS:
        raise BadInput("fields", separators + 1, "are too many", f"send at most {MAX_FIELDS} fields")


def _limit_rate() -> None:
    """Count what is sent; a browser's question beforehand, whether it may, sends nothing."""
    if request.method == "OPTIONS":
        return
    enforce_visitor_limit((request.view_args or {}).get("portal_id", 0))
