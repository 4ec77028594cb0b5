"""Filled-in forms through the HTTP door: whose they are, what they change, and that each counts once."""

import json
import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from records import identities
from records.models import FormSubmission
from records.session import Database
from tests.support.api import ApiClient
from tests.support.clock import MovableClock

TOKEN = "0123456789abcdef0123456789abcdef"
OTHER_TOKEN = "fedcba9876543210fedcba9876543210"
FIELDS = [{"name": name} for name in ("email", "firstname", "city", "annualrevenue", "numemployees")]


@pytest.fixture
def guid(client: ApiClient) -> str:
    """The guid of a form."""
    form = {"name": "Newsletter", "formFieldGroups": [{"fields": FIELDS}]}
    return str(client.post("/forms/v2/forms", form)["guid"])


class Visitor:
    """Sends a form the way a browser does."""

    def __init__(self, client: FlaskClient, portal_id: int, guid: str) -> None:
        """Take the test client without a key, and the portal and form to send to; the address is no one else's."""
        self.client = client
        self.move()
        self.path = f"/uploads/form/v2/{portal_id}/{guid}"

    def move(self) -> None:
        """Take another address."""
        self.client.environ_base["REMOTE_ADDR"] = str(uuid.uuid4())

    def send(self, status: int = 204, context: dict[str, Any] | None = None, **fields: Any) -> TestResponse:
        """Send fields with a context; assert the answer's status."""
        given = {} if context is None else {"hs_context": json.dumps(context)}
        answer = self.client.post(self.path, data={**fields, **given})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer


@pytest.fixture
def sender(visitor: FlaskClient, client: ApiClient, guid: str) -> Visitor:
    """A visitor of the form."""
    return Visitor(visitor, client.portal_id, guid)


def by_email(client: ApiClient, email: str, **query: Any) -> Any:
    """Return the profile of the contact that has an e-mail."""
    return client.get(f"/contacts/v1/contact/email/{email}/profile", **query)


def by_token(client: ApiClient, token: str = TOKEN, status: int = 200) -> Any:
    """Return the profile of the contact that a visitor's token belongs to."""
    return client.get(f"/contacts/v1/contact/utk/{token}/profile", status)


def value(profile: Any, name: str) -> Any:
    """Return a value of a profile."""
    return profile["properties"].get(name, {}).get("value")


def count(client: ApiClient) -> int:
    """Return how many contacts there are."""
    return int(client.get("/contacts/v1/contacts/statistics")["contacts"])


def sent(client: ApiClient, guid: str) -> Any:
    """Return what was sent through a form."""
    return client.get(f"/form-integrations/v1/submissions/forms/{guid}")["results"]


def bind(database: Database, portal_id: int, vid: int, token: str) -> None:
    """Bind a visitor's token to a contact, as page views do."""
    database.transact(lambda session: identities.claim_token(session, portal_id, vid, token, 1))


def repeat_submission(database: Database, times: int) -> None:
    """Store the only submission that there is again and again, each time as another conversion."""

    def work(session: Session) -> None:
        columns = FormSubmission.__table__.columns
        row = dict(session.execute(select(*columns)).one()._mapping)
        rows = [{**row, "conversion_id": str(uuid.uuid4())} for _ in range(times)]
        session.execute(insert(FormSubmission), rows)

    database.transact(work)


def test_a_form_makes_a_contact_with_its_source_and_history(client: ApiClient, sender: Visitor, guid: str) -> None:
    sender.send(
        email="ada@example.com",
        FirstName="Ada",
        context={"hutk": TOKEN, "pageName": "Home", "pageUrl": "http://a.example/"},
    )
    profile = by_email(client, "ada@example.com")
    [submission] = profile["form-submissions"]
    [version] = profile["properties"]["firstname"]["versions"]
    source = {"source-type": "FORM", "source-id": submission["conversion-id"], "source-label": "FirstName"}
    assert source.items() <= version.items() and version["value"] == "Ada"
    assert submission["form-id"] == guid and submission["title"] == "Newsletter" and submission["meta-data"] == []
    assert (submission["page-title"], submission["page-url"]) == ("Home", "http://a.example/")
    assert profile["properties"]["createdate"]["versions"][0]["source-type"] == "FORM"
    assert profile["properties"]["createdate"]["versions"][0]["source-label"] is None
    assert profile["vid"] == by_token(client)["vid"]


def test_a_form_sets_what_follows_from_it(client: ApiClient, sender: Visitor, clock: MovableClock) -> None:
    context = {
        "hutk": TOKEN,
        "ipAddress": "192.0.2.7",
        "pageName": "Home",
        "pageUrl": "http://a.example/?utm_medium=email",
    }
    sender.send(email="ada@example.com", context=context)
    profile = by_email(client, "ada@example.com")
    expected = {
        "lifecyclestage": "lead",
        "num_conversion_events": "1",
        "num_unique_conversion_events": "1",
        "first_conversion_event_name": "Home: Newsletter",
        "recent_conversion_event_name": "Home: Newsletter",
        "first_conversion_date": value(profile, "createdate"),
        "ipaddress": "192.0.2.7",
        "hs_analytics_source": "EMAIL_MARKETING",
    }
    assert {name: value(profile, name) for name in expected} == expected
    assert profile["properties"]["num_conversion_events"]["versions"][0]["source-type"] == "CALCULATED"
    assert profile["properties"]["hs_analytics_source"]["versions"][0]["source-type"] == "ANALYTICS"


def test_without_a_token_the_source_is_offline(client: ApiClient, sender: Visitor) -> None:
    sender.send(email="ada@example.com", context={"pageUrl": "http://a.example/?utm_medium=email"})
    profile = by_email(client, "ada@example.com")
    assert value(profile, "hs_analytics_source") == "OFFLINE"
    assert value(profile, "hs_analytics_source_data_1") == "FORM"


def test_a_second_form_updates_the_contact_and_counts(client: ApiClient, sender: Visitor, guid: str) -> None:
    other = client.post("/forms/v2/forms", {"name": "Trial", "fields": FIELDS})["guid"]
    sender.send(email="ada@example.com", firstname="Ada", city="London")
    sender.send(email="ADA@example.com", firstname="", city="--")
    Visitor(sender.client, client.portal_id, other).send(email="ada@example.com", city="Paris")
    profile = by_email(client, "ada@example.com")
    assert count(client) == 1
    assert [value(profile, name) for name in ("firstname", "city", "email")] == ["Ada", "Paris", "ada@example.com"]
    assert [value(profile, f"num_{kind}conversion_events") for kind in ("", "unique_")] == ["3", "2"]
    assert value(profile, "first_conversion_event_name") == "Newsletter"
    assert value(profile, "recent_conversion_event_name") == "Trial"


@pytest.mark.parametrize(("mode", "titles"), [("all", 3), ("none", 0), ("newest", 1), ("oldest", 1)])
def test_profiles_show_the_submissions_that_are_asked_for(
    client: ApiClient, sender: Visitor, clock: MovableClock, mode: str, titles: int
) -> None:
    for page in ("a", "b", "c"):
        sender.send(email="ada@example.com", context={"pageName": page})
        clock.advance(1_000)
    shown = by_email(client, "ada@example.com", formSubmissionMode=mode)["form-submissions"]
    pages = {"all": ["c", "b", "a"], "none": [], "newest": ["c"], "oldest": ["a"]}[mode]
    assert [submission["page-title"] for submission in shown] == pages and len(shown) == titles
    [listed] = client.get("/contacts/v1/lists/all/contacts/all", formSubmissionMode=mode)["contacts"]
    assert [submission["page-title"] for submission in listed["form-submissions"]] == pages


def test_the_same_conversion_counts_once(client: ApiClient, sender: Visitor, guid: str) -> None:
    context = {"conversionId": str(uuid.uuid4())}
    for city in ("London", "Paris"):
        sender.send(email="ada@example.com", city=city, context=context)
    profile = by_email(client, "ada@example.com")
    assert len(profile["form-submissions"]) == len(sent(client, guid)) == 1
    assert (value(profile, "city"), value(profile, "num_conversion_events")) == ("London", "1")


def test_a_known_token_is_enough(client: ApiClient, sender: Visitor) -> None:
    sender.send(email="ada@example.com", context={"hutk": TOKEN.upper()})
    sender.send(city="Rome", context={"hutk": TOKEN})
    sender.send(city="Oslo", email="not an address", context={"hutk": TOKEN})
    profile = by_email(client, "ada@example.com")
    assert value(profile, "city") == "Oslo" and value(profile, "num_conversion_events") == "3"


@pytest.mark.parametrize(
    ("email", "context"),
    [("", None), ("ada", None), ("", {"hutk": OTHER_TOKEN}), ("ada@", {"hutk": "forged"}), ("a b", {"hutk": 7})],
)
def test_with_nobody_to_tell_no_contact_is_made(
    client: ApiClient, sender: Visitor, guid: str, email: str, context: Any
) -> None:
    sender.send(email=email, city="Rome", context=context)
    assert count(client) == 0
    assert {"name": "city", "value": "Rome"} in sent(client, guid)[0]["values"]


def test_a_contact_known_by_its_token_gains_an_email(client: ApiClient, sender: Visitor, database: Database) -> None:
    vid = client.create(city="Rome")
    bind(database, client.portal_id, vid, TOKEN)
    sender.send(email="ada@example.com", context={"hutk": TOKEN})
    assert by_email(client, "ada@example.com")["vid"] == by_token(client)["vid"] == vid
    assert count(client) == 1


def test_two_that_prove_to_be_one_are_merged(client: ApiClient, sender: Visitor, database: Database) -> None:
    anonymous = client.create(city="Rome")
    bind(database, client.portal_id, anonymous, TOKEN)
    sender.send(city="Bern", context={"hutk": TOKEN})
    known = client.create(email="ada@example.com")
    sender.send(email="ada@example.com", context={"hutk": TOKEN})
    profile = by_email(client, "ada@example.com")
    assert profile["vid"] == known and profile["merged-vids"] == [anonymous, known]
    assert by_token(client)["vid"] == known and value(profile, "city") == "Bern"
    assert value(profile, "num_conversion_events") == "2" and len(profile["form-submissions"]) == 2


def test_two_people_at_one_browser_stay_two(client: ApiClient, sender: Visitor) -> None:
    sender.send(email="ada@example.com", context={"hutk": TOKEN})
    sender.send(email="bob@example.com", context={"hutk": TOKEN})
    assert count(client) == 2
    assert by_token(client)["vid"] == by_email(client, "bob@example.com")["vid"]
    assert by_email(client, "ada@example.com")["merge-audits"] == []


def test_a_merge_counts_no_submission_twice(client: ApiClient, sender: Visitor, clock: MovableClock) -> None:
    for email in ("ada@example.com", "bob@example.com", "bob@example.com"):
        sender.send(email=email, context={"pageName": email})
        clock.advance(1_000)
    vids = [by_email(client, email)["vid"] for email in ("ada@example.com", "bob@example.com")]
    client.post(f"/contacts/v1/contact/merge-vids/{vids[0]}", {"vidToMerge": vids[1]})
    profile = client.profile(vids[0])
    assert [value(profile, f"num_{kind}conversion_events") for kind in ("", "unique_")] == ["3", "1"]
    assert value(profile, "first_conversion_event_name") == "ada@example.com: Newsletter"
    assert value(profile, "recent_conversion_event_name") == "bob@example.com: Newsletter"
    assert len(profile["form-submissions"]) == 3


def test_a_deleted_contact_takes_what_it_sent_along(client: ApiClient, sender: Visitor, guid: str) -> None:
    sender.send(email="ada@example.com")
    client.delete(f"/contacts/v1/contact/vid/{by_email(client, 'ada@example.com')['vid']}")
    assert sent(client, guid) == []
    sender.send(email="ada@example.com")
    assert value(by_email(client, "ada@example.com"), "num_conversion_events") == "1"


def test_a_form_with_a_page_to_go_to_sends_the_visitor_there(client: ApiClient, sender: Visitor, guid: str) -> None:
    client.put(f"/forms/v2/forms/{guid}", {"redirect": "http://shop.example/thanks?a=1"})
    answer = sender.send(302, email="ada@example.com")
    [submission] = by_email(client, "ada@example.com")["form-submissions"]
    conversion = submission["conversion-id"]
    assert answer.headers["Location"] == f"http://shop.example/thanks?a=1&submissionGuid={conversion}"
    assert answer.data == b""
    answer = sender.send(302, context={"redirectUrl": "http://other.example/"}, email="ada@example.com")
    assert answer.headers["Location"].startswith("http://other.example/?submissionGuid=")


def test_no_visitor_is_sent_to_a_script(sender: Visitor) -> None:
    sender.send(204, context={"redirectUrl": "javascript:alert(1)"}, email="ada@example.com")


def test_fields_may_come_in_the_query_or_in_parts(client: ApiClient, sender: Visitor) -> None:
    path = sender.path.replace("/form/", "//form/")
    assert sender.client.post(f"{path}/?email=ada@example.com&firstname=Ada").status_code == 204
    answer = sender.client.post(sender.path, data={"email": "bob@example.com"}, content_type="multipart/form-data")
    assert answer.status_code == 204
    assert value(by_email(client, "ada@example.com"), "firstname") == "Ada"
    assert by_email(client, "bob@example.com")["vid"]


@pytest.mark.parametrize(("portal", "form"), [(None, "nothing"), (4_711, None)])
def test_an_unknown_portal_or_form_answers_404_in_html(
    client: ApiClient, visitor: FlaskClient, guid: str, portal: int | None, form: str | None
) -> None:
    path = f"{portal or client.portal_id}/{form or guid}"
    answer = visitor.post(f"/uploads/form/v2/{path}", data={"email": "ada@example.com"})
    assert answer.status_code == 404 and answer.mimetype == "text/html"
    assert visitor.post(f"/submissions/v3/integration/submit/{path}", json={"fields": []}).status_code == 404
    assert count(client) == 0


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"city": "x" * 1_048_576}, 400, "65536"),
        ({"city": "x" * 2_200_000}, 413, "2 MB"),
        ({f"field{number}": "x" for number in range(10_000)}, 400, "1000"),
        ({"x" * 251: "x"}, 400, "250"),
        ({"hs_context": "{"}, 400, "hs_context"),
        ({"hs_context": "[]"}, 400, "hs_context"),
    ],
)
def test_too_much_is_refused_and_nothing_stays(
    client: ApiClient, sender: Visitor, guid: str, fields: Any, status: int, told: str
) -> None:
    answer = sender.send(status, email="ada@example.com", **fields)
    assert told in answer.get_json()["message"]
    assert count(client) == 0 and sent(client, guid) == []


def test_a_body_that_is_no_form_is_refused(client: ApiClient, sender: Visitor, guid: str) -> None:
    for path in (sender.path, "/?app=leaddirector&FormName=x"):
        answer = sender.client.post(path, json={"email": "ada@example.com"})
        assert answer.status_code == 415 and "application/json" in answer.get_json()["message"]
    assert count(client) == 0 and sent(client, guid) == []


def test_too_many_parts_are_refused(client: ApiClient, sender: Visitor) -> None:
    fields = {f"field{number}": "x" for number in range(1_001)}
    answer = sender.client.post(sender.path, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 400 and "1000" in answer.get_json()["message"]


def test_what_no_contact_can_take_stays_with_the_submission(client: ApiClient, sender: Visitor, guid: str) -> None:
    odd: dict[str, Any] = {
        "shoe_size": "9",
        "hubspotscore": "99",
        "annualrevenue": "much",
        "numemployees": "three",
        "a\0b": "c\0d",
    }
    sender.send(email="ada@example.com", **odd)
    profile = by_email(client, "ada@example.com")
    assert not {"shoe_size", "hubspotscore", "annualrevenue", "numemployees"} & set(profile["properties"])
    names = {field["name"]: field["value"] for field in sent(client, guid)[0]["values"]}
    assert names["shoe_size"] == "9" and names["ab"] == "cd"


def test_boxes_that_are_ticked_together_become_one_value(client: ApiClient, sender: Visitor) -> None:
    options = [{"label": word, "value": word} for word in ("red", "green", "blue")]
    definition = {"name": "colours", "label": "Colours", "groupName": "contactinformation", "type": "enumeration"}
    client.post("/contacts/v2/properties", {**definition, "fieldType": "checkbox", "options": options})
    sender.send(email="ada@example.com", colours=["red", "blue"])
    assert value(by_email(client, "ada@example.com"), "colours") == "red;blue"


def test_answers_do_not_tell_whether_an_email_is_known(client: ApiClient, sender: Visitor) -> None:
    client.create(email="known@example.com")
    answers = [sender.send(email=email) for email in ("known@example.com", "new@example.com", "none")]
    told = [(answer.status, answer.data, sorted(answer.headers.keys())) for answer in answers]
    assert told[0] == told[1] == told[2]


def test_a_contact_has_at_most_a_thousand_submissions(
    client: ApiClient, sender: Visitor, database: Database, guid: str
) -> None:
    sender.send(email="ada@example.com", city="Rome")
    repeat_submission(database, 998)
    sender.send(email="ada@example.com", city="Bern")
    sender.send(email="ada@example.com", city="Oslo")
    profile = by_email(client, "ada@example.com")
    assert value(profile, "num_conversion_events") == "1000" and value(profile, "city") == "Bern"
    assert len(profile["form-submissions"]) == 1_000


def test_too_many_submissions_from_one_address_answer_429(sender: Visitor, client: ApiClient) -> None:
    for _ in range(50):
        sender.send(email="ada@example.com")
    answer = sender.send(429, email="ada@example.com")
    assert answer.get_json()["policyName"] == "TEN_SECONDLY_ROLLING"
    sender.move()
    sender.send(email="ada@example.com")
    assert value(by_email(client, "ada@example.com"), "num_conversion_events") == "51"


def test_submissions_are_read_newest_first_in_pages(
    client: ApiClient, sender: Visitor, guid: str, clock: MovableClock, stranger: ApiClient
) -> None:
    path = f"/form-integrations/v1/submissions/forms/{guid}"
    assert client.get(path) == {"results": []}
    for number in range(5):
        sender.send(email="ada@example.com", city=str(number), context={"pageUrl": "http://a.example/"})
        clock.advance(number % 2)
    cities: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get(path, limit=2, after=after)
        cities += [field["value"] for each in page["results"] for field in each["values"] if field["name"] == "city"]
        after = page.get("paging", {}).get("next", {}).get("after")
    assert sorted(cities) == ["0", "1", "2", "3", "4"]
    first = client.get(path, limit=2)
    assert (
        first["results"][0]["pageUrl"] == "http://a.example/"
        and f"after={first['paging']['next']['after']}" in first["paging"]["next"]["link"]
    )
    assert "after" in client.get(path, 400, after="nonsense")["message"]
    client.get("/form-integrations/v1/submissions/forms/nothing", 404)
    stranger.get(path, 404)


def test_the_secure_way_needs_a_key_of_the_portal(
    client: ApiClient, stranger: ApiClient, visitor: FlaskClient, guid: str
) -> None:
    path = f"/submissions/v2/post/upload/secure/{client.portal_id}/{guid}"
    data = {"email": "ada@example.com"}
    assert visitor.post(path, data=data).status_code == 401
    assert stranger.raw("POST", path, data=data).status_code == 403
    assert visitor.post(f"{path}?hapikey={client.key}", data=data).status_code == 204
    assert [field["name"] for field in sent(client, guid)[0]["values"]] == ["email"]


LEAD = {
    "FirstName": "Ada",
    "LastName": "Byron",
    "Email": "ada@example.com",
    "JobTitle": "Analyst",
    "ZipCode": "1815",
    "NumberEmployees": "1-5",
    "TwitterHandle": "--",
    "Shoe": "9",
    "UserToken": TOKEN,
    "IPAddress": "192.0.2.7",
}


def test_a_lead_of_2011_becomes_a_contact(client: ApiClient, visitor: FlaskClient) -> None:
    answer = visitor.post("/?app=leaddirector&FormName=Contact+us", data=LEAD)
    guid = re.search(r"[0-9a-f-]{36}", answer.get_data(as_text=True))
    profile = by_token(client)
    expected = {
        "firstname": "Ada",
        "jobtitle": "Analyst",
        "zip": "1815",
        "numemployees": "1-5",
        "ipaddress": "192.0.2.7",
    }
    assert {name: value(profile, name) for name in expected} == expected
    assert value(profile, "twitterhandle") is None and value(profile, "email") == "ada@example.com"
    [submission] = profile["form-submissions"]
    assert guid is not None and submission["conversion-id"] == guid[0] and submission["title"] == "Contact us"
    assert profile["properties"]["zip"]["versions"][0]["source-label"] == "ZipCode"
    assert value(profile, "hs_analytics_source") == "DIRECT_TRAFFIC"


def test_a_lead_may_say_nothing_that_cannot_be_stored(client: ApiClient, visitor: FlaskClient) -> None:
    odd = {**LEAD, "FirstName": "A\0da", "X\0": "\0"}
    assert visitor.post("/?app=leaddirector&FormName=a%00b", data=odd).status_code == 200
    assert by_token(client)["form-submissions"][0]["title"] == "ab"


def test_a_lead_of_a_defined_form_counts_as_that_form(client: ApiClient, visitor: FlaskClient, guid: str) -> None:
    for name in ("Newsletter", "Other", "Other"):
        assert visitor.post(f"/?app=leaddirector&FormName={name}", data=LEAD).status_code == 200
    profile = by_token(client)
    assert value(profile, "num_unique_conversion_events") == "2"
    assert guid in {submission["form-id"] for submission in profile["form-submissions"]}


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("?FormName=x", 400, "app"),
        ("?app=other&FormName=x", 400, "app"),
        ("?app=leaddirector", 400, "FormName"),
        ("?app=leaddirector&FormName=x&portalId=99", 404, "portalId"),
        ("?app=leaddirector&FormName=x&portalId=²", 404, "portalId"),
        (f"?app=leaddirector&FormName=x&portalId={'9' * 5_000}", 404, "portalId"),
    ],
)
def test_a_bad_lead_is_refused(client: ApiClient, visitor: FlaskClient, query: str, status: int, told: str) -> None:
    answer = visitor.post(f"/{query}", data=LEAD)
    assert answer.status_code == status and told in answer.get_json()["message"]
    assert count(client) == 0


def test_with_several_portals_a_lead_names_its_own(
    client: ApiClient, stranger: ApiClient, visitor: FlaskClient
) -> None:
    assert visitor.post("/?app=leaddirector&FormName=x", data=LEAD).status_code == 404
    assert visitor.post(f"/?app=leaddirector&FormName=x&portalId={stranger.portal_id}", data=LEAD).status_code == 200
    assert (count(client), count(stranger)) == (0, 1)
