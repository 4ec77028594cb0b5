"""Who is let in to the page, for how long, and what other sites cannot do in somebody's name."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from records.models import ApiKey, PageSession
from records.page_sessions import LIFETIME_MS
from records.session import Database
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.page import PageClient

COOKIE = "contacts-session"


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def is_signed_in(client: FlaskClient) -> bool:
    return 'id="key"' not in client.get("/").get_data(as_text=True)


def test_a_stranger_sees_the_sign_in_form_and_nothing_else(visitor: FlaskClient, ada: int) -> None:
    for path in ("/", f"/contacts/1/contact/{ada}", "/search?q=ada"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert 'id="key"' in text and "Lovelace" not in text


def test_every_route_of_the_page_but_signing_in_and_its_assets_needs_a_session(
    app: Flask, visitor: FlaskClient
) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("page.")]
    for rule in rules:
        path = "".join("1" if argument else text for argument, text in rule._trace).removeprefix("|")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            text = visitor.open(path, method=method).get_data(as_text=True)
            assert ("Sign in" in text) == (rule.endpoint != "page.asset"), (method, rule.rule)
    assert len(rules) > 10


@pytest.mark.parametrize("path", ["/page/typed?q=ada", "/page/news"])
def test_the_script_is_told_that_there_is_no_session(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 401


@pytest.mark.parametrize(
    ("key", "said"), [("", "Enter an API key."), ("00000000-0000-4000-8000-000000000000", "doesn&#39;t exist")]
)
def test_a_key_that_opens_nothing_is_refused(visitor: FlaskClient, key: str, said: str) -> None:
    answer = visitor.post("/page/session", data={"key": key})
    assert answer.status_code == 401
    assert said in answer.get_data(as_text=True)
    assert visitor.get_cookie(COOKIE) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/search?q=ada", "/search?q=ada"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
    ],
)
def test_signing_in_leads_to_the_address_asked_for_but_never_elsewhere(
    visitor: FlaskClient, client: ApiClient, address: str, shown: str
) -> None:
    answer = visitor.post("/page/session", data={"key": f" {client.key} ", "address": address})
    assert (answer.status_code, answer.headers["Location"]) == (303, shown)


def test_the_form_remembers_where_one_wanted_to_go(visitor: FlaskClient) -> None:
    form = visitor.get('/search?q="ada"').get_data(as_text=True)
    assert 'name="address" value="/search?q=&#34;ada&#34;"' in form


@pytest.mark.parametrize(("base", "is_secure"), [("http://localhost", False), ("https://localhost", True)])
def test_the_cookie_is_out_of_reach(app: Flask, client: ApiClient, base: str, is_secure: bool) -> None:
    answer = app.test_client().post("/page/session", base_url=base, data={"key": client.key})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert ("Secure" in cookie) == is_secure
    assert client.key not in cookie


def test_the_records_keep_neither_the_key_nor_what_the_cookie_carries(page: PageClient, database: Database) -> None:
    with database.read() as session:
        [row] = session.execute(select(PageSession)).scalars()
    assert cookie_of(page.client) not in (row.digest, row.key_digest)


def test_a_session_ends_when_its_time_is_over(page: PageClient, clock: MovableClock, database: Database) -> None:
    clock.advance(LIFETIME_MS - 1)
    assert is_signed_in(page.client)
    clock.advance(1)
    assert not is_signed_in(page.client)


def test_signing_in_removes_what_is_over(
    page: PageClient, app: Flask, client: ApiClient, clock: MovableClock, database: Database
) -> None:
    clock.advance(LIFETIME_MS)
    PageClient(app.test_client(), client.key, client.portal_id)
    with database.read() as session:
        assert len(session.execute(select(PageSession)).all()) == 1


def test_signing_out_ends_the_session_wherever_its_cookie_is(page: PageClient, app: Flask) -> None:
    other = app.test_client()
    other.set_cookie(COOKIE, cookie_of(page.client))
    assert is_signed_in(other)
    assert page.client.post("/page/session/end", data={"token": page.token()}).status_code == 303
    assert page.client.get_cookie(COOKIE) is None
    assert not is_signed_in(other)


def test_a_removed_key_ends_its_sessions(page: PageClient, database: Database) -> None:
    database.transact(lambda session: session.execute(delete(ApiKey)))
    assert not is_signed_in(page.client)


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_what_lacks_the_form_token_is_refused_and_changes_nothing(page: PageClient, token: str) -> None:
    answer = page.client.post("/page/session/end", data={"token": token})
    assert answer.status_code == 403
    assert "load it again" in answer.get_data(as_text=True)
    assert is_signed_in(page.client)


def test_another_sessions_token_is_none(page: PageClient, app: Flask, client: ApiClient) -> None:
    other = PageClient(app.test_client(), client.key, client.portal_id)
    assert page.post("/page/session/end", token=other.token()).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
@pytest.mark.parametrize("path", ["/page/session", "/page/session/end"])
def test_another_sites_page_can_send_nothing(page: PageClient, client: ApiClient, path: str, origin: str) -> None:
    form = {"key": client.key, "token": page.token()}
    assert page.client.post(path, data=form, headers={"Origin": origin}).status_code == 403
    assert page.client.post(path, data=form, headers={"Origin": "http://localhost"}).status_code == 303


def test_the_api_takes_no_cookie_and_the_page_no_key(page: PageClient, visitor: FlaskClient, client: ApiClient) -> None:
    assert page.client.get("/contacts/v1/lists").status_code == 401
    answer = visitor.get(f"/?hapikey={client.key}", headers={"Authorization": f"Bearer {client.key}"})
    assert 'id="key"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/page/typed?q=x", "/page/assets/page.js", "/contacts/1/lists/9"])
def test_every_answer_is_fenced_in(page: PageClient, path: str) -> None:
    with page.client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer.headers


def test_nothing_of_the_page_is_kept_by_caches_but_its_assets(page: PageClient) -> None:
    assert page.client.get("/").headers["Cache-Control"] == "no-store"
    with page.client.get("/page/assets/page.css") as answer:
        assert answer.headers["Cache-Control"] == "no-cache" and answer.headers["ETag"]


@pytest.mark.parametrize("name", ["nosuch.js", "..%2fbase.py", "..%2f..%2fapp.py"])
def test_no_other_files_are_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/page/assets/{name}").status_code == 404
