"""Many contacts in one request: the bulk upsert and the look-ups."""

from typing import Any

import pytest

from records import identities
from records.session import Database
from tests.support.api import ApiClient, as_body
from tests.support.clock import MovableClock

BATCH = "/contacts/v1/contact/batch"
VIDS = "/contacts/v1/contact/vids/batch"
EMAILS = "/contacts/v1/contact/emails/batch"


def item(values: dict[str, Any], **identity: Any) -> dict[str, Any]:
    """Return an item of a bulk upsert."""
    return {**identity, **as_body(values)}


def failures(client: ApiClient, items: Any) -> list[tuple[int, str]]:
    """Return index and message of every failure of a refused batch."""
    answer = client.post(BATCH, items, 400)
    assert (answer["status"], answer["message"]) == ("error", "Errors found processing batch update")
    return [(failure["index"], failure["error"]["message"]) for failure in answer["failureMessages"]]


def count(client: ApiClient) -> int:
    """Return how many contacts there are."""
    contacts: int = client.get("/contacts/v1/contacts/statistics")["contacts"]
    return contacts


def test_a_batch_updates_by_vid_and_email_and_creates_the_rest(client: ApiClient) -> None:
    ada = client.create(email="ada@example.com")
    bob = client.create(firstname="Bob")
    items = [
        item({"firstname": "Ada"}, email="ADA@example.com"),
        item({"firstname": "Robert"}, vid=str(bob)),
        item({"lastname": "Builder"}, vid=bob),
        item({"firstname": "Eve"}, email="eve@example.com"),
    ]
    answer = client.raw("POST", BATCH, json=items)
    assert (answer.status_code, answer.data) == (202, b"")
    assert (client.value(ada, "firstname"), client.value(bob, "firstname")) == ("Ada", "Robert")
    assert client.value(bob, "lastname") == "Builder"
    eve = client.get("/contacts/v1/contact/email/eve@example.com/profile")
    assert eve["properties"]["hs_analytics_source_data_1"]["value"] == "BATCH_UPDATE"
    assert eve["properties"]["hs_analytics_source_data_2"]["value"] == "auditId=null"


def test_a_batch_names_its_label_as_source(client: ApiClient) -> None:
    client.post(f"{BATCH}/?auditId=spring", [item({"firstname": "Eve"}, email="eve@example.com")], 202)
    shown = client.get("/contacts/v1/contact/email/eve@example.com/profile")["properties"]
    [version] = shown["firstname"]["versions"]
    assert (version["source-type"], version["source-id"]) == ("BATCH_UPDATE", "auditId=spring")


def test_items_for_one_new_email_make_one_contact(client: ApiClient) -> None:
    items = [item({"firstname": name}, email="eve@example.com") for name in ("Eve", "Eva")]
    client.post(BATCH, items, 202)
    shown = client.get("/contacts/v1/contact/email/eve@example.com/profile")["properties"]
    assert (count(client), shown["firstname"]["value"]) == (1, "Eva")


@pytest.mark.parametrize("items", [[], [{"email": "eve@example.com"}], [{"email": "eve@example.com", "x": []}]])
def test_empty_batches_and_items_are_accepted(client: ApiClient, items: Any) -> None:
    client.post(BATCH, items, 202)
    assert count(client) == len(items)


def test_one_bad_item_refuses_the_whole_batch(client: ApiClient) -> None:
    good = item({"firstname": "Eve"}, email="eve@example.com")
    message = "You need to supply a vid or email for the contact."
    assert failures(client, [good, item({"firstname": "x"})]) == [(1, message)]
    assert count(client) == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"email": "nonsense"}, "Email address nonsense is invalid"),
        ({"email": 5}, "You need to supply a vid or email for the contact."),
        ({"vid": "abc"}, "vid: 'abc' is not a vid; send a whole number from 1 to 9223372036854775807"),
        ({"vid": 2**63}, f"vid: {2**63} is not a vid; send a whole number from 1 to 9223372036854775807"),
        ({"vid": 99}, "contact does not exist"),
        ({"email": "e@example.com", "properties": "x"}, "properties: it is not a list of objects"),
        ({"email": "e@example.com", "properties": [1]}, "properties: it is not a list of objects"),
        ({"email": "e@example.com", "properties": [{"name": "x"}]}, "property cannot be missing or null"),
        ("x", "the item is not an object"),
    ],
)
def test_what_is_wrong_with_an_item_is_told(client: ApiClient, bad: Any, message: str) -> None:
    [(index, told)] = failures(client, [item({"firstname": "Eve"}, email="eve@example.com"), bad])
    assert (index, told[: len(message)]) == (1, message)


def test_all_bad_items_are_told_at_once(client: ApiClient) -> None:
    answer = client.post(
        BATCH,
        [
            item({"nosuch": "x"}, email="a@example.com"),
            item({}, email="bad"),
            item({}, email="b@example.com"),
            item({}, email="worse"),
        ],
        400,
    )
    assert answer["invalidEmails"] == ["bad", "worse"]
    assert [failure["index"] for failure in answer["failureMessages"]] == [0, 1, 3]
    assert answer["failureMessages"][0]["propertyValidationResult"]["error"] == "PROPERTY_DOESNT_EXIST"


def test_a_taken_email_is_told_with_its_item(client: ApiClient) -> None:
    client.create(email="taken@example.com")
    vid = client.create(firstname="Ada")
    items = [item({"firstname": "x"}, vid=vid), item({"email": "taken@example.com"}, vid=vid)]
    [(index, message)] = failures(client, items)
    assert (index, message.partition(":")[0]) == (1, "Contact already exists")
    assert client.value(vid, "firstname") == "Ada"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"vid": 1}, "body: it is not a list"),
        ([{"email": "e@example.com"}] * 1001, "body: 1001 contacts are too many; send at most 1000"),
    ],
)
def test_what_is_no_batch_is_refused(client: ApiClient, body: Any, message: str) -> None:
    assert client.post(BATCH, body, 400)["message"].startswith(message)


def test_a_thousand_items_are_taken(client: ApiClient) -> None:
    client.post(BATCH, [item({"firstname": "x"}, email=f"e{n}@example.com") for n in range(1000)], 202)
    assert count(client) == 1000


def test_contacts_by_vid_are_keyed_by_vid_and_brief(client: ApiClient) -> None:
    ada, bob = client.create(email="ada@example.com"), client.create(firstname="Bob")
    answer = client.get(VIDS, vid=[ada, bob, 99, "abc", -1, 2**70, ada])
    assert answer.keys() == {str(ada), str(bob)}
    assert answer[str(bob)]["properties"]["firstname"] == {"value": "Bob"}
    assert "list-memberships" not in answer[str(bob)] and answer[str(bob)]["vid"] == bob


def test_contacts_by_vid_may_show_more(client: ApiClient) -> None:
    vid = client.create(firstname="Bob")
    query: dict[str, Any] = {
        "vid": vid,
        "propertyMode": "value_and_history",
        "showListMemberships": "True",
        "property": "firstname",
    }
    shown = client.get(VIDS, **query)[str(vid)]
    assert shown["list-memberships"] == [] and len(shown["properties"]["firstname"]["versions"]) == 1


def test_contacts_by_email_are_keyed_by_vid(client: ApiClient) -> None:
    vid = client.create(email="ada+tag@example.com")
    asked = ["ADA+tag@example.com", "nobody@example.com", "nonsense"]
    assert client.get(EMAILS, email=asked).keys() == {str(vid)}


def test_an_unescaped_plus_in_the_query_is_a_plus(client: ApiClient) -> None:
    vid = client.create(email="ada+tag@example.com")
    assert client.get(f"{EMAILS}/?email=ada+tag@example.com").keys() == {str(vid)}


@pytest.mark.parametrize("path", ["utks/batch", "byUtk/batch"])
def test_contacts_by_token_are_keyed_by_token(
    client: ApiClient, database: Database, clock: MovableClock, path: str
) -> None:
    vid = client.create(firstname="Ada")
    with database.write() as session:
        identities.claim_token(session, client.portal_id, vid, "ABC1", clock.moment)
    answer = client.get(f"/contacts/v1/contact/{path}", utk=["abc1", "nope"])
    assert {token: contact["vid"] for token, contact in answer.items()} == {"abc1": vid}


@pytest.mark.parametrize("path", [VIDS, EMAILS, "/contacts/v1/contact/utks/batch"])
def test_nothing_found_is_an_empty_object(client: ApiClient, path: str) -> None:
    assert client.get(path) == {}


def test_more_than_a_hundred_are_refused(client: ApiClient) -> None:
    message = client.get(VIDS, 400, vid=list(range(1, 102)))["message"]
    assert message == "vid: 101 contacts are too many; ask for at most 100"


def test_another_portals_contacts_are_not_shown(client: ApiClient, stranger: ApiClient) -> None:
    vid = client.create(email="ada@example.com")
    assert stranger.get(VIDS, vid=vid) == {} and stranger.get(EMAILS, email="ada@example.com") == {}
