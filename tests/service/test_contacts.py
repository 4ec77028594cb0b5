"""Single contacts through the HTTP door: create, update, look up, delete."""

from typing import Any
from urllib.parse import quote

import pytest

from records import identities
from records.session import Database
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient, as_body
from tests.support.clock import MovableClock

CREATE = "/contacts/v1/contact"
TOKEN = "f238f8c1ad9b4ba3a4a5c2f5b3a0c8e1"


def versions(client: ApiClient, vid: int, name: str) -> list[str]:
    """Return a property's values, newest first."""
    return [version["value"] for version in client.profile(vid)["properties"][name]["versions"]]


def results(answer: Any) -> list[tuple[str, str]]:
    """Return name and code of every validation result of a 400."""
    assert answer["message"] == "Property values were not valid"
    assert not any(result["isValid"] for result in answer["validationResults"])
    return [(result["name"], result["error"]) for result in answer["validationResults"]]


def test_a_create_answers_all_keys_and_only_the_properties_that_were_sent(
    client: ApiClient, clock: MovableClock
) -> None:
    answer = client.post(CREATE, as_body({"email": "ada@example.com", "firstname": "Ada"}))
    assert answer.keys() == {
        "vid",
        "canonical-vid",
        "merged-vids",
        "portal-id",
        "is-contact",
        "profile-token",
        "profile-url",
        "properties",
        "form-submissions",
        "list-memberships",
        "identity-profiles",
        "merge-audits",
    }
    assert answer["properties"].keys() == {"email", "firstname"}
    assert answer["properties"]["firstname"] == {
        "value": "Ada",
        "versions": [
            {
                "value": "Ada",
                "source-type": "API",
                "source-id": None,
                "source-label": None,
                "selected": False,
                "timestamp": clock.moment,
            }
        ],
    }


def test_a_create_answers_the_long_form_of_identities(client: ApiClient, clock: MovableClock) -> None:
    [profile] = client.post(CREATE, as_body({"email": "ada@example.com"}))["identity-profiles"]
    email, guid = profile.pop("identities")
    assert email == {
        "type": "EMAIL",
        "value": "ada@example.com",
        "timestamp": clock.moment,
        "is-primary": True,
        "source": "UNSPECIFIED",
    }
    assert guid["type"] == "LEAD_GUID"
    assert profile == {
        "vid": 1,
        "is-deleted": False,
        "is-contact": False,
        "pointer-vid": 0,
        "previous-vid": 0,
        "linked-vids": [],
        "saved-at-timestamp": 0,
        "deleted-changed-timestamp": 0,
    }


def test_a_write_wakes_the_drain_of_its_portal(client: ApiClient, jobs: RecordingJobs) -> None:
    client.create(firstname="Ada")
    assert jobs.woken == [("drain", client.portal_id)]


def test_a_contact_needs_no_email(client: ApiClient) -> None:
    [profile] = client.profile(client.create(firstname="Ada"))["identity-profiles"]
    assert [identity["type"] for identity in profile["identities"]] == ["LEAD_GUID"]


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("numemployees", "1-5", "1-5"),
        ("annualrevenue", 12.5, "12.5"),
        ("annualrevenue", 12, "12"),
        ("closedate", "2016-01-31T00:00:00Z", "1454198400000"),
        ("firstname", None, None),
        ("email", " ada@example.com ", "ada@example.com"),
    ],
)
def test_values_are_stored_as_strings(client: ApiClient, name: str, value: Any, stored: str | None) -> None:
    vid = client.post(CREATE, as_body({"lastname": "L", name: value}))["vid"]
    assert client.value(vid, name) == stored


def test_the_server_sets_properties_by_itself(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(email="ada@Example.com")
    shown = {name: found["value"] for name, found in client.profile(vid)["properties"].items()}
    expected = {
        "createdate": str(clock.moment),
        "lastmodifieddate": str(clock.moment),
        "lifecyclestage": "subscriber",
        "hs_lifecyclestage_subscriber_date": str(clock.moment),
        "hs_email_domain": "example.com",
        "num_conversion_events": "0",
        "hs_analytics_source": "OFFLINE",
        "hs_analytics_source_data_1": "API",
        "hs_analytics_source_data_2": "",
        "hs_analytics_revenue": "0.0",
        "hs_analytics_first_url": "",
    }
    assert expected.items() <= shown.items()


def test_supplied_values_show_one_version(client: ApiClient, clock: MovableClock) -> None:
    properties = client.profile(client.create(firstname="Ada"))["properties"]
    [modified] = properties["lastmodifieddate"]["versions"]
    [visits] = properties["hs_analytics_num_visits"]["versions"]
    assert (modified["source-type"], modified["timestamp"]) == ("CALCULATED", clock.moment)
    assert (visits["source-type"], visits["value"]) == ("ANALYTICS", "0")


def test_reaching_a_stage_sets_its_date(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(firstname="Ada")
    moment = clock.advance(5_000)
    client.update(vid, lifecyclestage="customer")
    assert client.value(vid, "hs_lifecyclestage_customer_date") == str(moment)


def test_a_duplicate_email_answers_409_with_the_contact_that_has_it(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(email="ada@example.com")
    answer = client.post(CREATE, as_body({"email": "ADA@example.com"}), 409)
    assert (answer["message"], answer["error"], answer["status"]) == (
        "Contact already exists",
        "CONTACT_EXISTS",
        "error",
    )
    profile = answer["identityProfile"]
    email, guid = profile.pop("identity")
    assert email == {"value": "ada@example.com", "type": "EMAIL", "timestamp": clock.moment, "isPrimary": True}
    assert guid["type"] == "LEAD_GUID"
    assert profile == {"vid": vid, "linkedVid": [], "isContact": True, "savedAtTimestamp": clock.moment}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"email": "not-an-address"}, [("email", "INVALID_EMAIL")]),
        ({"nosuch": "x"}, [("nosuch", "PROPERTY_DOESNT_EXIST")]),
        ({"lifecyclestage": "nosuch"}, [("lifecyclestage", "INVALID_OPTION")]),
        ({"createdate": "1"}, [("createdate", "READ_ONLY_VALUE")]),
        ({"hs_additional_emails": "a@b.c"}, [("hs_additional_emails", "READ_ONLY_VALUE")]),
        ({"annualrevenue": "many"}, [("annualrevenue", "INVALID_FLOAT")]),
        ({"closedate": "tomorrow"}, [("closedate", "INVALID_LONG")]),
        ({"firstname": "x" * 65_537}, [("firstname", "VALUE_TOO_LONG")]),
        ({"firstname": ["x"]}, [("firstname", "INVALID_TYPE")]),
        ({"firstname": {"x": 1}}, [("firstname", "INVALID_TYPE")]),
        ({"firstname": "a\0b"}, [("firstname", "INVALID_TEXT")]),
        ({"nosuch": "x", "email": "y"}, [("nosuch", "PROPERTY_DOESNT_EXIST"), ("email", "INVALID_EMAIL")]),
    ],
)
def test_refused_values_are_named_with_their_codes(
    client: ApiClient, values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert results(client.post(CREATE, as_body({"lastname": "L", **values}), 400)) == expected
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("email", "nope", "Email address nope is invalid"),
        ("nosuch", "x", 'Property "nosuch" does not exist'),
        ("hs_lead_status", "HOT", "HOT was not one of the allowed options: ["),
    ],
)
def test_refusals_have_the_original_messages(client: ApiClient, name: str, value: str, message: str) -> None:
    [result] = client.post(CREATE, as_body({name: value}), 400)["validationResults"]
    assert result["message"].startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"properties": []}, "properties: the list is empty"),
        ({}, "properties: is missing"),
        ({"properties": None}, "properties: None is not a list"),
        ({"properties": "x"}, "properties: 'x' is not a list"),
        ({"properties": ["x"]}, "properties[0]: 'x' is not an object"),
        ({"properties": [None]}, "properties[0]: None is not an object"),
        ({"properties": [{"name": "email", "value": "x"}]}, "property cannot be missing or null"),
        ({"properties": [{"property": None, "value": "x"}]}, "property cannot be missing or null"),
        ({"properties": [{"property": 5, "value": "x"}]}, "properties[0].property: 5 is not a string"),
        ([], "body: "),
    ],
)
def test_a_malformed_create_is_refused_in_words(client: ApiClient, body: Any, message: str) -> None:
    assert client.post(CREATE, body, 400)["message"].startswith(message)


def test_unknown_keys_are_ignored(client: ApiClient) -> None:
    body = {"properties": [{"property": "firstname", "value": "Ada", "x": 1}], "portal_id": None}
    assert client.post(CREATE, body)["vid"] == 1


def test_an_update_changes_only_what_it_names(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(firstname="Ada", lastname="Byron")
    clock.advance()
    client.update(vid, lastname="Lovelace")
    assert (client.value(vid, "firstname"), versions(client, vid, "lastname")) == ("Ada", ["Lovelace", "Byron"])
    assert client.value(vid, "lastmodifieddate") == str(clock.moment)


def test_an_update_is_answered_with_nothing(client: ApiClient) -> None:
    path = f"/contacts/v1/contact/vid/{client.create(firstname='Ada')}/profile"
    answer = client.raw("POST", path, json=as_body({"firstname": "A"}))
    assert (answer.status_code, answer.data, "Content-Type" in answer.headers) == (204, b"", False)


def test_the_same_value_again_makes_no_version(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(firstname="Ada")
    clock.advance()
    client.update(vid, firstname="Ada", hs_lead_status="")
    assert versions(client, vid, "firstname") == ["Ada"]
    assert client.value(vid, "lastmodifieddate") != str(clock.moment)


def test_an_empty_value_clears_and_stays_in_the_history(client: ApiClient, clock: MovableClock) -> None:
    vid = client.create(firstname="Ada")
    clock.advance()
    client.update(vid, firstname="")
    assert versions(client, vid, "firstname") == ["", "Ada"]


def test_an_update_by_email_finds_the_contact_in_any_case(client: ApiClient) -> None:
    vid = client.create(email="ada+tag@example.com")
    client.post("/contacts/v1/contact/email/ADA+TAG@example.com/profile", as_body({"firstname": "Ada"}), 204)
    assert client.value(vid, "firstname") == "Ada"


def test_a_renamed_contact_is_found_by_its_new_email_only(client: ApiClient) -> None:
    vid = client.create(email="old@example.com")
    client.update(vid, email="new@example.com")
    client.get("/contacts/v1/contact/email/old@example.com/profile", 404)
    profile = client.get("/contacts/v1/contact/email/new@example.com/profile")
    emails = [identity["value"] for identity in profile["identity-profiles"][0]["identities"]][:-1]
    assert (profile["vid"], emails) == (vid, ["new@example.com"])
    assert versions(client, vid, "email") == ["new@example.com", "old@example.com"]


def test_renaming_to_a_taken_email_answers_409_and_changes_nothing(client: ApiClient) -> None:
    client.create(email="taken@example.com")
    vid = client.create(email="ada@example.com")
    body = as_body({"email": "taken@example.com", "firstname": "Ada"})
    client.post(f"/contacts/v1/contact/vid/{vid}/profile", body, 409)
    assert (client.value(vid, "email"), client.value(vid, "firstname")) == ("ada@example.com", None)


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/contacts/v1/contact/vid/7/profile", "contact does not exist"),
        ("POST", "/contacts/v1/contact/vid/7/profile", "resource not found"),
        ("DELETE", "/contacts/v1/contact/vid/7", "contact does not exist"),
        ("GET", "/contacts/v1/contact/email/nobody@example.com/profile", "contact does not exist"),
        ("GET", "/contacts/v1/contact/email/nonsense/profile", "contact does not exist"),
        ("POST", "/contacts/v1/contact/email/nobody@example.com/profile", "contact does not exist"),
        ("GET", f"/contacts/v1/contact/utk/{TOKEN}/profile", "resource not found"),
    ],
)
def test_a_missing_contact_answers_404_in_the_words_recorded(
    client: ApiClient, method: str, path: str, message: str
) -> None:
    answer = client.raw(method, path, json=as_body({"firstname": "A"}) if method == "POST" else None)
    assert (answer.status_code, answer.json["message"]) == (404, message)  # type: ignore[index]
    assert answer.headers["X-HubSpot-NotFound"] == "true"


@pytest.mark.parametrize("vid", ["abc", "1.5", "-1", "0", str(2**63), "9" * 40, "1e3", "١"])
def test_a_vid_that_is_none_answers_404_in_words(client: ApiClient, vid: str) -> None:
    message = client.get(f"/contacts/v1/contact/vid/{quote(vid)}/profile", 404)["message"]
    assert message == f"vid: {vid!r} is not an id; send a whole number from 1 to 9223372036854775807"


def test_create_or_update_creates_and_then_updates(client: ApiClient) -> None:
    path = "/contacts/v1/contact/createOrUpdate/email/ada@example.com"
    first = client.post(path, as_body({"firstname": "Ada"}))
    second = client.post(path, as_body({"firstname": "Augusta"}))
    assert (first["isNew"], second) == (True, {"vid": first["vid"], "isNew": False})
    shown = client.profile(first["vid"])["properties"]
    assert shown["email"]["value"] == "ada@example.com"
    assert shown["hs_analytics_source_data_2"]["value"] == "contact-upsert"
    assert [version["source-id"] for version in shown["firstname"]["versions"]] == ["contact-upsert"] * 2


def test_create_or_update_takes_an_empty_list(client: ApiClient) -> None:
    answer = client.post("/contacts/v1/contact/createOrUpdate/email/ada@example.com", {"properties": []})
    assert client.value(answer["vid"], "email") == "ada@example.com"


def test_create_or_update_may_rename(client: ApiClient) -> None:
    vid = client.create(email="old@example.com")
    body = as_body({"email": "new@example.com"})
    answer = client.post("/contacts/v1/contact/createOrUpdate/email/old@example.com", body)
    assert (answer, client.value(vid, "email")) == ({"vid": vid, "isNew": False}, "new@example.com")


def test_create_or_update_refuses_another_contacts_email(client: ApiClient) -> None:
    client.create(email="taken@example.com")
    client.create(email="ada@example.com")
    body = as_body({"email": "taken@example.com"})
    client.post("/contacts/v1/contact/createOrUpdate/email/ada@example.com", body, 409)


def test_create_or_update_refuses_what_is_no_email(client: ApiClient) -> None:
    answer = client.post("/contacts/v1/contact/createOrUpdate/email/nonsense", {"properties": []}, 400)
    assert results(answer) == [("email", "INVALID_EMAIL")]


def test_a_profile_shows_everything_by_default(client: ApiClient) -> None:
    profile = client.profile(client.create(firstname="Ada"))
    assert profile["list-memberships"] == [] and profile["form-submissions"] == []
    assert "versions" in profile["properties"]["firstname"]


def test_a_profile_shows_the_properties_asked_for_and_lastmodifieddate(client: ApiClient) -> None:
    vid = client.create(firstname="Ada", lastname="Lovelace")
    shown = client.profile(vid, property=["lastname", "nosuch", "company"])["properties"]
    assert shown.keys() == {"lastname", "lastmodifieddate"}


@pytest.mark.parametrize("mode", ["value_only", "VALUE_ONLY"])
def test_value_only_leaves_versions_out(client: ApiClient, mode: str) -> None:
    vid = client.create(firstname="Ada")
    assert client.profile(vid, propertyMode=mode)["properties"]["firstname"] == {"value": "Ada"}


@pytest.mark.parametrize("flag", ["false", "False", "FALSE"])
def test_memberships_are_left_out_on_demand(client: ApiClient, flag: str) -> None:
    assert "list-memberships" not in client.profile(client.create(firstname="A"), showListMemberships=flag)


@pytest.mark.parametrize(
    ("name", "value"),
    [("propertyMode", "all"), ("formSubmissionMode", "some"), ("showListMemberships", "maybe")],
)
def test_a_wrong_view_is_refused_by_name(client: ApiClient, name: str, value: str) -> None:
    vid = client.create(firstname="Ada")
    message = client.get(f"/contacts/v1/contact/vid/{vid}/profile", 400, **{name: value})["message"]
    assert message.startswith(f"{name}: '{value}' is not ")


def test_empty_parameters_mean_their_defaults(client: ApiClient) -> None:
    vid = client.create(firstname="Ada")
    profile = client.profile(vid, propertyMode="", property="", showListMemberships="")
    assert "versions" in profile["properties"]["firstname"] and "list-memberships" in profile


def test_every_answer_has_a_fresh_token(client: ApiClient) -> None:
    vid = client.create(firstname="Ada")
    tokens = {client.profile(vid)["profile-token"] for _ in range(3)}
    assert len(tokens) == 3 and all(len(token) > 130 for token in tokens)


def test_a_visitor_token_finds_its_contact(client: ApiClient, database: Database, clock: MovableClock) -> None:
    vid = client.create(firstname="Ada")
    with database.write() as session:
        identities.claim_token(session, client.portal_id, vid, TOKEN, clock.moment)
    assert client.get(f"/contacts/v1/contact/utk/{TOKEN}/profile")["vid"] == vid


def test_a_deleted_contact_is_gone_and_its_email_free(client: ApiClient) -> None:
    vid = client.create(email="ada@example.com", firstname="Ada")
    assert client.delete(f"/contacts/v1/contact/vid/{vid}") == {"vid": vid, "deleted": True, "reason": "OK"}
    client.get(f"/contacts/v1/contact/vid/{vid}/profile", 404)
    client.get("/contacts/v1/contact/email/ada@example.com/profile", 404)
    again = client.create(email="ada@example.com")
    assert again != vid and client.value(again, "firstname") is None


def test_another_portal_sees_nothing(client: ApiClient, stranger: ApiClient) -> None:
    vid = client.create(email="ada@example.com")
    path = f"/contacts/v1/contact/vid/{vid}"
    stranger.get(f"{path}/profile", 404)
    stranger.get("/contacts/v1/contact/email/ada@example.com/profile", 404)
    stranger.post(f"{path}/profile", as_body({"firstname": "x"}), 404)
    stranger.delete(path, 404)
    stranger.post(f"/contacts/v1/contact/merge-vids/{vid}", {"vidToMerge": vid}, 400)
    assert stranger.create(email="ada@example.com") == vid
    assert client.value(vid, "firstname") is None
