"""The members of lists: put in and taken out by hand, listed, and told in the feed."""

from typing import Any

import pytest

from records.models import Dirty, Membership
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient
from tests.support.clock import NOON, MovableClock

LISTS = "/contacts/v1/lists"
NOBODY: dict[str, list[Any]] = {"updated": [], "discarded": [], "invalidVids": [], "invalidEmails": []}


@pytest.fixture
def friends(client: ApiClient) -> int:
    """The id of an empty static list."""
    list_id: int = client.post(LISTS, {"name": "Friends", "dynamic": False, "filters": []})["listId"]
    return list_id


@pytest.fixture
def people(client: ApiClient) -> list[int]:
    """The vids of three contacts: ada@x.org, bob@x.org, eve@x.org."""
    return [client.create(firstname=name, email=f"{name}@x.org") for name in ("ada", "bob", "eve")]


def change(client: ApiClient, list_id: int, verb: str, *, vids: Any = (), emails: Any = ()) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = client.post(f"{LISTS}/{list_id}/{verb}", {"vids": list(vids), "emails": list(emails)})
    return told


def page(client: ApiClient, list_id: int, kind: str = "all", **query: Any) -> Any:
    return client.get(f"{LISTS}/{list_id}/contacts/{kind}", **query)


def vids(listing: Any) -> list[int]:
    return [contact["vid"] for contact in listing["contacts"]]


def events(client: ApiClient, list_id: int, **query: Any) -> Any:
    return client.get(f"/alerts/v1/lists/{list_id}/events", **query)


def test_adding_tells_what_changed_and_what_did_not(client: ApiClient, friends: int, people: list[int]) -> None:
    ada, bob, eve = people
    assert change(client, friends, "add", vids=[bob, ada]) == {**NOBODY, "updated": [ada, bob]}
    told = change(client, friends, "add", vids=[eve, ada, 99], emails=["BOB@x.org", "no@x.org", "nonsense"])
    assert told == {
        "updated": [eve],
        "discarded": [ada, bob],
        "invalidVids": [99],
        "invalidEmails": ["no@x.org", "nonsense"],
    }
    assert client.get(f"{LISTS}/{friends}")["metaData"]["size"] == 3


def test_removing_tells_what_changed_and_what_did_not(client: ApiClient, friends: int, people: list[int]) -> None:
    ada, bob, _ = people
    change(client, friends, "add", vids=[ada])
    told = change(client, friends, "remove", vids=[99], emails=["ada@x.org", "bob@x.org"])
    assert told == {"updated": [ada], "discarded": [bob], "invalidVids": [99], "invalidEmails": []}
    assert vids(page(client, friends)) == []
    assert client.get(f"{LISTS}/{friends}")["metaData"]["size"] == 0


def test_a_contact_named_twice_counts_once(client: ApiClient, friends: int, people: list[int]) -> None:
    ada = people[0]
    told = change(client, friends, "add", vids=[ada, str(ada)], emails=["ada@x.org", "ADA@x.org"])
    assert told == {**NOBODY, "updated": [ada]}


def test_a_merged_contact_is_added_as_its_survivor(client: ApiClient, friends: int, people: list[int]) -> None:
    ada, bob, _ = people
    client.raw("POST", f"/contacts/v1/contact/merge-vids/{ada}", json={"vidToMerge": bob})
    assert change(client, friends, "add", vids=[bob]) == {**NOBODY, "updated": [ada]}


def test_membership_is_a_mark_of_the_contact_and_no_change_of_its_properties(
    client: ApiClient, database: Database, clock: MovableClock, jobs: RecordingJobs, friends: int, people: list[int]
) -> None:
    ada = people[0]
    before = client.profile(ada)
    with database.write() as session:
        session.query(Dirty).delete()
    jobs.woken.clear()
    clock.advance(5)
    change(client, friends, "add", vids=[ada])
    assert jobs.woken == [("drain", client.portal_id)]
    with database.read() as session:
        assert [(row.vid, row.changed) for row in session.query(Dirty)] == [(ada, f"s:{friends}")]
        assert [(row.vid, row.added_at) for row in session.query(Membership)] == [(ada, clock.moment)]
    after = client.profile(ada)
    assert after["properties"] == before["properties"]
    assert [row["static-list-id"] for row in after["list-memberships"]] == [friends]
    assert client.get(f"{LISTS}/{friends}")["metaData"]["lastSizeChangeAt"] == clock.moment


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_a_smart_list_is_not_changed_by_hand(client: ApiClient, people: list[int], verb: str) -> None:
    body = {"name": "Smart", "dynamic": True, "filters": []}
    list_id = client.post(LISTS, body)["listId"]
    answer = client.post(f"{LISTS}/{list_id}/{verb}", {"vids": people}, 400)
    assert answer["message"] == "Can not operate manually on a dynamic list"


@pytest.mark.parametrize("verb", ["add", "remove"])
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"vids": list(range(1, 501)), "emails": ["a@x.org"]}, "501 contacts are too many; send at most 500 at once"),
        ({"vids": 5}, "vids: 5 is not a list; send a list of vids"),
        ({"vids": ["x"]}, "vids[0]: 'x' is not a whole number"),
        ({"vids": [0]}, "vids[0]: 0 is not a whole number; send one from 1 to"),
        ({"vids": [2**63]}, "vids[0]: 9223372036854775808 is not a whole number"),
        ({"vids": [2**70]}, "is not a whole number"),
        ({"emails": "a@x.org"}, "emails: 'a@x.org' is not a list; send a list of e-mails"),
        ({"emails": [5]}, "emails[0]: 5 is not a string; send one"),
        ({"emails": ["a\0"]}, "holds a NUL character"),
        ([], "body"),
    ],
)
def test_what_names_no_contacts_is_refused(client: ApiClient, friends: int, verb: str, body: Any, says: str) -> None:
    assert says in client.post(f"{LISTS}/{friends}/{verb}", body, 400)["message"]
    assert vids(page(client, friends)) == []


def test_naming_nobody_changes_nothing(client: ApiClient, friends: int) -> None:
    assert client.post(f"{LISTS}/{friends}/add", {}) == NOBODY
    assert client.post(f"{LISTS}/{friends}/add", {"vids": None}) == NOBODY
    assert events(client, friends) == {"events": [], "hasMore": False, "after": 0}


def test_members_are_listed_by_vid_with_the_moment_they_joined(
    client: ApiClient, clock: MovableClock, friends: int, people: list[int]
) -> None:
    ada, bob, eve = people
    for vid in (eve, ada, bob):
        clock.advance(10)
        change(client, friends, "add", vids=[vid])
    first = page(client, friends, count=2)
    assert [(contact["vid"], contact["addedAt"]) for contact in first["contacts"]] == [
        (ada, NOON + 20),
        (bob, NOON + 30),
    ]
    assert (first["has-more"], first["vid-offset"]) == (True, bob)
    assert set(first["contacts"][0]["properties"]) == {"firstname", "lastmodifieddate"}
    last = page(client, friends, count=2, vidOffset=bob, property="email", showListMemberships="true")
    assert (vids(last), last["has-more"], last["vid-offset"]) == ([eve], False, eve)
    assert set(last["contacts"][0]["properties"]) == {"email", "lastmodifieddate"}
    assert [row["static-list-id"] for row in last["contacts"][0]["list-memberships"]] == [friends]


def test_recent_members_come_newest_first(
    client: ApiClient, clock: MovableClock, friends: int, people: list[int]
) -> None:
    ada, bob, eve = people
    change(client, friends, "add", vids=[eve])
    clock.advance(10)
    change(client, friends, "add", vids=[ada, bob])
    first = page(client, friends, "recent", count=1)
    assert (vids(first), first["has-more"]) == ([bob], True)
    assert (first["time-offset"], first["vid-offset"]) == (NOON + 10, bob)
    rest = page(client, friends, "recent", count=5, timeOffset=NOON + 10, vidOffset=bob)
    assert (vids(rest), rest["has-more"]) == ([ada, eve], False)


def test_joins_and_leaves_are_told_in_order_with_their_cause(
    client: ApiClient, clock: MovableClock, friends: int, people: list[int]
) -> None:
    ada, bob, _ = people
    change(client, friends, "add", vids=[ada, bob])
    clock.advance(7)
    change(client, friends, "remove", vids=[ada])
    told = events(client, friends)
    revision = client.get(f"{LISTS}/{friends}")["internalListId"]
    assert told["events"] == [
        {
            "seq": seq,
            "type": type,
            "vid": vid,
            "contactVersion": version,
            "listId": friends,
            "listRevision": revision,
            "occurredAt": at,
            "reason": {"kind": "BY_HAND"},
        }
        for seq, type, vid, version, at in [
            (1, "JOIN", ada, 2, NOON),
            (2, "JOIN", bob, 2, NOON),
            (3, "LEAVE", ada, 3, NOON + 7),
        ]
    ]
    assert (told["hasMore"], told["after"]) == (False, 3)
    assert [row["seq"] for row in events(client, friends, after=1, limit=1)["events"]] == [2]
    assert events(client, friends, after=1, limit=1)["hasMore"] is True
    assert events(client, friends, after=3) == {"events": [], "hasMore": False, "after": 3}


def test_deleting_a_contact_is_told_as_a_leave(client: ApiClient, friends: int, people: list[int]) -> None:
    change(client, friends, "add", vids=[people[0]])
    client.delete(f"/contacts/v1/contact/vid/{people[0]}")
    assert [(row["type"], row["reason"]["kind"]) for row in events(client, friends)["events"]] == [
        ("JOIN", "BY_HAND"),
        ("LEAVE", "CONTACT_DELETED"),
    ]
    assert client.get(f"{LISTS}/{friends}")["metaData"]["size"] == 0


def test_a_deleted_list_still_tells_its_events(client: ApiClient, friends: int, people: list[int]) -> None:
    change(client, friends, "add", vids=people)
    client.delete(f"{LISTS}/{friends}", 204)
    assert len(events(client, friends)["events"]) == 3


def test_the_events_of_an_unknown_list_answer_404(client: ApiClient) -> None:
    answer = client.get("/alerts/v1/lists/99/events", 404)
    assert answer["message"] == "Couldn't find a List with the given id '99'."


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"after": 1}, "after: 1 lies beyond the feed's last number 0"),
        ({"after": "x"}, "after: 'x' is not a whole number"),
        ({"after": -1}, "after: '-1' is not a whole number; send one from 0"),
        ({"limit": 0}, "limit: '0' is not a page size; send a whole number from 1 to 1000"),
        ({"limit": "many"}, "limit: 'many' is not a page size"),
    ],
)
def test_a_place_that_is_not_in_the_feed_is_refused(
    client: ApiClient, friends: int, query: dict[str, Any], says: str
) -> None:
    assert says in client.get(f"/alerts/v1/lists/{friends}/events", 400, **query)["message"]


def test_a_page_of_events_has_a_thousand_at_most(client: ApiClient, database: Database, friends: int) -> None:
    with database.write() as session:
        contacts = new_contacts(session, client.portal_id, [("API", "")] * 500)
        write_contacts(session, client.portal_id, [Change(contact, {}, Source("API")) for contact in contacts])
    for verb in ("add", "remove", "add"):
        assert len(change(client, friends, verb, vids=[contact.vid for contact in contacts])["updated"]) == 500
    assert len(events(client, friends)["events"]) == 100
    first = events(client, friends, limit=99_999)
    assert (len(first["events"]), first["hasMore"]) == (1_000, True)
    assert [row["seq"] for row in first["events"]] == list(range(1, 1_001))
    assert events(client, friends, after=1_000, limit=1_000)["hasMore"] is False
