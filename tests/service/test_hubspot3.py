"""An old client, unchanged, against the service on a real socket: the outside judge of the wire."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hubspot3.contact_lists import ContactListsClient
from hubspot3.contacts import ContactsClient
from hubspot3.error import HubspotBadRequest, HubspotConflict, HubspotNotFound, HubspotUnauthorized
from hubspot3.properties import PropertiesClient

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient, as_body
from tests.support.clock import MovableClock
from tests.support.http import serve


@pytest.fixture
def options(app: Flask, client: ApiClient) -> Iterator[dict[str, Any]]:
    """What hubspot3's clients are made with: our address and a key."""
    with serve(app) as address:
        yield {"api_key": client.key, "api_base": address}


@pytest.fixture
def contacts(options: dict[str, Any]) -> ContactsClient:
    """hubspot3's client of contacts."""
    return ContactsClient(**options)


def create(contacts: ContactsClient, **values: str) -> int:
    """Create a contact and return its vid."""
    vid: int = contacts.create(as_body(values))["vid"]
    return vid


def test_contacts_are_created_read_and_written(contacts: ContactsClient) -> None:
    vid = create(contacts, email="ada+tag@example.com", firstname="Ada")
    contacts.update_by_id(vid, as_body({"lastname": "Byron"}))
    contacts.update_by_email("ada+tag@example.com", as_body({"lastname": "Lovelace"}))
    assert contacts.get_by_email("ada+tag@example.com")["vid"] == vid
    assert contacts.get_by_id(vid)["properties"]["lastname"]["value"] == "Lovelace"


def test_contacts_are_created_or_updated(contacts: ContactsClient) -> None:
    first = contacts.create_or_update_by_email("ada@example.com", as_body({"firstname": "Ada"}))
    second = contacts.create_or_update_by_email("ada@example.com", as_body({"firstname": "A"}))
    assert first["isNew"] is True and second == {"vid": first["vid"], "isNew": False}


def test_all_contacts_are_paged_through(contacts: ContactsClient, client: ApiClient) -> None:
    client.post("/contacts/v1/contact/batch", [{"email": f"e{n}@example.com"} for n in range(230)], 202)
    found = contacts.get_all(extra_properties=["lifecyclestage"])
    assert sorted(contact["id"] for contact in found) == list(range(1, 231))
    assert {contact["lifecyclestage"] for contact in found} == {"subscriber"}


def test_recent_contacts_are_paged_through(contacts: ContactsClient, client: ApiClient, clock: MovableClock) -> None:
    client.post("/contacts/v1/contact/batch", [{"email": f"e{n}@example.com"} for n in range(130)], 202)
    clock.advance(1_000)
    client.update(7, firstname="x")
    created = [contact["vid"] for contact in contacts.get_recently_created(limit=200)]
    modified = [contact["vid"] for contact in contacts.get_recently_modified(limit=200)]
    assert created == list(range(130, 0, -1))
    assert modified == [7, *(vid for vid in created if vid != 7)]


def test_contacts_are_searched(contacts: ContactsClient, client: ApiClient, runtime: Runtime) -> None:
    items = [{"email": f"e{n}@example.com", **as_body({"lastname": "Lovelace"})} for n in range(120)]
    client.post("/contacts/v1/contact/batch", items, 202)
    tasks.settle(runtime)
    assert len(contacts.search("lovel")) == 120
    assert contacts.search("nobody") == []


def test_contacts_are_merged_and_deleted(contacts: ContactsClient) -> None:
    primary, secondary = create(contacts, firstname="One"), create(contacts, email="two@example.com")
    contacts.merge(primary, secondary)
    assert contacts.get_by_id(secondary)["canonical-vid"] == primary
    assert contacts.delete_by_id(primary)["deleted"] is True
    with pytest.raises(HubspotNotFound):
        contacts.get_by_id(secondary)


def test_secondary_emails_are_kept(contacts: ContactsClient) -> None:
    vid = create(contacts, email="ada@example.com")
    assert contacts.add_secondary_email(vid, "b@example.com")["secondaryEmails"] == ["b@example.com"]
    contacts.update_secondary_email(vid, "b@example.com", "c@example.com")
    assert contacts.get_secondary_emails(vid)["secondaryEmails"] == ["c@example.com"]
    assert contacts.delete_secondary_email(vid, "c@example.com")["secondaryEmails"] == []


def test_refusals_are_told_apart(contacts: ContactsClient, options: dict[str, Any]) -> None:
    create(contacts, email="ada@example.com")
    with pytest.raises(HubspotConflict, match="Contact already exists"):
        create(contacts, email="ada@example.com")
    with pytest.raises(HubspotBadRequest, match="Property values were not valid"):
        create(contacts, email="nonsense")
    with pytest.raises(HubspotNotFound, match="contact does not exist"):
        contacts.get_by_id(99)
    with pytest.raises(HubspotUnauthorized, match="This hapikey doesn't exist."):
        ContactsClient(**{**options, "api_key": "wrong"}).get_by_id(1)


def test_lists_are_made_filled_and_deleted(contacts: ContactsClient, options: dict[str, Any]) -> None:
    lists = ContactListsClient(**options)
    vid = create(contacts, firstname="Ada")
    made = lists.create_a_contact_list("Friends", None, dynamic=False)
    assert lists.add_contact_to_a_list(made["listId"], [vid])["updated"] == [vid]
    assert [found["name"] for found in lists.get_contact_lists()["lists"]] == ["Friends"]
    assert [contact["vid"] for contact in contacts.get_in_list(made["listId"])] == [vid]
    lists.delete_a_contact_list(made["listId"])
    assert lists.get_contact_lists()["lists"] == []


def test_properties_are_made_and_written(contacts: ContactsClient, options: dict[str, Any]) -> None:
    properties = PropertiesClient(**options)
    group = "contactinformation"
    properties.create("contacts", "pet", "Pet", "An animal", group, "string", "text")
    vid = create(contacts, pet="cat")
    assert contacts.get_by_id(vid)["properties"]["pet"]["value"] == "cat"
    assert "pet" in {found["name"] for found in properties.get_all("contacts")}
