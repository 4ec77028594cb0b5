"""Filled-in forms in JSON (version 3 of the submit API): its answers, its refusals, and scripts of other sites."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.runtime import Runtime
from service.app import create_app
from tests.support.api import ApiClient
from tests.support.clock import MovableClock

TOKEN = "0123456789abcdef0123456789abcdef"
FIELDS = [
    {"name": "email", "required": True, "validation": {"blockedEmailAddresses": ["@spam.example", "bad@ok.example"]}},
    {"name": "firstname"},
    {"name": "annualrevenue", "validation": {"data": "10:20"}},
    {"name": "numemployees"},
    {"name": "city", "required": True, "enabled": False},
]
EMAIL = {"name": "email", "value": "ada@example.com"}


class Script:
    """Sends forms the way a script in a page does."""

    def __init__(self, client: FlaskClient, portal_id: int, guid: str) -> None:
        """Take the test client without a key, and the portal and form to send to; the address is no one else's."""
        self.client = client
        self.path = f"/submissions/v3/integration/submit/{portal_id}/{guid}"
        self.client.environ_base["REMOTE_ADDR"] = str(uuid.uuid4())

    def send(self, *fields: dict[str, Any], **further: Any) -> TestResponse:
        """Send fields with further keys of the body."""
        return self.client.post(self.path, json={"fields": list(fields), **further})

    def refused(self, *fields: dict[str, Any], **further: Any) -> list[str]:
        """Send what is refused and return the types of its errors."""
        answer = self.send(*fields, **further)
        body = answer.get_json()
        assert answer.status_code == 400 and body["status"] == "error" and body["correlationId"], body
        assert all(error["message"].startswith("Error in '") for error in body["errors"])
        return [error["errorType"] for error in body["errors"]]


@pytest.fixture
def guid(client: ApiClient) -> str:
    """The guid of a form."""
    return str(client.post("/forms/v2/forms", {"name": "Trial", "fields": FIELDS})["guid"])


@pytest.fixture
def script(visitor: FlaskClient, client: ApiClient, guid: str) -> Script:
    """A script that sends the form."""
    return Script(visitor, client.portal_id, guid)


def contact(client: ApiClient, email: str = "ada@example.com") -> Any:
    """Return the profile of the contact that has an e-mail."""
    return client.get(f"/contacts/v1/contact/email/{email}/profile")


def value(profile: Any, name: str) -> Any:
    """Return a value of a profile."""
    return profile["properties"].get(name, {}).get("value")


def test_a_form_is_taken_in_and_thanked_for(client: ApiClient, script: Script) -> None:
    context = {
        "hutk": TOKEN,
        "ipAddress": "2001:db8::1",
        "pageUri": "http://a.example/x",
        "pageName": "X",
        "pageId": "7",
    }
    answer = script.send(EMAIL, {"objectTypeId": "0-1", "name": "firstname", "value": "Ada"}, context=context)
    assert (answer.status_code, answer.get_json()) == (200, {"inlineMessage": "Thanks for submitting the form."})
    profile = contact(client)
    assert [value(profile, name) for name in ("firstname", "ipaddress")] == ["Ada", "2001:db8::1"]
    [submission] = profile["form-submissions"]
    page = {"page-url": "http://a.example/x", "page-title": "X", "page-id": "7"}
    assert page.items() <= submission.items()
    assert client.get(f"/contacts/v1/contact/utk/{TOKEN}/profile")["vid"] == profile["vid"]


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"inlineMessage": "<b>Hello</b>"}, {"inlineMessage": "<b>Hello</b>"}),
        ({"redirect": "http://a.example/"}, {"redirectUri": "http://a.example/"}),
    ],
)
def test_the_form_says_what_is_answered(client: ApiClient, script: Script, guid: str, form: Any, answer: Any) -> None:
    client.put(f"/forms/v2/forms/{guid}", form)
    assert script.send(EMAIL).get_json() == answer


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], ["REQUIRED_FIELD"]),
        ([{"name": "email", "value": " "}], ["REQUIRED_FIELD"]),
        ([{"name": "email", "value": "ada"}], ["INVALID_EMAIL"]),
        ([{"name": "email", "value": "a@spam.example"}], ["BLOCKED_EMAIL"]),
        ([{"name": "email", "value": "BAD@ok.example"}], ["BLOCKED_EMAIL"]),
        ([EMAIL, {"name": "annualrevenue", "value": "much"}], ["INVALID_NUMBER"]),
        ([EMAIL, {"name": "annualrevenue", "value": 21}], ["NUMBER_OUT_OF_RANGE"]),
        ([EMAIL, {"name": "numemployees", "value": "three"}], ["VALUE_NOT_IN_FIELD_DEFINITION"]),
        ([EMAIL, {"name": "state", "value": "NSW"}], ["FIELD_NOT_IN_FORM_DEFINITION"]),
        ([EMAIL, {"name": "firstname", "value": "x" * 1_048_576}], ["INPUT_TOO_LARGE"]),
        ([EMAIL, {"name": "x" * 251, "value": "x"}], ["INPUT_TOO_LARGE"]),
        ([EMAIL] * 10_000, ["MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED"]),
        ([{"name": "email", "value": "ada"}, {"name": "state"}], ["INVALID_EMAIL", "FIELD_NOT_IN_FORM_DEFINITION"]),
    ],
)
def test_fields_are_checked_and_nothing_stays(
    client: ApiClient, script: Script, guid: str, fields: Any, expected: list[str]
) -> None:
    assert script.refused(*fields) == expected
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 0
    assert client.get(f"/form-integrations/v1/submissions/forms/{guid}")["results"] == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"hutk": "forged"}, "INVALID_HUTK"),
        ({"hutk": 7}, "INVALID_HUTK"),
        ({"ipAddress": "300.1.1.1"}, "INVALID_IP_ADDRESS"),
        ({"pageUri": "x" * 2_001}, "INVALID_PAGE_URI"),
        ({"pageUri": ["x"]}, "INVALID_PAGE_URI"),
        ({"pageName": {"a": 1}}, "INVALID_METADATA"),
        ({"sfdcCampaignId": 7}, "INVALID_METADATA"),
        ({"goToWebinarWebinarKey": "x"}, "INVALID_GOTOWEBINAR_WEBINAR_KEY"),
    ],
)
def test_the_context_is_checked(script: Script, context: Any, expected: str) -> None:
    assert script.refused(EMAIL, context=context) == [expected]


CONSENT = {"consentToProcess": True, "text": "I agree", "communications": [{"value": True, "text": "Yes"}]}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("yes", ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": CONSENT, "legitimateInterest": {"text": "x"}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": "yes"}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"legitimateInterest": {}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
        ({"consent": {**CONSENT, "consentToProcess": None}}, ["MISSING_PROCESSING_CONSENT"]),
        ({"consent": {**CONSENT, "text": ""}}, ["MISSING_PROCESSING_CONSENT_TEXT"]),
        ({"consent": {**CONSENT, "communications": [{}]}}, ["MISSING_COMMUNICATION_CONSENT_TEXT"]),
        ({"consent": {**CONSENT, "communications": "x"}}, ["INVALID_LEGAL_OPTION_FORMAT"]),
    ],
)
def test_consent_is_checked(script: Script, options: Any, expected: list[str]) -> None:
    assert script.refused(EMAIL, legalConsentOptions=options) == expected


@pytest.mark.parametrize(
    "options", [{"consent": CONSENT}, {"legitimateInterest": {"text": "x\0", "communications": 7}}, None]
)
def test_consent_is_taken(script: Script, options: Any) -> None:
    assert script.send(EMAIL, legalConsentOptions=options).status_code == 200


def test_checks_of_the_form_can_be_left_out(client: ApiClient, script: Script) -> None:
    assert script.send(EMAIL, {"name": "state", "value": "NSW"}, skipValidation=True).status_code == 200
    assert value(contact(client), "state") == "NSW"
    assert script.refused({"name": "email", "value": "ada"}, skipValidation=True) == ["INVALID_EMAIL"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "fields"),
        ({"fields": "x"}, "fields"),
        ({"fields": [None]}, "fields[0]"),
        ({"fields": [{"value": "x"}]}, "fields[0].name"),
        ({"fields": [{"name": "email", "value": ["x"]}]}, "fields[0].value"),
        ({"fields": [], "submittedAt": "soon"}, "submittedAt"),
        ({"fields": [], "context": "x"}, "context"),
        ([], "body"),
    ],
)
def test_a_body_of_another_shape_is_refused(script: Script, body: Any, told: str) -> None:
    answer = script.client.post(script.path, json=body)
    assert answer.status_code == 400 and told in answer.get_json()["message"]


def test_a_body_that_is_too_large_is_refused(script: Script) -> None:
    answer = script.send({"name": "firstname", "value": "x" * 2_200_000})
    assert answer.status_code == 413 and "2 MB" in answer.get_json()["message"]


def test_what_arrives_late_leaves_newer_values_alone(client: ApiClient, script: Script, clock: MovableClock) -> None:
    script.send(EMAIL, {"name": "firstname", "value": "Ada"})
    first = int(value(contact(client), "first_conversion_date"))
    clock.advance(60_000)
    script.send(EMAIL, {"name": "firstname", "value": "Augusta"}, submittedAt=str(first + 1_000))
    assert value(contact(client), "firstname") == "Augusta"
    script.send(
        EMAIL, {"name": "firstname", "value": "A."}, {"name": "numemployees", "value": "1-5"}, submittedAt=5_000
    )
    profile = contact(client)
    assert [value(profile, name) for name in ("firstname", "numemployees")] == ["Augusta", "1-5"]
    assert [value(profile, f"{end}_conversion_date") for end in ("first", "recent")] == ["5000", str(first + 1_000)]
    assert [sent["timestamp"] for sent in profile["form-submissions"]] == [first + 1_000, first, 5_000]


def test_of_what_arrives_late_the_newest_counts_whatever_the_order(
    client: ApiClient, script: Script, clock: MovableClock
) -> None:
    script.send(EMAIL)
    moment = clock.advance(60_000)
    for before, name in ((20_000, "Ada"), (10_000, "Augusta"), (15_000, "A.")):
        clock.advance(1)
        script.send(EMAIL, {"name": "firstname", "value": name}, submittedAt=moment - before)
    assert value(contact(client), "firstname") == "Augusta"


def test_no_submission_lies_in_the_future(client: ApiClient, script: Script, clock: MovableClock) -> None:
    script.send(EMAIL, submittedAt=2**62)
    profile = contact(client)
    assert value(profile, "recent_conversion_date") == value(profile, "createdate")


def test_scripts_of_other_sites_may_send_forms(script: Script) -> None:
    asked = {"Origin": "http://shop.example", "Access-Control-Request-Method": "POST"}
    preflight = script.client.options(script.path, headers=asked)
    assert preflight.status_code == 200 and "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (preflight, script.send(EMAIL), script.send()):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_scripts_of_other_sites_may_read_that_they_asked_wrongly(script: Script) -> None:
    nowhere = script.path.replace("/submit/", "/submit/x")
    for answer in (script.client.get(script.path), script.client.post(nowhere, json={"fields": []})):
        assert answer.status_code in (404, 405)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_form_that_another_process_changed_is_taken_as_it_is_now(
    client: ApiClient, runtime: Runtime, script: Script, guid: str
) -> None:
    other = ApiClient(create_app(runtime).test_client(), client.key, client.portal_id)
    assert script.send(EMAIL, {"name": "firstname", "value": "Ada"}).status_code == 200
    path = f"/forms/v2/forms/{guid}"
    for further in ({"inlineMessage": "Welcome"}, {"inlineMessage": "Welcome back"}):
        other.put(path, further)
        assert script.send(EMAIL).get_json() == further
    shoe = {"name": "shoe", "label": "Shoe", "groupName": "contactinformation"}
    other.post("/properties/v1/contacts/properties", {**shoe, "type": "string", "fieldType": "text"})
    other.put(path, {"fields": [*FIELDS[:2], {"name": "shoe", "required": True}]})
    assert script.refused(EMAIL) == ["REQUIRED_FIELD"]
    assert script.send(EMAIL, {"name": "shoe", "value": "42"}).status_code == 200
    named = "/properties/v1/contacts/properties/named/shoe"
    other.put(named, {**shoe, "type": "number", "fieldType": "number"})
    script.send(EMAIL, {"name": "shoe", "value": "narrow"})
    assert value(contact(client), "shoe") == "42"
    other.delete(path, 204)
    assert script.send(EMAIL, {"name": "shoe", "value": "1"}).status_code == 404
    assert value(contact(client), "num_conversion_events") == "4"


def test_a_server_with_a_key_may_send_any_field(
    client: ApiClient, stranger: ApiClient, visitor: FlaskClient, script: Script
) -> None:
    path = script.path.replace("/submit/", "/secure/submit/")
    body = {"fields": [EMAIL, {"name": "state", "value": "NSW"}]}
    assert visitor.post(path, json=body).status_code == 401
    stranger.post(path, body, 403)
    answer = client.raw("POST", path, json=body)
    assert answer.status_code == 200 and "Access-Control-Allow-Origin" not in answer.headers
    assert value(contact(client), "state") == "NSW"


def test_answers_do_not_tell_whether_an_email_is_known(client: ApiClient, script: Script) -> None:
    client.create(email="known@example.com")
    answers = [script.send({"name": "email", "value": email}) for email in ("known@example.com", "new@example.com")]
    told = [(answer.status, answer.data, sorted(answer.headers.keys())) for answer in answers]
    assert told[0] == told[1]
