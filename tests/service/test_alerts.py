"""The feed through the HTTP door: pages, lines, cursors, timelines and streams, and what is refused."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import tasks
from indexer.runtime import Runtime
from service import streaming
from service.streaming import EXTENSION, Hub
from tests.support.api import ApiClient
from tests.support.people import is_

EVENTS = "/alerts/v1/events"
LEADS = is_("lifecyclestage", "EQ", "lead")


@pytest.fixture
def settle(runtime: Runtime) -> Callable[[], None]:
    """Does all background work that is due."""
    return lambda: tasks.settle(runtime)


@pytest.fixture
def moved(client: ApiClient, settle: Callable[[], None]) -> tuple[int, list[int]]:
    """A list of leads that three contacts joined and the first of them left: its id and their vids."""
    list_id = client.post("/contacts/v1/lists", {"name": "Leads", "dynamic": True, "filters": [[LEADS]]})["listId"]
    settle()
    vids = [client.create(lifecyclestage="lead") for _ in range(3)]
    settle()
    client.update(vids[0], lifecyclestage="customer")
    settle()
    return list_id, vids


def test_the_feed_is_paged_by_number(client: ApiClient, moved: tuple[int, list[int]]) -> None:
    list_id, vids = moved
    first = client.get(EVENTS, limit=3)
    assert [(event["seq"], event["type"], event["vid"]) for event in first["events"]] == [
        (number, "JOIN", vid) for number, vid in enumerate(vids, 1)
    ]
    assert (first["hasMore"], first["after"]) == (True, 3)
    rest = client.get(EVENTS, after=first["after"])
    assert [(event["seq"], event["type"]) for event in rest["events"]] == [(4, "LEAVE")]
    assert (rest["hasMore"], rest["after"]) == (False, 4)
    assert client.get(EVENTS, listId=list_id, type="leave")["events"] == rest["events"]
    assert client.get(EVENTS, listId=list_id + 1) == {"events": [], "hasMore": False, "after": 4}
    assert client.get(f"/alerts/v1/lists/{list_id}/events") == client.get(EVENTS, listId=list_id)


@pytest.mark.parametrize(
    "options", [{"headers": {"Accept": "application/x-ndjson"}}, {"query_string": {"format": "NDJSON"}}]
)
def test_the_feed_comes_as_lines_too(client: ApiClient, moved: Any, options: dict[str, Any]) -> None:
    answer = client.raw("GET", EVENTS, **options)
    assert answer.content_type == "application/x-ndjson"
    assert [json.loads(line) for line in answer.data.splitlines()] == client.get(EVENTS)["events"]
    assert (answer.headers["X-Feed-After"], answer.headers["X-Feed-More"]) == ("4", "false")


def test_a_contact_has_a_timeline_even_after_it_is_gone(client: ApiClient, moved: tuple[int, list[int]]) -> None:
    list_id, vids = moved
    client.delete(f"/contacts/v1/contact/vid/{vids[1]}")
    told = client.get(f"/alerts/v1/contacts/{vids[1]}/events")["events"]
    assert [(event["type"], event["listId"], event["reason"]["kind"]) for event in told] == [
        ("JOIN", list_id, "CONTACT_CHANGE"),
        ("LEAVE", list_id, "CONTACT_DELETED"),
    ]
    client.get("/alerts/v1/contacts/999/events", 404)


def test_a_snapshot_is_the_same_on_every_page(client: ApiClient, moved: Any, settle: Callable[[], None]) -> None:
    list_id, vids = moved
    address = f"/alerts/v1/lists/{list_id}/snapshot"
    first = client.get(address, count=1)
    assert first == {"listId": list_id, "seq": 4, "vids": [vids[1]], "vidOffset": vids[1], "hasMore": True}
    client.update(vids[2], lifecyclestage="customer")
    client.create(lifecyclestage="lead")
    settle()
    rest = client.get(address, seq=4, vidOffset=first["vidOffset"])
    assert (rest["vids"], rest["hasMore"]) == ([vids[2]], False)
    assert client.get(address, seq=2)["vids"] == vids[:2]


def test_who_left_and_came_back_since_is_in_a_snapshot_once(
    client: ApiClient, moved: Any, settle: Callable[[], None]
) -> None:
    list_id, vids = moved
    for stage in ("customer", "lead"):
        client.update(vids[1], lifecyclestage=stage)
        settle()
    assert client.get(f"/alerts/v1/lists/{list_id}/snapshot", seq=4)["vids"] == vids[1:]


def test_a_cursor_keeps_a_readers_place(client: ApiClient, stranger: ApiClient, moved: Any) -> None:
    assert client.put("/alerts/v1/consumers/mail", {"after": 3})["behind"] == 1
    assert [event["seq"] for event in client.get(EVENTS, consumer="mail")["events"]] == [4]
    client.put("/alerts/v1/consumers/mail", {"after": 4})
    assert client.get("/alerts/v1/consumers/mail")["after"] == 4
    assert [row["name"] for row in client.get("/alerts/v1/consumers")["consumers"]] == ["mail"]
    stranger.get("/alerts/v1/consumers/mail", 404)
    stranger.delete("/alerts/v1/consumers/mail", 404)
    client.delete("/alerts/v1/consumers/mail", 204)
    client.get("/alerts/v1/consumers/mail", 404)


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        (EVENTS, {"after": 5}, 400, "after: 5 lies beyond the feed's last number 4"),
        (EVENTS, {"after": "x"}, 400, "after: 'x' is not a whole number"),
        (EVENTS, {"type": "MOVE"}, 400, "type: 'MOVE' is not known; send one of JOIN, LEAVE"),
        (EVENTS, {"format": "xml"}, 400, "format: 'xml' is not known"),
        (EVENTS, {"consumer": "nobody"}, 404, "Couldn't find a consumer with the given name 'nobody'"),
        (EVENTS, {"consumer": "a", "after": 1}, 400, "consumer, after: both say where to begin"),
        ("/alerts/v1/lists/9/events", {}, 404, "Couldn't find a List with the given id '9'."),
        ("/alerts/v1/lists/9/snapshot", {}, 404, "Couldn't find a List with the given id '9'."),
        ("/alerts/v1/lists/1/snapshot", {"seq": 5}, 400, "lies beyond the feed's last number 4"),
        ("/alerts/v1/lists/1/snapshot", {"seq": 1, "at": 1}, 400, "seq, at: both say which moment is meant"),
        ("/alerts/v1/stream", {"after": 99}, 400, "after: 99 lies beyond the feed's last number 4"),
        ("/alerts/v1/stream", {"listId": 9}, 404, "Couldn't find a List with the given id '9'."),
    ],
)
def test_what_cannot_be_read_is_refused(
    client: ApiClient, moved: Any, path: str, query: dict[str, Any], status: int, words: str
) -> None:
    assert words in client.get(path, status, **query)["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "after: is missing"),
        ({"after": -1}, "after: -1 is not a whole number"),
        ({"after": 5}, "after: 5 lies beyond"),
    ],
)
def test_a_cursor_that_leads_nowhere_is_refused(client: ApiClient, moved: Any, body: Any, words: str) -> None:
    assert words in client.put("/alerts/v1/consumers/mail", body, 400)["message"]
    client.get("/alerts/v1/consumers/mail", 404)


def test_a_number_of_another_portals_feed_is_refused(client: ApiClient, stranger: ApiClient, moved: Any) -> None:
    for path in (EVENTS, "/alerts/v1/stream"):
        assert "beyond the feed's last number 0" in stranger.get(path, 400, after=4)["message"]
    assert "beyond" in stranger.put("/alerts/v1/consumers/mail", {"after": 4}, 400)["message"]
    assert stranger.get(EVENTS)["events"] == []


def blocks(answer: Iterator[bytes], count: int) -> list[dict[str, str]]:
    """Return so many blocks of a stream, each field -> value."""
    text = (next(answer).decode() for _ in range(count))
    return [dict(line.split(": ", 1) for line in block.strip().split("\n")) for block in text]


def test_a_stream_replays_and_then_follows(client: ApiClient, moved: Any, settle: Callable[[], None]) -> None:
    list_id, vids = moved
    answer = client.raw("GET", "/alerts/v1/stream", query_string={"listId": list_id}, headers={"Last-Event-ID": "3"})
    assert answer.mimetype == "text/event-stream"
    begin, leave = blocks(answer.iter_encoded(), 2)
    assert (begin["event"], begin["id"]) == ("BEGIN", "3")
    assert (leave["event"], leave["id"], json.loads(leave["data"])["vid"]) == ("LEAVE", "4", vids[0])
    client.create(lifecyclestage="lead")
    settle()
    [join] = blocks(answer.iter_encoded(), 1)
    assert (join["event"], join["id"]) == ("JOIN", "5")
    answer.close()


def test_a_stream_beats_while_nothing_happens(client: ApiClient, moved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
    answer = client.raw("GET", "/alerts/v1/stream")
    assert [block["event"] for block in blocks(answer.iter_encoded(), 2)] == ["BEGIN", "BEAT"]
    answer.close()


def test_more_clients_than_a_process_takes_are_told_so(
    client: ApiClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MAX_CLIENTS", 1)
    first = client.raw("GET", "/alerts/v1/stream")
    refused = client.raw("GET", "/alerts/v1/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "follow this process already" in refused.get_json()["message"]
    first.close()
    second = client.raw("GET", "/alerts/v1/stream")
    assert second.status_code == 200
    second.close()


def test_a_stream_ends_with_its_process(client: ApiClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    monkeypatch.setitem(app.extensions, EXTENSION, hub)
    hub.stopping = lambda: True
    answer = client.raw("GET", "/alerts/v1/stream")
    assert len(list(answer.iter_encoded())) <= 1
    answer.close()


@pytest.mark.parametrize("sent", ["x", "-1", "99999999999999999999"])
def test_a_stream_cannot_begin_after_what_is_no_number(client: ApiClient, sent: str) -> None:
    answer = client.raw("GET", "/alerts/v1/stream", headers={"Last-Event-ID": sent})
    assert answer.status_code == 400
    assert "Last-Event-ID" in answer.get_json()["message"]


@pytest.mark.parametrize("path", ["events", "stream", "consumers", "lists/1/snapshot", "contacts/1/events"])
def test_nothing_is_told_without_a_key(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(f"/alerts/v1/{path}").status_code == 401
