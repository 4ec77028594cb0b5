"""Which portal a request speaks for: the key says it, in any of the ways that clients send one (contract S0.5).

A `portalId` beside the key is never looked at: the key alone decides.
"""

from flask import g, request

from records import keys
from service.refusals import ApiError
from service.transactions import snapshot

HEADERS = {"x-hubspot-auth-failure": "401 Unauthorized", "WWW-Authenticate": "Bearer"}
NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports both API Key and OAuth 2.0 authentication: "
    "send ?hapikey=KEY or the header Authorization: Bearer KEY"
)
UNKNOWN_KEY = "This hapikey doesn't exist."
UNKNOWN_TOKEN = "This oauth-token doesn't exist."


def authenticate() -> None:
    """Set `g.portal_id` to the portal of the request's key; raises ApiError with 401.

    Where several are sent, the Authorization header goes before access_token, and that before hapikey.
    """
    token = _bearer() or request.args.get("access_token", "")
    key = token or request.args.get("hapikey", "")
    if not key:
        raise _refused(NO_CREDENTIALS)
    portal_id = keys.find_portal(snapshot(), key)
    if portal_id is None:
        raise _refused(UNKNOWN_TOKEN if token else UNKNOWN_KEY)
    g.portal_id = portal_id


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refused(message: str) -> ApiError:
    return ApiError(401, message, HEADERS, category="INVALID_AUTHENTICATION")
