"""Signing in with an API key, and signing out."""

from flask import Response, make_response, redirect, request

from records.page_sessions import end_session, open_session
from service.auth import UNKNOWN_KEY
from service.page.base import ask_to_sign_in, blueprint, without_session
from service.page.cookies import forget_session, session_token, set_session
from service.transactions import end_snapshot, runtime


@blueprint.post("/page/session")
@without_session
def sign_in() -> Response:
    """Open a session with the key in the form and go on to the address in it."""
    key = request.form.get("key", "").strip()
    address = _own_address(request.form.get("address", ""))
    end_snapshot()
    token = runtime().database.transact(lambda session: open_session(session, key))
    if token is None:
        return ask_to_sign_in(UNKNOWN_KEY if key else "Enter an API key.", address)
    response = make_response(redirect(address, 303))
    set_session(response, token)
    return response


@blueprint.post("/page/session/end")
def sign_out() -> Response:
    """End the session, here and in the records."""
    token = session_token()
    end_snapshot()
    runtime().database.transact(lambda session: end_session(session, token))
    response = make_response(redirect("/", 303))
    forget_session(response)
    return response


def _own_address(address: str) -> str:
    """Return the address if it is a path of this service, else the page's own: browsers read // as another host."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and address.isprintable() else "/"
