"""What every request meets before its view: path, key, body and limits; and the shape of every refusal."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.runtime import Runtime
from indexer.settings import SettingError, read_settings
from service.app import create_app
from service.paths import tidy
from tests.support.api import ApiClient

CREATE = "/contacts/v1/contact"
STATISTICS = "/contacts/v1/contacts/statistics"
BODY = b'{"properties": [{"property": "firstname", "value": "Ada"}]}'


def assert_envelope(answer: Any, status: int) -> dict[str, Any]:
    """Assert that an answer is an error in the envelope, and return its body."""
    assert answer.status_code == status, answer.data
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    body: dict[str, Any] = answer.get_json()
    assert body["status"] == "error" and body["message"]
    uuid.UUID(body["correlationId"])
    assert len(body["requestId"]) == 32 and int(body["requestId"], 16) >= 0
    return body


@pytest.mark.parametrize(
    ("path", "tidied"),
    [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("/a/b/", "/a/b"),
        ("//a///b//", "/a/b"),
        ("/a/b+c@d.e", "/a/b+c@d.e"),
    ],
)
def test_paths_are_tidied(path: str, tidied: str) -> None:
    assert tidy(path) == tidied


@pytest.mark.parametrize(
    "path",
    [
        "/contacts/v1/contact/email/ada+tag@example.com/profile",
        "/contacts/v1/contact/email/ada+tag@example.com/profile/",
        "/contacts/v1/contact/email/ada%2Btag%40example.com/profile",
        "/contacts/v1/contact/email/ADA%2btag@example%2Ecom/profile?",
    ],
)
def test_loosely_written_paths_reach_their_contact(client: ApiClient, path: str) -> None:
    vid = client.create(email="ada+tag@example.com")
    assert client.raw("GET", path).get_json()["vid"] == vid


def test_doubled_slashes_mean_one(client: ApiClient) -> None:
    path = "//contacts/v1//contacts/statistics//"
    assert client.raw("GET", "/", environ_overrides={"PATH_INFO": path}).get_json()["contacts"] == 0


def test_an_email_may_hold_a_slash(client: ApiClient) -> None:
    vid = client.create(email="a/b@example.com")
    assert client.get("/contacts/v1/contact/email/a%2Fb@example.com/profile")["vid"] == vid


@pytest.mark.parametrize("name", ["hapikey", "access_token"])
def test_a_key_may_come_in_the_query(visitor: FlaskClient, client: ApiClient, name: str) -> None:
    assert visitor.get(STATISTICS, query_string={name: client.key}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER   {}"])
def test_a_key_may_come_in_the_header(visitor: FlaskClient, client: ApiClient, header: str) -> None:
    assert visitor.get(STATISTICS, headers={"Authorization": header.format(client.key)}).status_code == 200


def test_the_header_goes_before_the_query(client: ApiClient, stranger: ApiClient) -> None:
    stranger.create(firstname="x")
    answer = client.raw("GET", STATISTICS, query_string={"hapikey": stranger.key})
    assert answer.get_json()["contacts"] == 0


@pytest.mark.parametrize("portal_id", ["62515", "abc", ""])
def test_a_portal_id_beside_the_key_is_ignored(client: ApiClient, portal_id: str) -> None:
    client.get(STATISTICS, portalId=portal_id)


@pytest.mark.parametrize(
    ("query", "header", "message"),
    [
        ({}, None, "Authentication credentials not found."),
        ({"hapikey": ""}, None, "Authentication credentials not found."),
        ({}, "Basic YTpi", "Authentication credentials not found."),
        ({}, "Bearer", "Authentication credentials not found."),
        ({"hapikey": "demo"}, None, "This hapikey doesn't exist."),
        ({"hapikey": "a\0b"}, None, "This hapikey doesn't exist."),
        ({"access_token": "x"}, None, "This oauth-token doesn't exist."),
        ({}, "Bearer x", "This oauth-token doesn't exist."),
    ],
)
def test_without_a_good_key_the_answer_is_401(
    visitor: FlaskClient, query: dict[str, str], header: str | None, message: str
) -> None:
    answer = visitor.get(STATISTICS, query_string=query, headers={"Authorization": header} if header else {})
    body = assert_envelope(answer, 401)
    assert body["message"].startswith(message) and body["category"] == "INVALID_AUTHENTICATION"
    assert answer.headers["x-hubspot-auth-failure"] == "401 Unauthorized"


def test_every_route_but_the_public_pages_needs_a_key(app: Flask, visitor: FlaskClient) -> None:
    public = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/start.js", "/docs/<name>"}
    public |= {
        "/",
        "/uploads/form/v2/<id('portalId'):portal_id>/<guid>",
        "/submissions/v3/integration/submit/<id('portalId'):portal_id>/<guid>",
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("page."):  # what people need is a session (tests/service/page)
            continue
        path = "".join("1" if argument else text for argument, text in rule._trace).removeprefix("|")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            status = visitor.open(path, method=method).status_code
            assert (status != 401) == (rule.rule in public), (method, rule.rule, status)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json", "application/octet-stream", "x"])
def test_a_body_reads_as_json_whatever_its_label(client: ApiClient, content_type: str | None) -> None:
    assert client.raw("POST", CREATE, data=BODY, content_type=content_type).status_code == 200


def test_a_byte_order_mark_is_passed_over(client: ApiClient) -> None:
    assert client.raw("POST", CREATE, data=b"\xef\xbb\xbf" + BODY).status_code == 200


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_forms_are_refused_with_415(client: ApiClient, content_type: str) -> None:
    body = assert_envelope(client.raw("POST", CREATE, data=BODY, content_type=content_type), 415)
    assert body["message"].startswith("Content-Type: '") and "send JSON" in body["message"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "body: it is empty; send JSON"),
        (b" \n", "body: it is empty; send JSON"),
        (b'{"properties": [', "body: malformed JSON at line 1, column 17"),
        (b"{'properties': []}", "body: malformed JSON at line 1, column 2"),
        (b'{"a": NaN}', "body: malformed JSON at line 1, column 7"),
        (b"\xff\xfe{}", "body: byte 0 is not UTF-8"),
        ('{"properties": "Zoë"}'.encode("latin-1"), "body: byte 18 is not UTF-8"),
        (b"[" * 100_000, "body: malformed JSON"),
        (b"5", "body: is not an object"),
        (b"null", "body: is not an object"),
    ],
)
def test_a_bad_body_is_refused_in_words(client: ApiClient, data: bytes, message: str) -> None:
    body = assert_envelope(client.raw("POST", CREATE, data=data), 400)
    assert body["message"].startswith(message)
    assert client.get(STATISTICS)["contacts"] == 0


def test_a_body_over_10_mb_is_refused_with_413(client: ApiClient) -> None:
    body = assert_envelope(client.raw("POST", CREATE, data=BODY + b" " * 10 * 1024 * 1024), 413)
    assert body["message"].startswith("The body has more than 10 MB")


def test_a_body_of_10_mb_is_read(client: ApiClient) -> None:
    padding = b" " * (10 * 1024 * 1024 - len(BODY))
    assert client.raw("POST", CREATE, data=BODY + padding).status_code == 200


def test_a_path_that_is_nowhere_answers_404(visitor: FlaskClient) -> None:
    answer = visitor.get("/contacts/v1/nowhere")
    assert assert_envelope(answer, 404)["message"] == "resource not found"
    assert "X-HubSpot-NotFound" not in answer.headers


def test_a_wrong_method_answers_405_and_the_right_ones(client: ApiClient) -> None:
    answer = client.raw("PUT", CREATE)
    assert "POST" in assert_envelope(answer, 405)["message"] and "POST" in answer.headers["Allow"]


def test_an_unexpected_failure_answers_500_and_is_logged_with_its_number(
    client: ApiClient, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    vid = client.create(firstname="Ada")
    with runtime.database.write() as session:
        session.connection().exec_driver_sql("UPDATE contact SET origin = '[]'")
    body = assert_envelope(client.raw("GET", f"/contacts/v1/contact/vid/{vid}/profile"), 500)
    logged = capsys.readouterr().err
    assert body["correlationId"] in logged and "IndexError" in logged


def test_a_broken_database_answers_503(client: ApiClient, runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE identity")
    body = assert_envelope(
        client.raw("POST", CREATE, json={"properties": [{"property": "email", "value": "a@b.cd"}]}), 503
    )
    assert body["message"].startswith("The database cannot be reached")


def limited(runtime: Runtime, client: ApiClient, **changes: Any) -> ApiClient:
    """Return a client of the same portal of a service with limits."""
    parts = Runtime(replace(runtime.settings, **changes), runtime.database, runtime.engine, runtime.jobs)
    return ApiClient(create_app(parts).test_client(), client.key, client.portal_id)


def test_without_limits_no_rate_headers_are_sent(client: ApiClient) -> None:
    assert not [name for name in client.raw("GET", STATISTICS).headers.keys() if "ratelimit" in name.lower()]


@pytest.mark.parametrize(
    ("rates", "name", "policy"),
    [({"rate_daily": 2}, "Daily", "DAILY"), ({"rate_secondly": 2, "rate_daily": 9}, "Secondly", "SECONDLY")],
)
def test_beyond_a_limit_the_answer_is_429(
    runtime: Runtime, client: ApiClient, rates: dict[str, int], name: str, policy: str
) -> None:
    busy = limited(runtime, client, **rates)
    answers = [busy.raw("GET", STATISTICS) for _ in range(3)]
    if policy == "SECONDLY" and answers[2].status_code == 200:  # a new second had begun
        answers = [busy.raw("GET", STATISTICS) for _ in range(3)]
    body = assert_envelope(answers[2], 429)
    assert body["message"] == f"You have reached your {name.lower()} limit."
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", policy)
    assert answers[0].headers[f"X-HubSpot-RateLimit-{name}"] == "2"
    assert answers[2].headers[f"X-HubSpot-RateLimit-{name}-Remaining"] == "0"


def test_limits_count_each_portal_alone(runtime: Runtime, client: ApiClient, stranger: ApiClient) -> None:
    busy = limited(runtime, client, rate_daily=1)
    busy.get(STATISTICS)
    busy.get(STATISTICS, 429)
    assert ApiClient(busy.client, stranger.key, stranger.portal_id).get(STATISTICS)["contacts"] == 0


@pytest.mark.parametrize(("proxies", "second"), [("0", 429), ("1", 404)])
def test_only_a_proxy_that_is_told_of_names_the_addresses_of_visitors(
    runtime: Runtime, client: ApiClient, proxies: str, second: int
) -> None:
    told = read_settings({"CONTACTS_PROXIES": proxies, "CONTACTS_RATE_FORMS": "1"})
    behind = limited(runtime, client, proxies=told.proxies, rate_forms=told.rate_forms)
    path = f"/uploads/form/v2/{client.portal_id}/none"
    answers = [behind.client.post(path, headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in (1, 2)]
    assert [answer.status_code for answer in answers] == [404, second]


@pytest.mark.parametrize("name", ["CONTACTS_PROXIES", "CONTACTS_RATE_FORMS"])
def test_a_wrong_setting_of_forms_is_named(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_settings({name: "many"})
