"""Properties and groups through both generations of the API (contract S3)."""

from typing import Any

import pytest

from records import lists, marks, properties
from records.catalogues import load_catalogue
from records.lists import Criteria
from records.marks import Urgency
from records.models import Contact, Dirty
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts
from tests.support.api import ApiClient

SECOND = ("/properties/v1/contacts", "/contacts/v2")
SIZE = {
    "name": "shoe_size",
    "label": "Shoe size",
    "groupName": "contactinformation",
    "type": "string",
    "fieldType": "text",
}
TOLD = {
    **SIZE,
    "description": "",
    "hidden": False,
    "options": [],
    "deleted": False,
    "displayOrder": -1,
    "formField": False,
    "readOnlyValue": False,
    "readOnlyDefinition": False,
    "mutableDefinitionNotDeletable": False,
    "calculated": False,
    "externalOptions": False,
    "displayMode": "current_value",
    "hubspotDefined": False,
}
ONE = {"label": "One", "value": "1"}


def own(told: dict[str, Any]) -> dict[str, Any]:
    """A property without the moments of its creation and change."""
    return {key: value for key, value in told.items() if key not in ("createdAt", "updatedAt")}


@pytest.fixture
def new_size(client: ApiClient) -> None:
    """A property of the portal's own."""
    client.post("/properties/v1/contacts/properties", SIZE)


@pytest.mark.parametrize("prefix", SECOND)
def test_the_second_generation_creates_reads_changes_and_deletes(client: ApiClient, prefix: str) -> None:
    assert own(client.post(f"{prefix}/properties", SIZE)) == TOLD
    assert own(client.get(f"{prefix}/properties/named/shoe_size")) == TOLD
    changed = client.put(f"{prefix}/properties/named/shoe_size", {"label": "Size", "hidden": True})
    assert own(changed) == {**TOLD, "label": "Size", "hidden": True}
    assert changed in client.get(f"{prefix}/properties")
    assert client.delete(f"{prefix}/properties/named/shoe_size", 204) is None
    gone = client.get(f"{prefix}/properties/named/shoe_size", 404)
    assert gone["message"] == "Couldn't find a Property with the given name 'shoe_size'"


def test_the_first_generation_puts_to_create_and_posts_to_change(client: ApiClient) -> None:
    assert own(client.put("/contacts/v1/properties/shoe_size", SIZE)) == TOLD
    assert client.post("/contacts/v1/properties/shoe_size", {"label": "Size"})["label"] == "Size"
    assert client.delete("/contacts/v1/properties/shoe_size", 204) is None
    assert [row for row in client.get("/contacts/v1/properties") if row["name"] == "shoe_size"] == []


def test_every_listing_is_a_bare_array_of_the_built_in_properties(client: ApiClient) -> None:
    told = [client.get(f"{prefix}/properties") for prefix in (*SECOND, "/contacts/v1")]
    assert told[0] == told[1] == told[2]
    by_name = {row["name"]: row for row in told[0]}
    assert len(by_name) == 136
    assert TOLD.keys() <= by_name["firstname"].keys()
    assert by_name["firstname"]["hubspotDefined"] is True
    assert by_name["phone"]["textDisplayHint"] == "phone_number"


def test_junk_in_queries_is_ignored_and_paths_may_end_with_a_slash(client: ApiClient) -> None:
    assert len(client.get("/properties/v1/contacts/properties/", properties="email,phone")) == 136


@pytest.mark.usefixtures("new_size")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/properties/v1/contacts/properties"), ("PUT", "/contacts/v1/properties/shoe_size")],
)
def test_a_name_that_exists_answers_409(client: ApiClient, method: str, path: str) -> None:
    answer = client.send(method, path, 409, body=SIZE)
    assert answer["status"] == "error"
    assert "shoe_size" in answer["message"]


def test_keys_that_only_the_service_writes_are_ignored(client: ApiClient) -> None:
    sent = {
        **SIZE,
        "hubspotDefined": True,
        "readOnlyValue": True,
        "calculated": True,
        "portalId": 5,
        "description": None,
    }
    assert own(client.post("/contacts/v2/properties", sent)) == TOLD


def test_options_are_completed_and_kept_in_order(client: ApiClient) -> None:
    body = {
        **SIZE,
        "type": "enumeration",
        "fieldType": "select",
        "options": [ONE, {**ONE, "value": "2", "hidden": True}],
    }
    told = client.post("/contacts/v2/properties", body)["options"]
    assert told[0] == {
        "label": "One",
        "value": "1",
        "displayOrder": -1,
        "hidden": False,
        "readOnly": False,
        "description": None,
        "doubleData": None,
    }
    assert [(option["value"], option["hidden"]) for option in told] == [("1", False), ("2", True)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": None}, "name: None is no name; send lower-case letters"),
        ({"name": "Shoe"}, "name: 'Shoe' is no name; send lower-case letters"),
        ({"name": "1st"}, "name: '1st' is no name"),
        ({"name": ""}, "name: '' is no name"),
        ({"name": "a" * 101}, "at most 100 characters"),
        ({"name": 5}, "name: 5 is not a string; send one"),
        ({"label": None}, "is missing; send a string"),
        ({"label": "x" * 251}, "has 251 characters; send at most 250"),
        ({"label": "a\0"}, "holds a NUL character; leave it out"),
        ({"groupName": None}, "groupName: None is missing"),
        ({"groupName": "nowhere"}, "groupName: no group is called 'nowhere'; create it first"),
        ({"type": "text"}, "type: 'text' is not known; send one of string, number, bool, date, datetime, enumeration"),
        ({"type": None}, "type: None is missing; send one of string, number"),
        ({"fieldType": "slider"}, "fieldType: 'slider' is not known; send one of text, textarea"),
        ({"type": "enumeration"}, "options: an enumeration needs at least one; send a list of options"),
        ({"options": "x"}, "options: 'x' is not a list; send a list of options"),
        ({"options": [None]}, "options[0]: None is not an object; send one"),
        ({"options": [{**ONE, "doubleData": "x"}]}, "options[0].doubleData: 'x' is not a number; send one"),
        ({"options": [{"label": "One"}]}, "options[0].value: is missing"),
        ({"options": [{**ONE, "value": "1;2"}]}, "options[0].value: '1;2' is no internal value"),
        ({"options": [{**ONE, "value": ""}]}, "is no internal value"),
        ({"options": [ONE, ONE]}, "hold the value '1' twice; send each value once"),
        ({"options": [{**ONE, "value": str(i)} for i in range(1_001)]}, "are 1001; send at most 1000 options"),
        ({"displayOrder": "x"}, "displayOrder: 'x' is not a whole number"),
        ({"hidden": "maybe"}, "hidden: 'maybe' is not a boolean; send true or false"),
    ],
)
def test_a_property_that_cannot_be_is_refused_in_words(client: ApiClient, changes: dict[str, Any], says: str) -> None:
    answer = client.post("/properties/v1/contacts/properties", {**SIZE, **changes}, 400)
    assert says in answer["message"]
    assert client.get("/properties/v1/contacts/properties/named/shoe_size", 404)


@pytest.mark.usefixtures("new_size")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/contacts/v1/properties/other"),
        ("POST", "/contacts/v1/properties/other"),
        ("PUT", "/contacts/v2/properties/named/other"),
    ],
)
def test_the_name_in_the_path_and_in_the_body_must_match(client: ApiClient, method: str, path: str) -> None:
    answer = client.send(method, path, 400, body=SIZE)
    assert answer["message"] == "name: 'shoe_size' is not the name in the path; send 'other'"


@pytest.mark.parametrize("prefix", SECOND)
def test_built_in_properties_stay_as_they_are(client: ApiClient, prefix: str) -> None:
    before = client.get(f"{prefix}/properties/named/email")
    refused = client.put(f"{prefix}/properties/named/email", {"label": "Mail"}, 400)
    assert "built in" in refused["message"]
    assert "built in" in client.delete(f"{prefix}/properties/named/email", 400)["message"]
    assert client.get(f"{prefix}/properties/named/email") == before


def test_changing_or_deleting_an_unknown_property_answers_404(client: ApiClient) -> None:
    text = "Couldn't find a Property with the given name 'nope'"
    assert client.put("/contacts/v2/properties/named/nope", {}, 404)["message"] == text
    assert client.delete("/contacts/v1/properties/nope", 404)["message"] == text


def test_a_portal_has_a_thousand_properties_at_most(client: ApiClient, database: Database) -> None:
    with database.write() as session:
        for number in range(1_000 - 137):
            properties.create_property(session, client.portal_id, {**TOLD, "name": f"p{number}"})
    client.post("/contacts/v2/properties", {**SIZE, "name": "the_last"})
    answer = client.post("/contacts/v2/properties", SIZE, 400)
    assert "at most 1000 properties" in answer["message"]


def test_the_properties_of_another_portal_are_not_seen(client: ApiClient, stranger: ApiClient) -> None:
    client.post("/contacts/v2/properties", SIZE)
    client.post("/contacts/v2/groups", {"name": "mine"})
    stranger.get("/contacts/v2/properties/named/shoe_size", 404)
    stranger.put("/contacts/v2/properties/named/shoe_size", {"label": "x"}, 404)
    stranger.delete("/contacts/v2/groups/named/mine", 404)
    stranger.post("/contacts/v2/properties", SIZE)


class Portal:
    """The records of the client's portal, written to without HTTP."""

    def __init__(self, database: Database, portal_id: int) -> None:
        self.database = database
        self.portal_id = portal_id

    def contact(self, **values: str) -> int:
        """Store a contact and forget that it is dirty."""
        with self.database.write() as session:
            contact = new_contacts(session, self.portal_id, [("API", "")])[0]
            write_contacts(session, self.portal_id, [Change(contact, values, Source("API"))])
            marks.settle(session, self.portal_id, marks.claim(session, self.portal_id, 10))
        return contact.vid

    def list_reading(self, name: str) -> None:
        """Store a dynamic list that reads a property."""
        with self.database.write() as session:
            criteria = Criteria([], frozenset({name}), frozenset())
            lists.create_list(session, self.portal_id, f"Reads {name}", True, criteria)

    def dirty(self) -> dict[int, tuple[str, int]]:
        """What is marked: vid -> changed names and urgency."""
        with self.database.read() as session:
            return {row.vid: (row.changed, row.urgency) for row in session.query(Dirty)}

    def stored(self, vid: int) -> dict[str, Any]:
        """The stored values of a contact."""
        with self.database.read() as session:
            row = session.get(Contact, (self.portal_id, vid))
            assert row is not None
            return row.properties

    def version(self) -> int:
        """The version of the portal's catalogue."""
        with self.database.read() as session:
            return load_catalogue(session, self.portal_id).version


@pytest.fixture
def portal(database: Database, client: ApiClient) -> Portal:
    """The records behind the client."""
    return Portal(database, client.portal_id)


NAMED = "/contacts/v2/properties/named/shoe_size"


@pytest.mark.usefixtures("new_size")
@pytest.mark.parametrize("change", [{"type": "number"}, None], ids=["type", "deletion"])
def test_a_property_that_a_list_reads_keeps_its_type_and_stays(
    client: ApiClient, portal: Portal, change: dict[str, str] | None
) -> None:
    portal.contact(shoe_size="42")
    portal.list_reading("shoe_size")
    answer = client.delete(NAMED, 400) if change is None else client.put(NAMED, change, 400)
    assert answer["message"] == (
        "Property 'shoe_size' is used by the lists 'Reads shoe_size': change or delete those first"
    )
    assert client.get(NAMED)["type"] == "string"
    assert portal.dirty() == {}
    client.put(NAMED, {"label": "Size", "type": "string"})


@pytest.mark.usefixtures("new_size")
def test_a_type_that_stored_values_do_not_fit_is_refused_with_their_number_and_an_example(
    client: ApiClient, portal: Portal
) -> None:
    portal.contact(shoe_size="42")
    misfit = portal.contact(shoe_size="large")
    portal.contact(shoe_size="small")
    portal.contact(firstname="Ada")
    version = portal.version()
    answer = client.put(NAMED, {"type": "number"}, 400)
    assert answer["message"] == (
        f"type: the values of 'shoe_size' of 2 contacts are not of type number, such as that of contact {misfit}; "
        "change those values first"
    )
    assert client.get(NAMED)["type"] == "string"
    assert portal.dirty() == {}
    assert portal.version() == version


@pytest.mark.usefixtures("new_size")
@pytest.mark.parametrize(
    ("value", "type", "answer"),
    [
        ("42", "number", 200),
        (" 42", "number", 400),
        ("true", "bool", 200),
        ("True", "bool", 400),
        ("1556928000000", "date", 200),
        ("1556928000001", "date", 400),
        ("2019-05-04T00:00:00Z", "datetime", 400),
        ("", "number", 200),
    ],
)
def test_values_fit_a_type_when_they_stand_as_that_type_stores_them(
    client: ApiClient, portal: Portal, value: str, type: str, answer: int
) -> None:
    vid = portal.contact(shoe_size="x")
    with portal.database.write() as session:
        row = session.get_one(Contact, (portal.portal_id, vid))
        row.properties = {**row.properties, "shoe_size": value}
    client.put(NAMED, {"type": type}, answer)


def test_a_property_of_several_values_that_a_list_counts_keeps_them(client: ApiClient, portal: Portal) -> None:
    client.post("/contacts/v2/properties", {**SIZE, "type": "enumeration", "fieldType": "select", "options": [ONE]})
    vid = portal.contact(shoe_size="1")
    assert client.put(NAMED, {"fieldType": "checkbox"})["fieldType"] == "checkbox"
    assert portal.dirty() == {vid: ("shoe_size", int(Urgency.UPKEEP))}
    count = {"kind": "count", "field": "shoe_size", "op": "eq", "value": 1}
    counting = client.post("/contacts/v1/lists", {"name": "Counting", "dynamic": True, "filterTree": count})
    refusal = client.put(NAMED, {"fieldType": "radio"}, 400)["message"]
    assert "is used by the lists 'Counting'" in refusal
    assert client.get(f"/contacts/v1/lists/{counting['listId']}")["filterTree"]["kind"] == "count"
    client.put(NAMED, {"label": "Sizes"})


@pytest.mark.usefixtures("new_size")
def test_every_contact_with_a_value_is_marked_when_the_type_changes_or_the_property_goes_or_comes_back(
    client: ApiClient, portal: Portal
) -> None:
    vid = portal.contact(shoe_size="42")
    portal.contact(firstname="Ada")
    expected = {vid: ("shoe_size", int(Urgency.UPKEEP))}

    def changed() -> dict[int, tuple[str, int]]:
        found = portal.dirty()
        with portal.database.write() as session:
            session.query(Dirty).delete()
        return found

    client.put(NAMED, {"label": "Size"})
    assert changed() == {}
    client.put(NAMED, {"type": "number", "fieldType": "number"})
    assert changed() == expected
    client.delete(NAMED, 204)
    assert changed() == expected
    assert portal.stored(vid)["shoe_size"] == "42"
    client.post("/contacts/v2/properties", SIZE)
    assert changed() == expected


@pytest.mark.usefixtures("new_size")
def test_a_property_does_not_come_back_with_a_type_that_left_over_values_do_not_fit(
    client: ApiClient, portal: Portal
) -> None:
    vid = portal.contact(shoe_size="large")
    client.delete(NAMED, 204)
    answer = client.post("/contacts/v2/properties", {**SIZE, "type": "number", "fieldType": "number"}, 400)
    assert f"of 1 contacts are not of type number, such as that of contact {vid}" in answer["message"]


def test_an_option_may_go_while_contacts_have_it(client: ApiClient, portal: Portal) -> None:
    options = [ONE, {**ONE, "value": "2"}]
    client.post("/contacts/v2/properties", {**SIZE, "type": "enumeration", "fieldType": "select", "options": options})
    vid = portal.contact(shoe_size="2")
    told = client.put(NAMED, {"options": [ONE]})
    assert [option["value"] for option in told["options"]] == ["1"]
    assert portal.stored(vid)["shoe_size"] == "2"
    assert "needs at least one" in client.put(NAMED, {"options": []}, 400)["message"]


def test_every_change_raises_the_catalogues_version(client: ApiClient, portal: Portal) -> None:
    versions = [portal.version()]
    client.post("/contacts/v2/properties", SIZE)
    versions.append(portal.version())
    client.put(NAMED, {"label": "Size"})
    versions.append(portal.version())
    client.delete(NAMED, 204)
    versions.append(portal.version())
    assert versions == sorted(set(versions))


GROUP = {"name": "shop", "displayName": "Shop", "displayOrder": 3}


@pytest.mark.parametrize("prefix", SECOND)
def test_groups_are_created_read_changed_and_deleted(client: ApiClient, prefix: str) -> None:
    told = {**GROUP, "hubspotDefined": False}
    assert client.post(f"{prefix}/groups", GROUP) == told
    assert client.get(f"{prefix}/groups/named/shop") == told
    assert told in client.get(f"{prefix}/groups")
    assert client.put(f"{prefix}/groups/named/shop", {"displayName": "The shop"}) == {
        **told,
        "displayName": "The shop",
    }
    assert client.delete(f"{prefix}/groups/named/shop", 204) is None
    gone = client.get(f"{prefix}/groups/named/shop", 404)
    assert gone["message"] == "Couldn't find a Group with the given name 'shop'."


def test_the_first_generations_groups_are_the_same(client: ApiClient) -> None:
    assert client.put("/contacts/v1/groups/shop", {"displayName": "Shop"})["displayOrder"] == -1
    assert client.post("/contacts/v1/groups/shop", {"displayOrder": 3}) == {**GROUP, "hubspotDefined": False}
    assert client.get("/contacts/v1/groups/shop") == client.get("/contacts/v2/groups/named/shop")
    assert client.get("/contacts/v1/groups") == client.get("/contacts/v2/groups")
    assert client.delete("/contacts/v1/groups/shop", 204) is None


def test_a_group_without_a_display_name_has_an_empty_one(client: ApiClient) -> None:
    assert client.post("/contacts/v2/groups", {"name": "shop"})["displayName"] == ""


def test_a_groups_name_must_be_free_and_well_formed(client: ApiClient) -> None:
    client.post("/contacts/v2/groups", GROUP)
    assert "shop" in client.post("/contacts/v2/groups", GROUP, 409)["message"]
    assert "is no name" in client.post("/contacts/v2/groups", {"name": "My shop"}, 400)["message"]
    assert "is no name" in client.post("/contacts/v2/groups", {"displayName": "Shop"}, 400)["message"]


def test_a_group_that_holds_properties_is_not_deleted(client: ApiClient) -> None:
    client.post("/contacts/v2/groups", GROUP)
    client.post("/contacts/v2/properties", {**SIZE, "groupName": "shop"})
    answer = client.delete("/contacts/v2/groups/named/shop", 400)
    assert answer["message"] == "Group 'shop' holds 1 properties: move or delete those first"
    client.put(NAMED, {"groupName": "contactinformation"})
    client.delete("/contacts/v2/groups/named/shop", 204)


def test_built_in_groups_stay_as_they_are(client: ApiClient) -> None:
    path = "/contacts/v2/groups/named/contactinformation"
    assert "built in" in client.put(path, {"displayName": "x"}, 400)["message"]
    assert "built in" in client.delete(path, 400)["message"]


def test_a_group_is_told_with_its_properties_where_asked(client: ApiClient) -> None:
    client.post("/contacts/v2/groups", GROUP)
    client.post("/contacts/v2/properties", {**SIZE, "groupName": "shop"})
    for path in ("/contacts/v2/groups/named/shop", "/contacts/v1/groups/shop"):
        told = client.get(path, includeProperties="true")
        assert [row["name"] for row in told["properties"]] == ["shoe_size"]
    everything = client.get("/contacts/v2/groups", includeProperties="True")
    assert sum(len(group["properties"]) for group in everything) == 137
