"""Merging two contacts, through the HTTP door."""

from typing import Any

import pytest

from records import feed, memberships
from records.feed import Kind, Move
from records.models import ContactList, FeedEvent
from records.session import Database
from records.writes import Change, Source, lock_contacts, write_contacts
from tests.support.api import ApiClient
from tests.support.clock import MovableClock

CANONICAL = "canonical vid is not a valid contact or is already in the process of being merged"
MERGED = "vid to merge is not a valid contact or is already in the process of being merged"


def merge(client: ApiClient, primary: int, secondary: int) -> None:
    """Merge the second contact into the first."""
    answer = client.raw("POST", f"/contacts/v1/contact/merge-vids/{primary}/", json={"vidToMerge": secondary})
    assert (answer.status_code, answer.data) == (200, b"SUCCESS")


@pytest.fixture
def pair(client: ApiClient, clock: MovableClock) -> tuple[int, int]:
    """A contact and, created a second later, another one to be merged into it."""
    primary = client.create(email="one@example.com", firstname="One", lastname="First", company="Old")
    clock.advance(1_000)
    secondary = client.create(email="two@example.com", firstname="Two", jobtitle="Boss")
    clock.advance(1_000)
    client.update(primary, lastname="Last")
    clock.advance(1_000)
    return primary, secondary


def test_the_most_recent_value_wins_for_each_property(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    shown = client.profile(pair[0])["properties"]
    values = {name: shown[name]["value"] for name in ("firstname", "lastname", "company", "jobtitle", "email")}
    assert values == {
        "firstname": "Two",
        "lastname": "Last",
        "company": "Old",
        "jobtitle": "Boss",
        "email": "one@example.com",
    }


def test_histories_are_interleaved_with_the_records_they_came_from(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    shown = client.profile(pair[0])["properties"]
    names = [(version["value"], version.get("source-vids")) for version in shown["firstname"]["versions"]]
    assert names == [("Two", [pair[1]]), ("One", None)]
    emails = [(version["value"], version["source-type"]) for version in shown["email"]["versions"]]
    assert emails == [("one@example.com", "MERGE_CONTACTS"), ("two@example.com", "API"), ("one@example.com", "API")]


def test_every_value_shown_is_the_newest_version(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    for name, shown in client.profile(pair[0])["properties"].items():
        assert shown["value"] == shown["versions"][0]["value"], name


def test_the_oldest_create_date_wins(client: ApiClient, clock: MovableClock) -> None:
    old = client.create(firstname="Old")
    created = clock.moment
    clock.advance(1_000)
    young = client.create(firstname="Young")
    clock.advance(1_000)
    merge(client, young, old)
    assert client.value(young, "createdate") == str(created)
    assert client.value(young, "hs_analytics_first_timestamp") == str(created)
    [listed] = client.get("/contacts/v1/lists/all/contacts/recent")["contacts"]
    assert (listed["vid"], listed["addedAt"]) == (young, created)


def test_the_merged_vid_leads_to_the_survivor(client: ApiClient, pair: tuple[int, int]) -> None:
    primary, secondary = pair
    merge(client, primary, secondary)
    profile = client.profile(secondary)
    assert (profile["vid"], profile["canonical-vid"]) == (secondary, primary)
    assert profile["merged-vids"] == [secondary, primary]
    assert client.get("/contacts/v1/contact/email/two@example.com/profile")["vid"] == primary
    batch = client.get("/contacts/v1/contact/vids/batch", vid=[primary, secondary])
    assert {key: contact["canonical-vid"] for key, contact in batch.items()} == {
        str(primary): primary,
        str(secondary): primary,
    }


def test_identities_move_and_the_merged_record_keeps_its_guid(client: ApiClient, pair: tuple[int, int]) -> None:
    guid = client.profile(pair[1])["identity-profiles"][0]["identities"][-1]["value"]
    merge(client, *pair)
    survivor, merged = client.profile(pair[0])["identity-profiles"]
    first, second, own = survivor["identities"]
    assert (survivor["vid"], merged["vid"]) == pair
    assert (first["value"], first["is-primary"]) == ("one@example.com", True)
    assert (second["value"], second["is-secondary"]) == ("two@example.com", True)
    assert own["type"] == "LEAD_GUID"
    assert [(identity["type"], identity["value"]) for identity in merged["identities"]] == [("LEAD_GUID", guid)]
    assert client.value(pair[0], "hs_additional_emails") == "two@example.com"


def test_a_merge_is_audited(client: ApiClient, pair: tuple[int, int], clock: MovableClock) -> None:
    merge(client, *pair)
    [audit] = client.profile(pair[0])["merge-audits"]
    assert (audit["canonical-vid"], audit["vid-to-merge"], audit["timestamp"]) == (*pair, clock.moment)
    assert audit["merged_from_email"]["value"] == "two@example.com"
    assert audit["merged_to_email"]["value"] == "one@example.com"
    assert (audit["first-name"], audit["num-properties-moved"]) == ("Two", 3)


def test_a_survivor_without_an_email_takes_the_merged_ones(client: ApiClient) -> None:
    primary, secondary = client.create(firstname="One"), client.create(email="two@example.com")
    merge(client, primary, secondary)
    [survivor, _] = client.profile(primary)["identity-profiles"]
    assert survivor["identities"][0]["is-primary"] is True
    assert client.value(primary, "email") == "two@example.com"
    assert client.value(primary, "hs_additional_emails") is None


def test_the_merged_record_disappears_from_listings(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    page = client.get("/contacts/v1/lists/all/contacts/all")
    assert [contact["vid"] for contact in page["contacts"]] == [pair[0]]
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 1


def test_writes_through_the_merged_vid_reach_the_survivor(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    client.update(pair[1], city="Turin")
    assert client.value(pair[0], "city") == "Turin"


def test_merges_may_be_merged(client: ApiClient, pair: tuple[int, int], clock: MovableClock) -> None:
    merge(client, *pair)
    clock.advance()
    third = client.create(email="three@example.com")
    clock.advance()
    merge(client, third, pair[0])
    profile = client.profile(pair[1])
    assert profile["canonical-vid"] == third and profile["merged-vids"] == [*pair, third]
    assert [audit["canonical-vid"] for audit in profile["merge-audits"]] == [pair[0], third]
    assert profile["properties"]["firstname"]["value"] == "Two"
    assert profile["properties"]["hs_additional_emails"]["value"] == "one@example.com;two@example.com"


def test_a_deleted_survivor_takes_its_merged_records_along(client: ApiClient, pair: tuple[int, int]) -> None:
    merge(client, *pair)
    client.delete(f"/contacts/v1/contact/vid/{pair[1]}")
    for vid in pair:
        client.get(f"/contacts/v1/contact/vid/{vid}/profile", 404)


@pytest.mark.parametrize(
    ("primary", "secondary", "message"),
    [(99, 1, CANONICAL), (1, 99, MERGED), (1, 1, MERGED), (3, 1, CANONICAL), (1, 3, MERGED), (2, 4, CANONICAL)],
)
def test_what_cannot_be_merged_is_refused(client: ApiClient, primary: int, secondary: int, message: str) -> None:
    """Contact 3 is deleted, 2 is merged into 1 already, 4 is a contact."""
    for name in "abcd":
        client.create(firstname=name)
    client.delete("/contacts/v1/contact/vid/3")
    merge(client, 1, 2)
    answer = client.post(f"/contacts/v1/contact/merge-vids/{primary}", {"vidToMerge": secondary}, 400)
    assert answer["message"] == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "vidToMerge: is missing; send a whole number"),
        ({"vidToMerge": "abc"}, "vidToMerge: 'abc' is not a whole number"),
        ({"vidToMerge": 2**63}, f"vidToMerge: {2**63} is not a whole number"),
        ({"vidToMerge": None}, "vidToMerge: None is not a whole number"),
        ({"vidToMerge": True}, "vidToMerge: True is not a whole number"),
        ({"vidToMerge": 1.5}, "vidToMerge: 1.5 is not a whole number"),
    ],
)
def test_a_malformed_merge_is_refused_in_words(client: ApiClient, body: Any, message: str) -> None:
    vid = client.create(firstname="x")
    assert client.post(f"/contacts/v1/contact/merge-vids/{vid}", body, 400)["message"].startswith(message)


def test_more_than_250_linked_vids_are_refused(client: ApiClient) -> None:
    client.post("/contacts/v1/contact/batch", [{"email": f"e{n}@example.com"} for n in range(251)], 202)
    for vid in range(2, 251):
        merge(client, 1, vid)
    message = client.post("/contacts/v1/contact/merge-vids/1", {"vidToMerge": 251}, 400)["message"]
    assert message.startswith("vidToMerge: contact 1 would carry more than 250 linked vids")
    assert len(client.profile(1)["merged-vids"]) == 250


@pytest.fixture
def lists(client: ApiClient, database: Database, pair: tuple[int, int]) -> None:
    """The second contact is in the static list 1 and the dynamic list 2, the first in the static list 3."""
    with database.write() as session:
        for list_id, dynamic in ((1, False), (2, True), (3, False)):
            session.add(_contact_list(client.portal_id, list_id, dynamic))
        session.flush()
        states = lock_contacts(session, client.portal_id, pair)
        marked = [(pair[1], ("s:1",)), (pair[0], ("s:3",))]
        changes = [Change(states[vid], {}, Source("API"), marks=marks) for vid, marks in marked]
        write_contacts(session, client.portal_id, changes)
        moves = [Move(list_id, vid, list_id, 1, {}) for list_id, vid in ((1, pair[1]), (2, pair[1]), (3, pair[0]))]
        joins = memberships.add(session, client.portal_id, moves)
        feed.append(session, feed.lock_clock(session, client.portal_id), joins, ())


def _contact_list(portal_id: int, list_id: int, dynamic: bool) -> ContactList:
    empty: dict[str, Any] = {"filters": [], "reads": [], "uses_lists": [], "state": "DONE"}
    moments = {"created_at": 0, "updated_at": 0, "state_changed_at": 0}
    name = f"List {list_id}"
    return ContactList(
        portal_id=portal_id,
        list_id=list_id,
        name=name,
        name_key=name,
        dynamic=dynamic,
        revision=list_id,
        **empty,
        **moments,
    )


def _events(database: Database, after: int) -> list[tuple[str, int, int, str]]:
    with database.read() as session:
        rows = session.query(FeedEvent).filter(FeedEvent.seq > after).order_by(FeedEvent.seq)
        return [(row.type, row.list_id, row.vid, row.reason["kind"]) for row in rows]


def _sizes(database: Database) -> dict[int, int]:
    with database.read() as session:
        return {row.list_id: row.size for row in session.query(ContactList)}


def test_a_merge_moves_static_memberships_and_tells_the_feed(
    client: ApiClient, database: Database, pair: tuple[int, int], lists: None
) -> None:
    primary, secondary = pair
    merge(client, primary, secondary)
    shown = {member["static-list-id"] for member in client.profile(primary)["list-memberships"]}
    assert shown == {1, 3}
    kind = Kind.CONTACT_MERGED.value
    assert _events(database, 3) == [
        ("LEAVE", 1, secondary, kind),
        ("LEAVE", 2, secondary, kind),
        ("JOIN", 1, primary, kind),
    ]
    assert _sizes(database) == {1: 1, 2: 0, 3: 1}


def test_a_delete_leaves_every_list_in_the_same_breath(
    client: ApiClient, database: Database, pair: tuple[int, int], lists: None
) -> None:
    client.delete(f"/contacts/v1/contact/vid/{pair[1]}")
    kind = Kind.CONTACT_DELETED.value
    assert _events(database, 3) == [("LEAVE", 1, pair[1], kind), ("LEAVE", 2, pair[1], kind)]
    assert _sizes(database) == {1: 0, 2: 0, 3: 1}


def test_memberships_are_shown_with_their_moment(
    client: ApiClient, pair: tuple[int, int], lists: None, clock: MovableClock
) -> None:
    [member] = client.profile(pair[0])["list-memberships"]
    assert member == {
        "static-list-id": 3,
        "internal-list-id": 3,
        "timestamp": clock.moment,
        "vid": pair[0],
        "is-member": True,
    }
