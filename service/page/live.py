"""What keeps the page up to date: the two columns as they are now, and a stream that tells when to ask for them."""

from collections.abc import Iterable, Iterator

from flask import Response, render_template

from records.feed_reading import Wanted
from records.page_sessions import find_session
from records.session import Database
from service.page.base import blueprint
from service.page.cookies import session_token
from service.page.frame import lists_beside, moves_beside
from service.streams import stream
from service.transactions import runtime


@blueprint.get("/page/news")
def news() -> str:
    """Show the two columns anew."""
    return render_template("news.html", **lists_beside(), **moves_beside())


@blueprint.get("/page/stream")
def follow() -> Response:
    """Tell joins and leaves as they happen, in the API's own stream, until the session ends."""
    response = stream(Wanted(), None)
    response.response = _while_signed_in(response.iter_encoded(), runtime().database, session_token())
    return response


def _while_signed_in(told: Iterable[bytes], database: Database, token: str) -> Iterator[bytes]:
    for block in told:
        with database.read() as session:
            if find_session(session, token) is None:
                return
        yield block
