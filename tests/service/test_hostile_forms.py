"""What strangers may send where no key is asked for: each has a short answer, and nothing of it does harm."""

import io
import json
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.api import ApiClient

TOKEN = "0123456789abcdef0123456789abcdef"
FORM_TYPE = "application/x-www-form-urlencoded"
DIRECTOR = "/?app=leaddirector&FormName=x"


@pytest.fixture
def guid(client: ApiClient, visitor: FlaskClient) -> str:
    """The guid of a form, which is sent from an address that is no one else's."""
    visitor.environ_base["REMOTE_ADDR"] = str(uuid.uuid4())
    fields = [{"name": "email"}, {"name": "annualrevenue"}]
    return str(client.post("/forms/v2/forms", {"name": "Trial", "fields": fields})["guid"])


@pytest.fixture
def upload(client: ApiClient, guid: str) -> str:
    """The path of the form in version 2."""
    return f"/uploads/form/v2/{client.portal_id}/{guid}"


@pytest.fixture
def script(client: ApiClient, guid: str) -> str:
    """The path of the form in version 3."""
    return f"/submissions/v3/integration/submit/{client.portal_id}/{guid}"


def sent(client: ApiClient, guid: str) -> Any:
    """Return what was sent through a form."""
    return client.get(f"/form-integrations/v1/submissions/forms/{guid}")["results"]


def chunked(visitor: FlaskClient, path: str, body: bytes, mimetype: str) -> TestResponse:
    """Send a body whose length is not told."""
    headers = {"Transfer-Encoding": "chunked", "Content-Type": mimetype}
    told = {"wsgi.input_terminated": True}
    return visitor.post(path, input_stream=io.BytesIO(body), headers=headers, environ_overrides=told)


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example:99999/",
        "http://shop.example:http/",
        f"http://{'a' * 64}.example/",
        "http://a..example/",
        "http://[::1",
        "http:///thanks",
        "http:thanks",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_none(
    client: ApiClient, visitor: FlaskClient, upload: str, guid: str, address: str
) -> None:
    context = json.dumps({"redirectUrl": address})
    assert visitor.post(upload, data={"email": "ada@example.com", "hs_context": context}).status_code == 204
    client.put(f"/forms/v2/forms/{guid}", {"redirect": address})
    assert visitor.post(upload, data={"email": "ada@example.com"}).status_code == 204
    assert len(sent(client, guid)) == 2


@pytest.mark.parametrize(
    "context",
    [
        {"ipAddress": "fe80::1%a\0b"},
        {"ipAddress": f"fe80::1%{'a' * 5_000}"},
        {"pageUrl": "http://a.example/?utm_source=%00&utm_campaign=a%00b"},
        {"pageUrl": "http://a.example:99999/", "referrer": "http://[bad"},
    ],
)
def test_a_context_writes_nothing_that_cannot_be_stored(
    client: ApiClient, visitor: FlaskClient, upload: str, context: Any
) -> None:
    given = {"email": "ada@example.com", "hs_context": json.dumps({"hutk": TOKEN, **context})}
    assert visitor.post(upload, data=given).status_code == 204
    properties = client.get("/contacts/v1/contact/email/ada@example.com/profile")["properties"]
    assert all("\0" not in each["value"] and len(each["value"]) <= 2_000 for each in properties.values())


@pytest.mark.parametrize("number", ["nan", "inf", "1_000", "１２", "1e301"])
def test_a_number_is_checked_as_properties_are(
    client: ApiClient, visitor: FlaskClient, script: str, guid: str, number: str
) -> None:
    answer = visitor.post(script, json={"fields": [{"name": "annualrevenue", "value": number}]})
    assert [error["errorType"] for error in answer.get_json()["errors"]] == ["INVALID_NUMBER"]
    assert sent(client, guid) == []


@pytest.mark.parametrize("field", ["{}", "1", '{"name":"a"}'])
def test_a_script_that_sends_very_many_fields_hears_little(visitor: FlaskClient, script: str, field: str) -> None:
    body = f'{{"fields":[{",".join([field] * (1_900_000 // (len(field) + 1)))}]}}'
    answer = visitor.post(script, data=body, content_type="application/json")
    assert answer.status_code == 400 and len(answer.data) < 100_000


def test_a_script_that_sends_very_many_consents_hears_little(visitor: FlaskClient, script: str) -> None:
    consent = {"consentToProcess": True, "text": "Yes", "communications": [{}] * 400_000}
    answer = visitor.post(script, json={"fields": [], "legalConsentOptions": {"consent": consent}})
    assert [error["errorType"] for error in answer.get_json()["errors"]] == ["INVALID_LEGAL_OPTION_FORMAT"]


@pytest.mark.parametrize("body", ["a&" * 1_000_000, "a=b&" * 500_000])
def test_a_form_of_very_many_fields_is_refused(visitor: FlaskClient, upload: str, body: str) -> None:
    answer = visitor.post(upload, data=body, content_type=FORM_TYPE)
    assert answer.status_code == 400 and "at most 1000" in answer.get_json()["message"]


def test_a_body_whose_length_is_not_told_is_read_like_any_other(
    client: ApiClient, visitor: FlaskClient, upload: str, guid: str
) -> None:
    whole = b"email=ada@example.com"
    assert chunked(visitor, upload, b"{}", "application/json").status_code == 415
    assert chunked(visitor, upload, whole + b"&city=" + b"x" * 3_000_000, FORM_TYPE).status_code == 413
    assert sent(client, guid) == []
    assert chunked(visitor, upload, whole, FORM_TYPE).status_code == 204
    assert len(sent(client, guid)) == 1


@pytest.mark.parametrize("mimetype", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_parts_that_cannot_be_told_apart_are_refused(
    client: ApiClient, visitor: FlaskClient, upload: str, guid: str, mimetype: str
) -> None:
    answer = visitor.post(upload, data=b"email=ada@example.com", content_type=mimetype)
    assert answer.status_code == 400 and mimetype in answer.get_json()["message"]
    assert sent(client, guid) == []


def test_questions_whether_a_script_may_send_are_not_counted(visitor: FlaskClient, script: str) -> None:
    for _ in range(60):
        assert visitor.options(script).status_code == 200
    assert visitor.post(script, json={"fields": []}).status_code == 200


def test_keys_that_come_with_a_lead_are_not_kept(client: ApiClient, visitor: FlaskClient) -> None:
    path = f"{DIRECTOR}&portalId=&hapikey=secret&access_token=secret"
    assert visitor.post(path, data={"Email": "ada@example.com"}).status_code == 200
    [conversion] = client.get("/contacts/v1/contact/email/ada@example.com/profile")["form-submissions"]
    [submission] = sent(client, conversion["form-id"])
    assert submission["values"] == [{"name": "Email", "value": "ada@example.com"}]


@pytest.mark.parametrize("name", ["%20", "%00"])
def test_a_lead_of_a_form_without_a_name_is_refused(visitor: FlaskClient, guid: str, name: str) -> None:
    answer = visitor.post(f"/?app=leaddirector&FormName={name}", data={"Email": "ada@example.com"})
    assert answer.status_code == 400 and "FormName" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/forms/v2/forms/%00",
        "/form-integrations/v1/submissions/forms/a%00",
        "/contacts/v1/contact/utk/%00/profile",
        "/leads/v1/lead/%00",
    ],
)
def test_nothing_has_a_name_that_holds_nul(client: ApiClient, path: str) -> None:
    assert client.get(path, 404)["status"] == "error"


def test_a_form_whose_guid_holds_nul_is_none(client: ApiClient, visitor: FlaskClient, guid: str) -> None:
    answer = visitor.post(f"/uploads/form/v2/{client.portal_id}/{guid}%00", data={"email": "ada@example.com"})
    assert answer.status_code == 404


@pytest.mark.parametrize("query", ["email=%00", "conversionEventGuid=a%00", "userToken=%00"])
def test_a_lead_is_looked_for_without_nul(client: ApiClient, query: str) -> None:
    assert query.partition("=")[0] in client.get(f"/leads/v1/lead?{query}", 400)["message"]
