"""The listings of all contacts and how they are paged through."""

from typing import Any

import pytest

from tests.support.api import ApiClient
from tests.support.clock import MovableClock

ALL = "/contacts/v1/lists/all/contacts/all"
CREATED = "/contacts/v1/lists/all/contacts/recent"
UPDATED = "/contacts/v1/lists/recently_updated/contacts/recent"
DAY_MS = 86_400_000


def vids(page: Any) -> list[int]:
    """Return the vids of a page in its order."""
    return [contact["vid"] for contact in page["contacts"]]


def all_pages(client: ApiClient, path: str, count: int) -> list[int]:
    """Return the vids of every page of a listing by time, following its offsets."""
    found: list[int] = []
    page = client.get(path, count=count)
    while True:
        found += vids(page)
        if not page["has-more"]:
            return found
        page = client.get(path, count=count, vidOffset=page["vid-offset"], timeOffset=page["time-offset"])


def test_all_contacts_come_by_vid(client: ApiClient) -> None:
    created = [client.create(firstname="x") for _ in range(5)]
    first = client.get(ALL, count=3)
    assert (vids(first), first["has-more"], first["vid-offset"]) == (created[:3], True, created[2])
    second = client.get(ALL, count=3, vidOffset=first["vid-offset"])
    assert (vids(second), second["has-more"], second["vid-offset"]) == (created[3:], False, created[4])


def test_an_exactly_full_last_page_says_that_it_is_the_last(client: ApiClient) -> None:
    client.create(firstname="x")
    client.create(firstname="y")
    assert client.get(ALL, count=2)["has-more"] is False


def test_an_empty_page_keeps_the_offset(client: ApiClient) -> None:
    assert client.get(ALL, vidOffset=7) == {"contacts": [], "has-more": False, "vid-offset": 7}


def test_listed_contacts_show_four_properties_by_default(client: ApiClient, clock: MovableClock) -> None:
    client.create(email="a@example.com", firstname="Ada", lastname="L", company="C")
    [contact] = client.get(ALL)["contacts"]
    assert contact["properties"].keys() == {"firstname", "lastname", "company", "lastmodifieddate"}
    assert contact["properties"]["firstname"] == {"value": "Ada"}
    assert contact["addedAt"] == clock.moment and "list-memberships" not in contact


def test_asked_properties_replace_the_default_ones(client: ApiClient) -> None:
    client.create(email="a@example.com", firstname="Ada")
    [contact] = client.get(ALL, property="email")["contacts"]
    assert contact["properties"].keys() == {"email", "lastmodifieddate"}


def test_parameters_of_other_times_have_no_effect(client: ApiClient) -> None:
    vid = client.create(firstname="Ada")
    query: dict[str, Any] = {"no_parse": "true", "vid-offset": "9", "offset": "9", "portalId": "62515"}
    assert vids(client.get(ALL, **query)) == [vid]


@pytest.mark.parametrize("path", [ALL, CREATED, UPDATED])
@pytest.mark.parametrize(("count", "shown"), [("", 20), ("100", 100), ("101", 100), ("9" * 30, 100), ("1", 1)])
def test_pages_are_capped(client: ApiClient, path: str, count: str, shown: int) -> None:
    items = [{"email": f"e{n}@example.com"} for n in range(101)]
    client.post("/contacts/v1/contact/batch", items, 202)
    page = client.get(path, count=count)
    assert (len(page["contacts"]), page["has-more"]) == (shown, True)


@pytest.mark.parametrize("path", [ALL, CREATED, UPDATED])
@pytest.mark.parametrize("count", ["0", "-1", "abc", "1.5", "٣"])
def test_a_count_that_is_none_is_refused(client: ApiClient, path: str, count: str) -> None:
    message = client.get(path, 400, count=count)["message"]
    assert message == f"count: {count!r} is not a page size; send a whole number from 1 to 100"


@pytest.mark.parametrize(("path", "name"), [(ALL, "vidOffset"), (UPDATED, "timeOffset"), (CREATED, "vidOffset")])
@pytest.mark.parametrize("value", ["x", "-1", str(2**63)])
def test_an_offset_that_is_none_is_refused(client: ApiClient, path: str, name: str, value: str) -> None:
    assert client.get(path, 400, **{name: value})["message"].startswith(f"{name}: {value!r} is not a whole number")


def test_recently_created_contacts_come_newest_first(client: ApiClient, clock: MovableClock) -> None:
    first = client.create(firstname="x")
    moment = clock.advance(1_000)
    second = client.create(firstname="y")
    page = client.get(CREATED)
    assert vids(page) == [second, first]
    assert (page["contacts"][0]["addedAt"], page["vid-offset"], page["time-offset"]) == (moment, first, moment - 1000)


def test_recently_updated_contacts_come_newest_change_first(client: ApiClient, clock: MovableClock) -> None:
    first, second = client.create(firstname="x"), client.create(firstname="y")
    clock.advance(1_000)
    client.update(first, firstname="z")
    page = client.get(UPDATED)
    assert vids(page) == [first, second] and page["contacts"][0]["addedAt"] == clock.moment


def test_contacts_changed_long_ago_are_not_recent(client: ApiClient, clock: MovableClock) -> None:
    old = client.create(firstname="x")
    clock.advance(31 * DAY_MS)
    new = client.create(firstname="y")
    assert vids(client.get(UPDATED)) == [new] and vids(client.get(CREATED)) == [new, old]


@pytest.mark.parametrize("path", [CREATED, UPDATED])
def test_pages_by_time_lose_nobody_made_at_the_same_moment(client: ApiClient, path: str) -> None:
    created = [client.create(firstname="x") for _ in range(7)]
    assert all_pages(client, path, 3) == created[::-1]


def test_a_time_alone_is_honoured_and_a_vid_alone_is_not(client: ApiClient, clock: MovableClock) -> None:
    first = client.create(firstname="x")
    moment = clock.advance(1_000)
    second = client.create(firstname="y")
    assert vids(client.get(CREATED, timeOffset=moment)) == [first]
    assert vids(client.get(CREATED, vidOffset=second)) == [second, first]


def test_an_empty_page_by_time_has_all_keys(client: ApiClient) -> None:
    assert client.get(UPDATED) == {"contacts": [], "has-more": False, "vid-offset": 0, "time-offset": 0}


@pytest.mark.parametrize("path", [ALL, CREATED, UPDATED])
def test_the_deleted_and_other_portals_contacts_are_not_listed(
    client: ApiClient, stranger: ApiClient, path: str
) -> None:
    stranger.create(firstname="x")
    client.delete(f"/contacts/v1/contact/vid/{client.create(firstname='y')}")
    assert vids(client.get(path)) == []


def test_writing_to_a_listing_answers_405(client: ApiClient) -> None:
    answer = client.raw("POST", ALL, json={})
    assert answer.status_code == 405 and answer.json["status"] == "error"  # type: ignore[index]
    assert "GET" in answer.headers["Allow"]


def test_statistics_count_the_living(client: ApiClient, clock: MovableClock) -> None:
    path = "/contacts/v1/contacts/statistics"
    assert client.get(path) == {"contacts": 0, "lastNewContactAt": 0}
    client.create(firstname="x")
    client.delete(f"/contacts/v1/contact/vid/{client.create(firstname='y')}")
    assert client.get(path, includeTotalContacts="true") == {"contacts": 1, "lastNewContactAt": clock.moment}
