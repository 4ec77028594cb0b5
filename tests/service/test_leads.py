"""The deprecated Leads API: leads are contacts under other names, and every answer says what to use instead."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from indexer import tasks
from indexer.runtime import Kind, Runtime
from records import identities
from records.deletes import delete_contact
from service.app import create_app
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient
from tests.support.clock import NOON, MovableClock

LEAD, LIST = "/leads/v1/lead", "/leads/v1/list"
TOKEN = "0123456789abcdef0123456789abcdef"


def guid_of(client: ApiClient, vid: int) -> str:
    """Return a contact's lead guid as leads show it."""
    [identity] = [
        each
        for profile in client.profile(vid)["identity-profiles"]
        for each in profile["identities"]
        if each["type"] == "LEAD_GUID" and profile["vid"] == vid
    ]
    return str(identity["value"]).replace("-", "")


def listed(client: ApiClient, **query: Any) -> list[int]:
    """Return the ids of a listing in order."""
    return [lead["leadId"] for lead in client.get(LIST, **query)]


def bind_token(runtime: Runtime, client: ApiClient, vid: int, token: str = TOKEN) -> None:
    """Bind a visitor's token to a contact."""
    runtime.database.transact(lambda session: identities.claim_token(session, client.portal_id, vid, token, NOON))


def test_a_lead_shows_a_contact_under_the_names_of_2011(client: ApiClient, runtime: Runtime) -> None:
    vid = client.create(email="ada@x.example", firstname="Ada", jobtitle="Countess", twitterhandle="ada")
    bind_token(runtime, client, vid)
    guid = guid_of(client, vid)
    lead = client.get(f"{LEAD}/{guid}")
    assert re.fullmatch("[0-9a-f]{32}", guid)
    expected = {
        "guid": guid,
        "id": guid,
        "leadId": vid,
        "portalId": client.portal_id,
        "firstName": "Ada",
        "lastName": "",
        "jobTitle": "Countess",
        "twitterHandle": "ada",
        "email": "ada@x.example",
        "userToken": TOKEN,
        "insertedAt": NOON,
        "lastModifiedAt": NOON,
        "lastConvertedAt": 0,
        "closedAt": 0,
        "isCustomer": False,
        "isDeleted": False,
        "imported": False,
        "eligibleForEmail": True,
        "emailBounced": False,
        "emailOptOut": False,
        "leadNurturingCampaignId": -1,
        "numConversionEvents": 0,
        "foundVia": "Offline Sources",
        "fullFoundViaString": "Offline Sources - API",
        "leadJsonLink": f"http://localhost/leads/v1/lead/{guid}",
        "leadConversionEvents": [],
    }
    assert {name: lead[name] for name in expected} == expected
    assert lead["crmDetails"]["id"] == lead["analyticsDetails"]["leadId"] == vid


def test_a_lead_is_found_by_guid_email_and_token(client: ApiClient, runtime: Runtime) -> None:
    vid = client.create(email="ada@x.example")
    bind_token(runtime, client, vid)
    dashed = client.profile(vid)["identity-profiles"][0]["identities"][-1]["value"]
    for path in (
        f"{LEAD}/{guid_of(client, vid)}",
        f"{LEAD}/{guid_of(client, vid).upper()}/",
        f"{LEAD}/{dashed}",
        f"{LEAD}?email=ADA@x.example",
        f"{LEAD}/?userToken={TOKEN.upper()}",
    ):
        assert client.get(path)["leadId"] == vid, path


def test_what_a_contact_sent_through_forms_are_a_leads_conversions(client: ApiClient, clock: MovableClock) -> None:
    posted = {"Email": "ada@x.example", "FirstName": "Ada", "UserToken": TOKEN}
    page = {"Referer": "https://x.example/demo"}
    answers = []
    for form in ("Demo", "Trial"):
        clock.advance(1_000)
        query = {"app": "leaddirector", "FormName": form}
        answers.append(client.client.post("/", query_string=query, data=posted, headers=page).get_data(as_text=True))
    events = [re.findall("[0-9a-f-]{36}", answer)[0].replace("-", "") for answer in answers]
    lead = client.get(LEAD, conversionEventGuid=events[0])
    assert (lead["email"], lead["userToken"], lead["numConversionEvents"]) == ("ada@x.example", TOKEN, 2)
    assert lead["lastConvertedAt"] == clock.moment
    first, second = lead["leadConversionEvents"]
    assert (first["guid"], first["formName"], first["pageUrl"]) == (events[0], "Demo", "https://x.example/demo")
    assert (second["guid"], second["convertDate"], second["leadGuid"]) == (events[1], clock.moment, lead["guid"])
    sent = {value["fieldName"]: value["fieldValue"] for value in first["formSubmissionValues"]}
    assert sent == {"Email": "ada@x.example", "FirstName": "Ada"}
    assert {value["conversionGuid"] for value in first["formSubmissionValues"]} == {events[0]}
    assert listed(client, startTime=clock.moment, timePivot="lastConvertedAt", sort="lastConvertedAt") == [1]
    assert listed(client, startTime=clock.moment, timePivot="firstConvertedAt") == []
    [bare] = client.get(LIST, excludeConversionEvents="true")
    assert bare["leadConversionEvents"] == []


@pytest.mark.parametrize(
    "path",
    [
        f"{LEAD}/{TOKEN}",
        f"{LEAD}/-1",
        f"{LEAD}/('{TOKEN}',)",
        f"{LEAD}?email=nobody@x.example",
        f"{LEAD}?userToken=nobody",
        f"{LEAD}?conversionEventGuid={TOKEN}",
    ],
)
def test_a_lead_that_does_not_exist_answers_404(client: ApiClient, path: str) -> None:
    assert client.get(path, 404)["message"] == "resource not found"


def test_a_lead_that_is_not_named_is_asked_for(client: ApiClient) -> None:
    message = client.get(LEAD, 400)["message"]
    assert message == "guid: is missing; put it into the path, or send email, conversionEventGuid or userToken"


def test_a_merged_leads_guid_leads_to_its_survivor(client: ApiClient) -> None:
    survivor, merged = client.create(email="a@x.example"), client.create(email="b@x.example")
    guid = guid_of(client, merged)
    client.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}", json={"vidToMerge": merged})
    assert client.get(f"{LEAD}/{guid}")["leadId"] == survivor
    assert listed(client, **{"guids[0]": guid, "guids[1]": guid_of(client, survivor)}) == [survivor]


def test_leads_are_sorted_and_paged(client: ApiClient, clock: MovableClock) -> None:
    for first, last, phone in (("Zoe", "adams", "3"), ("adam", "Brown", "1"), ("", "Clark", "2")):
        clock.advance(10)
        client.create(firstname=first, lastname=last, phone=phone)
    clock.advance(10)
    client.update(2, city="Rome")
    assert listed(client) == [1, 2, 3]
    assert listed(client, dir="desc") == [3, 2, 1]
    assert listed(client, sort="firstName") == [3, 2, 1]
    assert listed(client, sort="lastName") == [1, 2, 3]
    assert listed(client, sort="phone", dir="DESC") == [1, 3, 2]
    assert listed(client, sort="lastModifiedAt", dir="desc") == [2, 3, 1]
    assert listed(client, sort="lce.convertDate") == listed(client, sort="fce.convertDate") == [1, 2, 3]
    assert listed(client, max=2, offset=1) == [2, 3]
    assert listed(client, max=2, offset=3) == []


def test_a_page_has_ten_leads_and_never_more_than_a_hundred(client: ApiClient) -> None:
    client.post("/contacts/v1/contact/batch", [{"email": f"p{i}@x.example"} for i in range(130)], 202)
    assert len(listed(client)) == 10
    assert len(listed(client, max=1_000)) == 100


def test_leads_are_cut_by_times(client: ApiClient, clock: MovableClock) -> None:
    for _ in range(3):
        client.create(city="Rome")
        clock.advance(100)
    client.update(1, city="Bonn")
    client.put(f"{LEAD}/{guid_of(client, 2)}", {"closedAt": 1_000})
    assert listed(client, startTime=NOON + 100) == [2, 3]
    assert listed(client, stopTime=NOON + 100) == [1, 2]
    assert listed(client, startTime=NOON + 50, stopTime=NOON + 150) == [2]
    assert listed(client, startTime=NOON + 300, timePivot="lastModifiedAt") == [1, 2]
    assert listed(client, startTime=1, timePivot="closedAt") == [2]
    assert listed(client, stopTime=999, timePivot="closedAt") == []
    assert listed(client, startTime=1, timePivot="lastConvertedAt") == []
    assert listed(client, timePivot="lastConvertedAt") == [1, 2, 3]


def test_leads_are_searched_anywhere_in_names_email_and_company(client: ApiClient, runtime: Runtime) -> None:
    client.create(firstname="Ada", lastname="Lovelace")
    client.create(email="grace@navy.example", company="Müller & Söhne")
    client.create(city="Lovelace")
    tasks.settle(runtime)
    for text, found in (
        ("ovela", [1]),
        ("LACE", [1]),
        ("navy.ex", [2]),
        ("mulle", [2]),
        ("MÜLLER & S", [2]),
        ("a", [1, 2]),
        ("a;b", []),
        ("%", []),
    ):
        assert listed(client, search=text) == found, text
    assert listed(client, search="a", sort="insertedAt", dir="desc", max=1) == [2]


def test_leads_are_narrowed_in_both_spellings(client: ApiClient, runtime: Runtime) -> None:
    assert client.create(email="a@x.example") == 1
    assert client.create(city="Rome") == 2
    for spelling in ("emailOptOut", "optout", "bounced"):
        assert listed(client, **{spelling: "true"}) == []
        assert listed(client, **{spelling: "False"}) == [1, 2]
    assert listed(client, eligibleForEmail="true") == [1]
    assert listed(client, eligibleForEmail="false") == [2]
    assert listed(client, isNotImported="true") == listed(client, notImported="true") == [1, 2]
    assert listed(client, notImported="false") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"sort": "shoesize"}, "sort: 'shoesize' is not known; send one of firstName, lastName"),
        ({"dir": "up"}, "dir: 'up' is not known; send one of asc, desc"),
        ({"max": "0"}, "max: '0' is not a page size; send a whole number from 1 to 100"),
        ({"offset": "-1"}, "offset: '-1' is not a whole number"),
        ({"timePivot": "bornAt"}, "timePivot: 'bornAt' is not known"),
        ({"startTime": "today"}, "startTime: 'today' is not a whole number"),
        ({"emailOptOut": "maybe"}, "emailOptOut: 'maybe' is not a boolean"),
    ],
)
def test_what_a_listing_cannot_be_asked_is_told(client: ApiClient, query: dict[str, str], words: str) -> None:
    assert words in client.get(LIST, 400, **query)["message"]


def test_a_lead_is_changed_and_what_clients_cannot_change_is_ignored(client: ApiClient) -> None:
    vid = client.create(email="ada@x.example", lifecyclestage="evangelist")
    guid = guid_of(client, vid)
    lead = client.get(f"{LEAD}/{guid}")
    changed = client.put(
        f"{LEAD}/{guid}/", {**lead, "firstName": "Ada", "jobTitle": "Countess", "leadId": 99, "isCustomer": "true"}
    )
    assert (changed["firstName"], changed["jobTitle"], changed["leadId"]) == ("Ada", "Countess", vid)
    assert client.value(vid, "firstname") == "Ada"
    assert client.value(vid, "lifecyclestage") == "evangelist"
    [version] = client.profile(vid)["properties"]["firstname"]["versions"]
    assert (version["source-type"], version["source-id"]) == ("API", "leads")


def test_a_closed_lead_is_a_customer_until_it_is_opened_again(client: ApiClient) -> None:
    vid = client.create(email="ada@x.example")
    guid = guid_of(client, vid)
    closed = client.put(f"{LEAD}/{guid}", {"guid": guid, "closedAt": NOON})
    assert (closed["closedAt"], closed["isCustomer"]) == (NOON, True)
    assert (client.value(vid, "closedate"), client.value(vid, "lifecyclestage")) == (str(NOON), "customer")
    assert listed(client, sort="closedAt", dir="desc") == [vid]
    reopened = client.put(f"{LEAD}/{guid}", {"guid": guid, "closedAt": ""})
    assert (reopened["closedAt"], reopened["isCustomer"]) == (0, False)
    assert client.value(vid, "lifecyclestage") == "lead"


def test_a_deleted_lead_is_gone_with_its_contact(client: ApiClient) -> None:
    vid = client.create(email="ada@x.example")
    guid = guid_of(client, vid)
    assert client.put(f"{LEAD}/{guid}", {"isDeleted": True})["isDeleted"] is True
    client.get(f"{LEAD}/{guid}", 404)
    client.get(f"/contacts/v1/contact/vid/{vid}/profile", 404)
    client.put(f"{LEAD}/{guid}", {"firstName": "Ada"}, 404)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"email": "nonsense"}, 400, "Property values were not valid"),
        ({"email": "taken@x.example"}, 409, "Contact already exists"),
        ({"closedAt": "yesterday"}, 400, "Property values were not valid"),
        ({"firstName": ["Ada"]}, 400, "Property values were not valid"),
        ({"isDeleted": "perhaps"}, 400, "isDeleted: 'perhaps' is not a boolean"),
        ([], 400, "body: is not an object"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(client: ApiClient, body: Any, status: int, words: str) -> None:
    client.create(email="taken@x.example")
    vid = client.create(email="ada@x.example", firstname="Ada")
    before = client.profile(vid)["properties"]
    path = f"{LEAD}/{guid_of(client, vid)}"
    sent = {"lastName": "L", **body} if isinstance(body, dict) else body
    assert words in client.put(path, sent, status)["message"]
    assert client.profile(vid)["properties"] == before


def test_a_lead_that_somebody_deletes_right_after_its_change_is_gone(client: ApiClient, runtime: Runtime) -> None:
    class Deleting(RecordingJobs):
        def wake(self, kind: Kind, portal_id: int) -> None:
            runtime.database.transact(lambda session: delete_contact(session, portal_id, vid))

    vid = client.create(email="ada@x.example")
    path = f"{LEAD}/{guid_of(client, vid)}"
    app = create_app(replace(runtime, jobs=Deleting()))
    meanwhile = ApiClient(app.test_client(), client.key, client.portal_id)
    assert meanwhile.put(path, {"city": "Rome"}, 404)["message"] == "resource not found"


def test_a_form_is_refused_instead_of_changing_nothing_silently(client: ApiClient) -> None:
    vid = client.create(email="ada@x.example")
    answer = client.raw("PUT", f"{LEAD}/{guid_of(client, vid)}", data={"firstName": "Ada"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("method", "path", "successor"),
    [
        ("GET", f"{LEAD}?email=ada@x.example", "/contacts/v1/contact/vid/1/profile"),
        ("GET", f"{LEAD}?email=nobody@x.example", "/contacts/v1/contact"),
        ("GET", LEAD, "/contacts/v1/contact"),
        ("GET", LIST, "/contacts/v1/lists/all/contacts/all"),
        ("GET", f"{LIST}?search=ada", "/contacts/v1/search/query"),
    ],
)
def test_every_answer_says_that_leads_are_deprecated_and_what_replaces_them(
    client: ApiClient, runtime: Runtime, method: str, path: str, successor: str
) -> None:
    client.create(email="ada@x.example")
    tasks.settle(runtime)
    headers = client.raw(method, path).headers
    assert headers["Deprecation"] == "@1365379200"
    links = headers.getlist("Link")
    assert links == [
        f'<http://localhost{successor}>; rel="successor-version"',
        '<http://localhost/docs>; rel="deprecation"; type="text/html"',
    ]
    assert "Sunset" not in headers


def test_without_a_key_leads_are_refused_and_say_so_too(client: ApiClient) -> None:
    answer = client.client.get(LIST)
    assert answer.status_code == 401 and "Deprecation" in answer.headers


@pytest.mark.parametrize(("method", "path"), [("POST", LIST), ("GET", "/leads/v1/nothing"), ("DELETE", f"{LEAD}/x")])
def test_what_leads_cannot_be_asked_is_deprecated_too(client: ApiClient, method: str, path: str) -> None:
    answer = client.raw(method, path)
    assert answer.status_code in (404, 405) and answer.headers["Deprecation"]
    assert 'rel="successor-version"' in answer.headers.getlist("Link")[0]


def test_the_day_of_the_end_is_told_where_it_is_set(client: ApiClient, runtime: Runtime) -> None:
    settings = replace(runtime.settings, leads_sunset=date(2027, 6, 30))
    app = create_app(Runtime(settings, runtime.database, runtime.engine, runtime.jobs))
    ending = ApiClient(app.test_client(), client.key, client.portal_id)
    assert ending.raw("GET", LIST).headers["Sunset"] == "Wed, 30 Jun 2027 00:00:00 GMT"


def test_contacts_are_not_deprecated(client: ApiClient) -> None:
    assert "Deprecation" not in client.raw("GET", "/contacts/v1/contacts/statistics").headers


def test_no_portal_sees_the_leads_of_another(client: ApiClient, stranger: ApiClient, runtime: Runtime) -> None:
    vid = client.create(email="ada@x.example")
    bind_token(runtime, client, vid)
    tasks.settle(runtime)
    guid = guid_of(client, vid)
    for path in (f"{LEAD}/{guid}", f"{LEAD}?email=ada@x.example", f"{LEAD}?userToken={TOKEN}"):
        stranger.get(path, 404)
    stranger.put(f"{LEAD}/{guid}", {"isDeleted": True}, 404)
    assert listed(stranger) == listed(stranger, search="ada") == listed(stranger, **{"guids[0]": guid}) == []
    assert client.get(f"{LEAD}/{guid}")["leadId"] == vid


CALLBACKS = "/leads/v1/callback-url"


def test_addresses_are_registered_once_told_and_removed(client: ApiClient, stranger: ApiClient) -> None:
    first = client.send("POST", CALLBACKS, 200, body={"url": "ignored"}, query={"url": "https://x.example/a"})
    again = client.raw("POST", CALLBACKS, data={"url": "https://x.example/a"}).get_json()
    second = client.post(CALLBACKS, {"url": "http://x.example/b"})
    assert again == first and "not called" in first["message"]
    assert {each["guid"] for each in client.get(CALLBACKS)} == {first["guid"], second["guid"]}
    assert stranger.get(CALLBACKS) == []
    stranger.delete(f"{CALLBACKS}/{first['guid']}", 404)
    client.delete(f"{CALLBACKS}/{first['guid']}", 204)
    client.delete(f"{CALLBACKS}/{first['guid']}", 404)
    assert client.get(CALLBACKS) == [second]


@pytest.mark.parametrize(
    "url", ["", "x.example/a", "ftp://x.example", "http://", "http://[", "http://x/" + "a" * 2_000]
)
def test_an_address_that_is_none_is_refused(client: ApiClient, url: str) -> None:
    assert client.send("POST", CALLBACKS, 400, query={"url": url})["message"].startswith("url: ")
    assert client.get(CALLBACKS) == []


def test_a_portal_has_a_hundred_addresses_at_most(client: ApiClient) -> None:
    for number in range(100):
        client.send("POST", CALLBACKS, 200, query={"url": f"https://x.example/{number}"})
    assert "100 addresses are registered" in client.send("POST", CALLBACKS, 400, query={"url": "https://x"})["message"]
