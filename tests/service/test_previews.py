"""Criteria looked at before they are saved, and memberships explained, through the HTTP door."""

from collections.abc import Callable
from typing import Any

import pytest

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient, as_body
from tests.support.clock import NOON, MovableClock

LISTS = "/contacts/v1/lists"
DAY = 86_400_000


def is_(name: str, operator: str, value: Any = "") -> dict[str, Any]:
    """A v1 filter."""
    return {"property": name, "operator": operator, "value": value}


def new_list(client: ApiClient, name: str, *filters: dict[str, Any], dynamic: bool = True) -> int:
    """Create a list of one group and return its id."""
    body = {"name": name, "dynamic": dynamic, "filters": [list(filters)] if filters else []}
    list_id: int = client.post(LISTS, body)["listId"]
    return list_id


def vids(told: dict[str, Any]) -> set[int]:
    """The vids of a sample."""
    return {contact["vid"] for contact in told["contacts"]}


def counts(clause: dict[str, Any]) -> tuple[str, int, int]:
    """A clause's text, its own count and the count so far."""
    return clause["text"], clause["count"], clause["soFar"]["count"]


@pytest.fixture
def settle(runtime: Runtime) -> Callable[[], None]:
    """Does all background work that is due."""
    return lambda: tasks.settle(runtime)


@pytest.fixture
def people(client: ApiClient, settle: Callable[[], None]) -> dict[str, int]:
    """Four contacts that are indexed: name -> vid."""
    cities = {"Ada": "London", "Alan": "London", "Grace": "New York", "Edsger": ""}
    found = {
        name: client.create(firstname=name, city=city, email=f"{name}@x.example", lifecyclestage="lead")
        for name, city in cities.items()
    }
    client.update(found["Grace"], lifecyclestage="customer")
    settle()
    return found


def test_a_preview_counts_and_shows_whom_criteria_match(client: ApiClient, people: dict[str, int]) -> None:
    told = client.post(f"{LISTS}/preview", {"filters": [[is_("city", "EQ", "london")]]})
    assert (told["count"], told["exact"], told["waiting"]) == (2, True, 0)
    assert vids(told) == {people["Ada"], people["Alan"]}
    assert told["contacts"][0]["properties"].keys() >= {"firstname", "email"}
    assert told["description"] == "city is london"
    assert "difference" not in told
    assert client.get(LISTS)["lists"] == []


def test_a_preview_counts_clause_by_clause(client: ApiClient, people: dict[str, int]) -> None:
    filters = [
        [is_("lifecyclestage", "EQ", "lead"), is_("city", "IS_NOT_EMPTY"), is_("firstname", "CONTAINS", "a")],
        [is_("city", "EQ", "New York")],
    ]
    root = client.post(f"{LISTS}/preview", {"filters": filters})["clauses"]
    first, second = root["of"]
    assert (root["op"], root["count"]) == ("or", 3)
    assert [counts(each)[1:] for each in (first, second)] == [(2, 2), (1, 3)]
    assert [counts(each) for each in first["of"]] == [
        ("lifecycle stage is lead", 3, 3),
        ("city has a value", 3, 2),
        ("first name contains a", 3, 2),
    ]
    assert first["of"][1]["filter"] == {"kind": "presence", "field": "city", "op": "known"}


def test_a_preview_of_an_existing_list_tells_who_would_join_and_leave(
    client: ApiClient, people: dict[str, int], settle: Callable[[], None]
) -> None:
    list_id = new_list(client, "London", is_("city", "EQ", "London"))
    settle()
    told = client.post(f"{LISTS}/preview", {"listId": list_id, "filters": [[is_("firstname", "SET_ANY", "Ada;Grace")]]})
    joining, leaving = told["difference"]["joining"], told["difference"]["leaving"]
    assert (joining["count"], leaving["count"], told["count"]) == (1, 1, 2)
    assert (vids(joining), vids(leaving)) == ({people["Grace"]}, {people["Alan"]})
    assert leaving["contacts"][0]["properties"]["firstname"]["value"] == "Alan"
    same = client.post(f"{LISTS}/preview", {"listId": list_id})
    assert (same["count"], same["difference"]["joining"]["count"], same["difference"]["leaving"]["count"]) == (2, 0, 0)
    assert same["warnings"] == []


def test_a_preview_asks_in_the_time_zone_that_is_sent(client: ApiClient, clock: MovableClock, people: Any) -> None:
    today = {"kind": "relative", "field": "createdate", "op": "within", "direction": "past", "n": 0, "unit": "days"}
    clock.advance(10 * 3_600_000)
    asked = {zone: {"filterTree": today, "timeZone": zone} for zone in ("UTC", "America/Los_Angeles")}
    found = {zone: client.post(f"{LISTS}/preview", body)["count"] for zone, body in asked.items()}
    assert found == {"UTC": 4, "America/Los_Angeles": 0}


def test_lists_in_lists_count_as_their_criteria_say(client: ApiClient, people: dict[str, int]) -> None:
    inner = new_list(client, "London", is_("city", "EQ", "London"))
    outside = {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": inner}
    told = client.post(f"{LISTS}/preview", {"filters": [[outside, is_("city", "IS_NOT_EMPTY")]]})
    assert vids(told) == {people["Grace"]}
    assert counts(told["clauses"]["of"][0]["of"][0]) == ('is not in list "London"', 2, 2)
    body = {"listId": inner, "filters": [[{**outside, "operator": "IN_LIST"}]]}
    assert "would contain itself" in client.post(f"{LISTS}/preview", body, 400)["message"]


def test_a_filter_of_very_many_clauses_is_counted_as_a_whole(client: ApiClient, people: dict[str, int]) -> None:
    told = client.post(f"{LISTS}/preview", {"filters": [[is_("city", "EQ", f"City {n}")] for n in range(100)]})
    assert (told["count"], told["clauses"]) == (0, None)


def test_a_preview_tells_how_many_contacts_are_not_indexed_yet(client: ApiClient, people: dict[str, int]) -> None:
    client.update(people["Edsger"], city="London")
    told = client.post(f"{LISTS}/preview", {"filters": [[is_("city", "EQ", "London")]]})
    assert (told["count"], told["waiting"]) == (2, 1)


def test_deleted_contacts_are_never_shown(client: ApiClient, people: dict[str, int]) -> None:
    client.delete(f"/contacts/v1/contact/vid/{people['Ada']}")
    told = client.post(f"{LISTS}/preview", {"filters": [[is_("city", "EQ", "London")]]})
    assert vids(told) == {people["Alan"]}


@pytest.mark.parametrize("path", ["preview", "lint"])
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"filters": [[{"property": "nonsense", "operator": "EQ", "value": "x"}]]}, 400, "filters[0][0].property"),
        ({"filterTree": {"kind": "weather"}}, 400, "filterTree.kind: 'weather' is not supported"),
        ({"filters": [], "timeZone": "Mars/Olympus"}, 400, "timeZone: 'Mars/Olympus' is no time zone"),
        ({"filters": [], "listId": 99}, 404, "Couldn't find a List"),
        ({"filters": [], "listId": "x"}, 400, "listId: 'x' is not a whole number"),
    ],
)
def test_criteria_that_cannot_be_looked_at(
    client: ApiClient, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    assert words in client.post(f"{LISTS}/{path}", body, status)["message"]


def test_the_filters_of_a_static_list_are_not_previewed_for_it(client: ApiClient) -> None:
    list_id = new_list(client, "Friends", dynamic=False)
    assert "is static" in client.post(f"{LISTS}/preview", {"listId": list_id, "filters": []}, 400)["message"]


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        ([[is_("city", "EQ", "Rome"), is_("city", "EQ", "Paris")]], ["CONTRADICTION"]),
        ([[is_("city", "IS_EMPTY")], [is_("city", "IS_NOT_EMPTY")]], ["EVERYONE"]),
        ([[is_("lifecyclestage", "EQ", "gone")]], ["DELETED_OPTION"]),
        ([[is_("city", "EQ", "Rome")]], []),
        ([], []),
    ],
)
def test_what_is_hardly_meant_is_told_and_never_refused(client: ApiClient, filters: Any, codes: list[str]) -> None:
    assert [each["code"] for each in client.post(f"{LISTS}/lint", {"filters": filters})["warnings"]] == codes
    saved = client.post(LISTS, {"name": "L", "dynamic": True, "filters": filters})
    assert [each["code"] for each in saved["warnings"]] == codes
    changed = client.post(f"{LISTS}/{saved['listId']}", {"name": "M"})
    assert [each["code"] for each in changed["warnings"]] == codes
    assert "warnings" not in client.get(f"{LISTS}/{saved['listId']}")


def test_a_list_that_asks_the_same_as_another_is_told(client: ApiClient, stranger: ApiClient) -> None:
    first = new_list(client, "First", is_("city", "EQ", "Rome"), is_("zip", "EQ", "1"))
    filters = [[is_("zip", "SET_ANY", "1"), is_("city", "EQ", " ROME".strip())]]
    body = {"name": "Second", "dynamic": True, "filters": filters}
    [warning] = client.post(LISTS, body)["warnings"]
    assert warning == {"code": "EQUAL_LIST", "message": f"List {first} has the same criteria", "path": []}
    assert stranger.post(LISTS, body)["warnings"] == []
    assert client.post(f"{LISTS}/lint", {"filters": filters, "timeZone": "Asia/Tokyo"})["warnings"] == []


def test_every_list_tells_its_criteria_in_plain_language(client: ApiClient) -> None:
    inner = new_list(client, "Romans", is_("city", "EQ", "Rome"))
    asked = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": inner}
    outer = new_list(client, "Outer", asked, is_("zip", "NEQ", "1"))
    by_hand = new_list(client, "By hand", dynamic=False)
    told = {each["listId"]: each["description"] for each in client.get(LISTS)["lists"]}
    assert told == {inner: "city is Rome", outer: 'is in list "Romans" and postal code is not 1', by_hand: None}
    assert client.get(f"{LISTS}/{outer}")["description"] == told[outer]


def test_an_explanation_tells_each_clause_and_what_would_turn_it(
    client: ApiClient, people: dict[str, int], settle: Callable[[], None]
) -> None:
    list_id = new_list(client, "Leads", is_("lifecyclestage", "EQ", "lead"), is_("city", "EQ", "London"))
    settle()
    told = client.get(f"{LISTS}/{list_id}/explain/{people['Grace']}")
    assert (told["matches"], told["belongs"], told["isMember"], told["pinned"]) == (False, False, False, None)
    assert told["oneClauseAway"] == []
    lead, city = told["criteria"]["of"]
    assert (lead["matches"], lead["seen"]) == (False, ["customer"])
    assert (city["matches"], city["seen"], city["missing"]) == (False, "new york", None)
    edsger = client.get(f"{LISTS}/{list_id}/explain/{people['Edsger']}")
    assert [each["text"] for each in edsger["oneClauseAway"]] == ["city is London"]
    assert edsger["criteria"]["of"][1]["missing"] == "no-match"
    ada = client.get(f"{LISTS}/{list_id}/explain/{people['Ada']}")
    assert (ada["isMember"], ada["addedAt"], ada["waiting"]) == (True, NOON, False)


def test_an_explanation_tells_when_the_clock_moves_the_contact(client: ApiClient, people: dict[str, int]) -> None:
    recent = {**is_("createdate", "WITHIN_TIME"), "withinLastTime": 2, "withinLastTimeUnit": "DAYS"}
    list_id = new_list(client, "New", recent)
    midnight = NOON // DAY * DAY + 3 * DAY
    assert client.get(f"{LISTS}/{list_id}/explain/{people['Ada']}")["changesAt"] == midnight


def test_pins_overrule_the_criteria_in_previews_and_explanations(client: ApiClient, people: dict[str, int]) -> None:
    recent = {**is_("createdate", "WITHIN_TIME"), "withinLastTime": 2, "withinLastTimeUnit": "DAYS"}
    list_id = new_list(client, "London", is_("city", "EQ", "London"), recent)
    for direction, name in (("in", "Grace"), ("out", "Ada")):
        client.put(f"{LISTS}/{list_id}/pins/{direction}/{people[name]}", status=204)
    told = {name: client.get(f"{LISTS}/{list_id}/explain/{people[name]}") for name in ("Grace", "Ada", "Alan")}
    facts = {name: (each["pinned"], each["matches"], each["belongs"]) for name, each in told.items()}
    assert facts == {"Grace": ("in", False, True), "Ada": ("out", True, False), "Alan": (None, True, True)}
    assert told["Ada"]["changesAt"] is None and told["Alan"]["changesAt"] is not None


def test_a_preview_for_a_list_keeps_its_pins(
    client: ApiClient, people: dict[str, int], settle: Callable[[], None]
) -> None:
    list_id = new_list(client, "London", is_("city", "EQ", "London"))
    client.put(f"{LISTS}/{list_id}/pins/in/{people['Grace']}", status=204)
    client.put(f"{LISTS}/{list_id}/pins/out/{people['Ada']}", status=204)
    settle()
    told = client.post(f"{LISTS}/preview", {"listId": list_id, "filters": [[is_("firstname", "EQ", "Ada")]]})
    assert (vids(told), told["clauses"]["count"]) == ({people["Grace"]}, 1)
    assert vids(told["difference"]["leaving"]) == {people["Alan"]}
    assert told["difference"]["joining"]["count"] == 0


def test_an_explanation_is_of_the_records_and_says_when_membership_lags(
    client: ApiClient, people: dict[str, int]
) -> None:
    list_id = new_list(client, "London", is_("city", "EQ", "London"))
    client.update(people["Grace"], city="London")
    told = client.get(f"{LISTS}/{list_id}/explain/{people['Grace']}")
    assert (told["matches"], told["isMember"], told["waiting"]) == (True, False, True)


def test_a_merged_contact_is_explained_as_its_survivor(client: ApiClient, people: dict[str, int]) -> None:
    list_id = new_list(client, "London", is_("city", "EQ", "London"))
    merge = f"/contacts/v1/contact/merge-vids/{people['Grace']}/"
    client.raw("POST", merge, json={"vidToMerge": people["Ada"]})
    assert client.get(f"{LISTS}/{list_id}/explain/{people['Ada']}")["vid"] == people["Grace"]


def test_what_cannot_be_explained(client: ApiClient, stranger: ApiClient, people: dict[str, int]) -> None:
    list_id = new_list(client, "London", is_("city", "EQ", "London"))
    static = new_list(client, "Friends", dynamic=False)
    client.get(f"{LISTS}/99/explain/{people['Ada']}", 404)
    client.get(f"{LISTS}/{list_id}/explain/999", 404)
    stranger.get(f"{LISTS}/{list_id}/explain/{people['Ada']}", 404)
    assert "is static" in client.get(f"{LISTS}/{static}/explain/{people['Ada']}", 400)["message"]


def test_a_contact_that_does_not_exist_is_matched_with_all_lists(client: ApiClient) -> None:
    london = new_list(client, "London", is_("city", "EQ", "London"))
    subscribers = new_list(client, "Subscribers", is_("lifecyclestage", "EQ", "subscriber"))
    new_list(client, "Customers", is_("lifecyclestage", "EQ", "customer"))
    reached = new_list(client, "Reached", is_("hs_lifecyclestage_subscriber_date", "IS_NOT_EMPTY"))
    known = client.post(
        LISTS, {"name": "Known", "dynamic": True, "filterTree": {"kind": "identity", "op": "identified"}}
    )
    body = as_body({"city": "London", "email": "ada@x.example"})
    assert client.post(f"{LISTS}/match", body)["lists"] == [
        {"listId": london, "name": "London"},
        {"listId": subscribers, "name": "Subscribers"},
        {"listId": reached, "name": "Reached"},
        {"listId": known["listId"], "name": "Known"},
    ]
    assert client.post(f"{LISTS}/match", {**body, "listId": london})["lists"] == [{"listId": london, "name": "London"}]
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 0


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "properties: is missing"),
        (as_body({"annualrevenue": "NaN"}), 400, "Property values were not valid"),
        ({**as_body({"city": "Rome"}), "listId": 99}, 404, "Couldn't find a List"),
    ],
)
def test_a_contact_that_cannot_be_matched(client: ApiClient, body: Any, status: int, words: str) -> None:
    assert words in client.post(f"{LISTS}/match", body, status)["message"]
