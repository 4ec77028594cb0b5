"""The page's stream: it tells joins and leaves as they happen, to those who are signed in and no longer."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient
from tests.support.page import PageClient
from tests.support.people import is_


@contextmanager
def following(client: FlaskClient) -> Iterator[Iterator[str]]:
    """Open the stream and yield its blocks; the first one has been read."""
    answer = client.get("/page/stream", buffered=False)
    assert answer.status_code == 200 and answer.mimetype == "text/event-stream"
    blocks = (block.decode() for block in answer.iter_encoded())
    assert "event: BEGIN" in next(blocks)
    yield blocks
    answer.close()


def a_member(client: ApiClient, runtime: Runtime, name: str) -> int:
    """Create a contact that joins the list of leads, and wait until it has."""
    vid = client.create(firstname=name, lifecyclestage="lead")
    tasks.settle(runtime)
    return vid


def test_joins_of_the_portal_are_told_as_they_happen(
    page: PageClient, client: ApiClient, stranger: ApiClient, runtime: Runtime
) -> None:
    for portal in (client, stranger):
        body = {"name": "Leads", "dynamic": True, "filters": [[is_("lifecyclestage", "EQ", "lead")]]}
        portal.post("/contacts/v1/lists", body)
    with following(page.client) as told:
        a_member(stranger, runtime, "Stranger")
        vid = a_member(client, runtime, "Ada")
        block = next(told)
    assert "event: JOIN" in block and f'"vid":{vid},' in block and '"seq":1,' in block


def test_the_stream_ends_with_the_session(page: PageClient, client: ApiClient, runtime: Runtime) -> None:
    client.post(
        "/contacts/v1/lists", {"name": "Leads", "dynamic": True, "filters": [[is_("lifecyclestage", "EQ", "lead")]]}
    )
    with following(page.client) as told:
        page.client.post("/page/session/end", data={"token": page.token()})
        a_member(client, runtime, "Ada")
        assert list(told) == []


def test_a_stranger_can_follow_nothing(visitor: FlaskClient) -> None:
    assert visitor.get("/page/stream").status_code == 401
