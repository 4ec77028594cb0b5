"""The cookie of a signed-in browser, and the token that its forms carry."""

import hmac

from flask import Response, request

from records.keys import digest
from records.page_sessions import LIFETIME_MS

COOKIE = "contacts-session"


def session_token() -> str:
    """Return what the request's cookie carries, empty where there is none."""
    return request.cookies.get(COOKIE, "")


def set_session(response: Response, token: str) -> None:
    """Give the browser a session: no script can read it, no other site can send it, and TLS keeps it where there is."""
    response.set_cookie(
        COOKIE, token, max_age=LIFETIME_MS // 1_000, httponly=True, samesite="Strict", secure=request.is_secure
    )


def forget_session(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)


def form_token() -> str:
    """Return the token of the session's forms. It follows from the cookie's secret, which other sites cannot read."""
    return digest(f"form {session_token()}") if session_token() else ""


def is_form_token(token: str) -> bool:
    """Tell whether a token is that of the session's forms."""
    return bool(token) and hmac.compare_digest(token.encode(), form_token().encode())
