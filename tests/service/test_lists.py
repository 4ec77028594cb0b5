"""Lists through HTTP: the object, every endpoint of contract S4.2, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from indexer import tasks
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Runtime
from indexer.settings import Settings
from records.lists import Criteria, create_list
from records.session import Database
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient
from tests.support.clock import NOON, MovableClock

LISTS = "/contacts/v1/lists"
IN_LONDON = {"property": "city", "operator": "EQ", "value": "London"}
ECHOED = {
    **IN_LONDON,
    "filterFamily": "PropertyValue",
    "type": "string",
    "withinTimeMode": "PAST",
    "checkPastVersions": False,
}


@pytest.fixture
def runtime(settings: Settings, database: Database, jobs: RecordingJobs) -> Runtime:
    """The parts of the service with the embedded engine; background work runs when a test says so."""
    return Runtime(settings, database, EmbeddedEngine(database), jobs)


@pytest.fixture
def settle(runtime: Runtime) -> Callable[[], None]:
    """Does all background work that is due."""
    return lambda: tasks.settle(runtime)


def new_list(client: ApiClient, name: str, dynamic: bool = False, filters: Any = ()) -> int:
    """Create a list and return its id."""
    list_id: int = client.post(LISTS, {"name": name, "dynamic": dynamic, "filters": filters or []})["listId"]
    return list_id


def members(client: ApiClient, list_id: int) -> list[int]:
    """The vids of a list's first page."""
    return [contact["vid"] for contact in client.get(f"{LISTS}/{list_id}/contacts/all")["contacts"]]


def without_name() -> dict[str, Any]:
    return {"dynamic": False, "filters": []}


def test_a_static_list_is_told_whole_and_done_at_once(client: ApiClient) -> None:
    told = client.post(LISTS, {"name": "Friends", "dynamic": False, "filters": [], "portal_id": None})
    assert told == {
        "listId": 1,
        "internalListId": 1,
        "portalId": client.portal_id,
        "name": "Friends",
        "dynamic": False,
        "listType": "STATIC",
        "filters": [],
        "createdAt": NOON,
        "updatedAt": NOON,
        "metaData": {
            "processing": "DONE",
            "size": 0,
            "error": "",
            "lastProcessingStateChangeAt": NOON,
            "lastSizeChangeAt": 0,
            "listReferencesCount": None,
        },
        "internal": False,
        "deleteable": True,
        "deleted": False,
        "readOnly": False,
        "archived": False,
        "parentId": 0,
        "description": None,
        "warnings": [],
    }
    assert {**client.get(f"{LISTS}/1"), "warnings": []} == told


def test_a_smart_list_echoes_its_filters_whole_and_fills_in_the_background(
    client: ApiClient, jobs: RecordingJobs, settle: Callable[[], None]
) -> None:
    ada = client.create(firstname="Ada", city="London")
    client.create(firstname="Bob", city="Paris")
    jobs.woken.clear()
    told = client.post(LISTS, {"name": "Londoners", "dynamic": True, "filters": [[IN_LONDON]]})
    assert jobs.woken == [("lists", client.portal_id)]
    assert (told["dynamic"], told["listType"]) == (True, "DYNAMIC")
    assert told["filters"] == [[ECHOED]]
    assert told["metaData"]["processing"] == "INITIALIZING"
    settle()
    metadata = client.get(f"{LISTS}/{told['listId']}")["metaData"]
    assert (metadata["processing"], metadata["size"], metadata["lastSizeChangeAt"]) == ("DONE", 1, NOON)
    assert members(client, told["listId"]) == [ada]


def test_a_static_list_with_filters_is_filled_once(client: ApiClient, settle: Callable[[], None]) -> None:
    ada = client.create(city="London")
    list_id = new_list(client, "Londoners then", filters=[[IN_LONDON]])
    assert client.get(f"{LISTS}/{list_id}")["metaData"]["processing"] == "INITIALIZING"
    settle()
    assert client.get(f"{LISTS}/{list_id}")["metaData"]["processing"] == "DONE"
    client.create(city="London")
    settle()
    assert members(client, list_id) == [ada]
    client.post(f"{LISTS}/{list_id}/remove", {"vids": [ada]})
    settle()
    assert members(client, list_id) == []


def test_other_filters_show_processing_while_the_members_stay_readable(
    client: ApiClient, clock: MovableClock, settle: Callable[[], None]
) -> None:
    ada = client.create(city="London", firstname="Ada")
    bob = client.create(city="Paris", firstname="Bob")
    list_id = new_list(client, "People", True, [[IN_LONDON]])
    settle()
    before = client.get(f"{LISTS}/{list_id}")
    later = clock.advance(1_000)
    told = client.post(f"{LISTS}/{list_id}", {"filters": [[{**IN_LONDON, "value": "Paris"}]]})
    assert told["metaData"]["processing"] == "PROCESSING"
    assert told["metaData"]["lastProcessingStateChangeAt"] == told["updatedAt"] == later
    assert told["internalListId"] != before["internalListId"]
    assert members(client, list_id) == [ada]
    settle()
    assert members(client, list_id) == [bob]
    assert client.get(f"{LISTS}/{list_id}")["metaData"]["processing"] == "DONE"


def test_a_new_name_changes_nothing_else(client: ApiClient, settle: Callable[[], None]) -> None:
    list_id = new_list(client, "People", True, [[IN_LONDON]])
    settle()
    before = client.get(f"{LISTS}/{list_id}")
    told = client.post(f"{LISTS}/{list_id}", {"name": "Londoners"})
    assert told == {**before, "name": "Londoners", "warnings": []}
    assert client.post(f"{LISTS}/{list_id}", told) == told


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (without_name(), "Every list must have a name."),
        ({"name": None}, "Every list must have a name."),
        ({"name": "  "}, "Every list must have a name."),
        ({"name": 5}, "name: 5 is not a string; send one"),
        ({"name": "n" * 251}, "has 251 characters; send at most 250"),
        ({"name": "a\0"}, "holds a NUL character; leave it out"),
        ({"name": "L", "dynamic": "perhaps"}, "dynamic: 'perhaps' is not a boolean; send true or false"),
        ({"name": "L", "filters": {}}, "filters: {} is not a list of lists of filters"),
        ({"name": "L", "filters": [IN_LONDON]}, "filters[0]: "),
        ({"name": "L", "filters": [["x"]]}, "filters[0][0]: 'x' is not a filter object. Send a filter object."),
        ({"name": "L", "filters": [[]]}, "filters[0]: [] is not a list of at least one filter"),
        ({"name": "L", "filters": [[{**IN_LONDON, "operator": "LIKE"}]]}, "filters[0][0].operator: 'LIKE' is not"),
        ({"name": "L", "filters": [[{**IN_LONDON, "property": "no"}]]}, 'Property "no" does not exist'),
        ({"name": "L", "filters": [[IN_LONDON] * 251]}, "251 filters are too many. At most 250"),
        (
            {"name": "L", "filters": [[{**IN_LONDON, "operator": "SET_ANY", "value": "a;" * 1_001}]]},
            "filters[0][0].value: 1001 values are too many",
        ),
        (
            {"name": "L", "filters": [[{"filterFamily": "ListMembership", "operator": "IN_LIST", "list": 9}]]},
            "filters[0][0].list: list 9 does not exist. Name the id of an existing list.",
        ),
    ],
)
@pytest.mark.parametrize("dynamic", [True, False])
def test_a_list_that_cannot_be_is_refused_and_not_made(
    client: ApiClient, body: dict[str, Any], says: str, dynamic: bool
) -> None:
    answer = client.post(LISTS, {"dynamic": dynamic, **body}, 400)
    assert says in answer["message"]
    assert client.get(LISTS)["lists"] == []


def test_a_list_that_cannot_become_so_stays_as_it_is(client: ApiClient) -> None:
    static, smart = new_list(client, "Static"), new_list(client, "Smart", True, [[IN_LONDON]])
    before = client.get(LISTS)
    refusals: list[tuple[int, dict[str, Any], str]] = [
        (static, {"filters": [[IN_LONDON]]}, "is static: its filters fill it once"),
        (static, {"dynamic": True}, "dynamic: List 1 stays what it is; create another list instead"),
        (smart, {"name": " "}, "Every list must have a name."),
        (smart, {"name": "STATIC "}, "choose another name"),
        (smart, {"name": "Other", "filters": [[{}]]}, "filters[0][0].operator: None is not supported"),
    ]
    for list_id, body, says in refusals:
        assert says in client.post(f"{LISTS}/{list_id}", body, 400)["message"]
    assert client.get(LISTS) == before


def test_names_are_unique_whatever_their_case(client: ApiClient) -> None:
    list_id = new_list(client, "Friends")
    answer = client.post(LISTS, {"name": " FRIENDS"}, 400)
    assert answer["message"] == "A list is named ' FRIENDS' already: choose another name"
    client.delete(f"{LISTS}/{list_id}", 204)
    assert new_list(client, "Friends") != list_id


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("DELETE", ""),
        ("POST", "/refresh"),
        ("GET", "/contacts/all"),
        ("GET", "/contacts/recent"),
        ("POST", "/add"),
        ("POST", "/remove"),
    ],
)
def test_an_unknown_list_answers_404(client: ApiClient, method: str, path: str) -> None:
    body: dict[str, Any] | None = {} if method == "POST" else None
    answer = client.send(method, f"{LISTS}/99{path}", 404, body=body)
    assert answer["message"] == "Couldn't find a List with the given id '99'."
    assert client.raw(method, f"{LISTS}/99{path}", json=body).headers["X-HubSpot-NotFound"] == "true"
    for odd in ("abc", "-1", "0", str(2**63)):
        assert client.send(method, f"{LISTS}/{odd}{path}", 404, body=body)["status"] == "error"


def test_lists_are_paged_by_id(client: ApiClient) -> None:
    ids = [new_list(client, f"L{number}", dynamic=number % 2 == 0) for number in range(5)]

    def told(path: str = "", **query: Any) -> tuple[list[int], Any, Any]:
        page = client.get(f"{LISTS}{path}", **query)
        return [row["listId"] for row in page["lists"]], page.get("offset"), page.get("has-more")

    assert told() == (ids, 5, False)
    assert told(count=2) == (ids[:2], 2, True)
    assert told(count=2, offset=4) == (ids[4:], 5, False)
    assert told(count=2, offset=9) == ([], 9, False)
    assert told("/static", count=1) == ([ids[1]], 1, True)
    assert told("/dynamic", count=9, offset=1) == (ids[2::2], 3, False)
    assert told("/dynamic") == (ids[::2], None, None)
    assert told("/batch", listId=[ids[3], 99, "x", ids[0], 2**70]) == ([ids[0], ids[3]], None, None)
    assert told("/batch") == ([], None, None)


def test_a_page_has_250_lists_at_most(client: ApiClient, database: Database) -> None:
    with database.write() as session:
        for number in range(251):
            create_list(session, client.portal_id, f"L{number}", False, Criteria([], frozenset(), frozenset()))
    assert len(client.get(LISTS, count=999)["lists"]) == 250
    assert len(client.get(LISTS)["lists"]) == 20
    assert client.get(LISTS, count=0, status=400)["message"].startswith("count: '0' is not a page size")


def test_a_deleted_list_is_gone_at_once_and_its_id_is_not_used_again(
    client: ApiClient, settle: Callable[[], None]
) -> None:
    vid = client.create(city="London")
    list_id = new_list(client, "Friends")
    client.post(f"{LISTS}/{list_id}/add", {"vids": [vid]})
    assert client.delete(f"{LISTS}/{list_id}", 204) is None
    client.get(f"{LISTS}/{list_id}", 404)
    client.delete(f"{LISTS}/{list_id}", 404)
    assert client.get(LISTS)["lists"] == []
    settle()
    assert client.profile(vid)["list-memberships"] == []
    assert new_list(client, "Friends") == list_id + 1


def test_a_list_that_another_uses_is_not_deleted(client: ApiClient) -> None:
    used = new_list(client, "Friends")
    asked = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": used}
    user = new_list(client, "Friends too", True, [[asked]])
    answer = client.delete(f"{LISTS}/{used}", 400)
    assert answer["message"] == f"List {used} is used by the lists Friends too: change or delete those first"
    client.delete(f"{LISTS}/{user}", 204)
    client.delete(f"{LISTS}/{used}", 204)


def test_a_property_that_a_list_reads_is_not_deleted(client: ApiClient) -> None:
    shoe = {"name": "shoe", "label": "Shoe", "groupName": "contactinformation", "type": "string", "fieldType": "text"}
    client.post("/contacts/v2/properties", shoe)
    list_id = new_list(client, "Big feet", True, [[{"property": "shoe", "operator": "GT", "value": "45"}]])
    answer = client.delete("/contacts/v2/properties/named/shoe", 400)
    assert "is used by the lists 'Big feet'" in answer["message"]
    client.delete(f"{LISTS}/{list_id}", 204)
    client.delete("/contacts/v2/properties/named/shoe", 204)


def test_a_smart_list_can_be_refreshed(client: ApiClient, settle: Callable[[], None]) -> None:
    list_id = new_list(client, "Londoners", True, [[IN_LONDON]])
    settle()
    assert client.post(f"{LISTS}/{list_id}/refresh", {}, 204) is None
    assert client.get(f"{LISTS}/{list_id}")["metaData"]["processing"] == "PROCESSING"
    settle()
    assert client.get(f"{LISTS}/{list_id}")["metaData"]["processing"] == "DONE"
    static = new_list(client, "Static")
    assert client.raw("POST", f"{LISTS}/{static}/refresh").status_code == 204
    assert client.get(f"{LISTS}/{static}")["metaData"]["processing"] == "DONE"


def test_the_lists_of_another_portal_are_not_seen(client: ApiClient, stranger: ApiClient) -> None:
    list_id = new_list(client, "Mine")
    assert stranger.get(LISTS)["lists"] == []
    for path in ("", "/contacts/all"):
        stranger.get(f"{LISTS}/{list_id}{path}", 404)
    stranger.get(f"/alerts/v1/lists/{list_id}/events", 404)
    stranger.post(f"{LISTS}/{list_id}", {"name": "Yours"}, 404)
    asked = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": list_id}
    stranger.post(LISTS, {"name": "Theirs", "dynamic": True, "filters": [[asked]]}, 400)
    assert new_list(stranger, "Mine") == 1


def test_criteria_that_filters_cannot_say_are_a_tree_whose_echo_is_taken_back_unchanged_only(client: ApiClient) -> None:
    tree = {
        "op": "not",
        "of": [{"kind": "value", "field": "city", "op": "eq", "value": "London", "missing": "no-match"}],
    }
    told = client.post(LISTS, {"name": "Elsewhere", "dynamic": True, "filterTree": tree})
    assert told["filterTree"] == tree
    assert [list(each) for each in told["filters"][0]] == [["filterFamily", "fingerprint"]]
    assert told["filters"][0][0]["filterFamily"] == "FilterTree"
    path = f"{LISTS}/{told['listId']}"
    for body in (told, {"filters": told["filters"]}):
        again = client.post(path, body)
        assert (again["internalListId"], again["filterTree"]) == (told["internalListId"], tree)
    changed = {"filters": [[{"filterFamily": "FilterTree", "fingerprint": "0" * 64}]]}
    assert "this FilterTree is not the one of the list" in client.post(path, changed, 400)["message"]
    stale = client.post(path, {**told, "filterTree": tree["of"][0]}, 400)["message"]
    assert "filters: this FilterTree is not the one of the filterTree beside it" in stale
    assert "leave filters out beside it" in stale
    both = client.post(path, {"filters": [[IN_LONDON]], "filterTree": tree}, 400)["message"]
    assert "filters: these filters are not the echo of the filterTree beside them" in both
    edited = client.post(path, {"filters": [[IN_LONDON]]})
    assert edited["filters"] == [[ECHOED]]
    assert "filterTree" not in edited
    assert edited["internalListId"] > told["internalListId"]


def test_a_tree_that_filters_can_say_is_told_as_filters(client: ApiClient) -> None:
    tree = {"kind": "value", "field": "city", "op": "eq", "value": "London"}
    told = client.post(LISTS, {"name": "London", "dynamic": True, "filterTree": tree})
    assert told["filters"] == [[ECHOED]]
    assert "filterTree" not in told


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ("x", "filterTree: 'x' is not a filter object"),
        ({"op": "and", "of": []}, "filterTree.of: [] is not a list of at least one filter"),
        ({"kind": "unheard-of"}, "filterTree.kind: 'unheard-of' is not supported"),
        ({"kind": "list", "op": "in", "list": 99}, "filterTree.list: list 99 does not exist"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(client: ApiClient, tree: Any, says: str) -> None:
    assert says in client.post(LISTS, {"name": "L", "dynamic": True, "filterTree": tree}, 400)["message"]
    assert client.get(LISTS)["lists"] == []


def test_a_list_may_tell_days_in_a_zone_of_its_own(client: ApiClient) -> None:
    body = {"name": "Fresh", "dynamic": True, "filters": [[IN_LONDON]]}
    told = client.post(LISTS, {**body, "timeZone": "Asia/Tokyo"})
    path = f"{LISTS}/{told['listId']}"
    assert told["timeZone"] == "Asia/Tokyo"
    renamed = client.post(path, {"name": "Fresher"})
    assert (renamed["timeZone"], renamed["internalListId"]) == ("Asia/Tokyo", told["internalListId"])
    moved = client.post(path, {"timeZone": "Europe/Berlin"})
    assert moved["timeZone"] == "Europe/Berlin"
    assert moved["filters"] == [[ECHOED]]
    assert moved["internalListId"] > told["internalListId"]
    assert "timeZone" not in client.post(path, {"timeZone": ""})
    for zone in ("Mars/Olympus", 5, "UTC+1"):
        answer = client.post(path, {"timeZone": zone}, 400)
        assert f"timeZone: {zone!r} is no time zone. Send an IANA name like Europe/Berlin" in answer["message"]


def test_a_list_that_grows_too_large_inside_another_is_not_saved(client: ApiClient) -> None:
    big = [[{**IN_LONDON, "value": f"city {number}"}] for number in range(200)]
    inner = new_list(client, "Inner", True, [[IN_LONDON]])
    asked = [[{"filterFamily": "ListMembership", "operator": "IN_LIST", "list": inner}, IN_LONDON]]
    middle = new_list(client, "Middle", True, asked)
    within = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": middle}
    outer = new_list(client, "Outer", True, [[within, {**IN_LONDON, "value": f"x{number}"}] for number in range(5)])
    answer = client.post(f"{LISTS}/{inner}", {"filters": big}, 400)
    assert "filters, lists in lists included, are too many. At most 1000" in answer["message"]
    assert f'filters: list {outer} ("Outer") contains this one and would become too large' in answer["message"]
    assert f"Make this list smaller, or take it out of list {outer}" in answer["message"]
    assert client.get(f"{LISTS}/{inner}")["filters"] == [[ECHOED]]


def test_a_list_that_is_too_deep_with_its_own_pins_is_refused_and_the_others_live_on(
    client: ApiClient, settle: Callable[[], None]
) -> None:
    def within(list_id: int, levels: int) -> dict[str, Any]:
        tree: dict[str, Any] = {"kind": "list", "op": "in", "list": list_id}
        for level in range(levels):
            tree = {"op": ("and", "or")[level % 2], "of": [tree, {"kind": "presence", "field": "city", "op": "known"}]}
        return tree

    inner = new_list(client, "Inner", True, [[IN_LONDON]])
    for level in range(2):
        inner = client.post(LISTS, {"name": f"L{level}", "dynamic": True, "filterTree": within(inner, 5)})["listId"]
    vid = client.create(city="London")
    for levels in range(5, 0, -1):
        body = {"name": f"Too deep by {levels}", "dynamic": True, "filterTree": within(inner, levels)}
        response = client.raw("POST", LISTS, json=body)
        assert response.status_code in (200, 400)
        settle()
        assert members(client, inner) == [vid]


@pytest.mark.parametrize(("before", "after"), [(1, True), (True, 1), (1, "1.0")])
def test_criteria_that_differ_in_the_type_of_a_value_only_are_other_criteria(
    client: ApiClient, before: Any, after: Any
) -> None:
    list_id = new_list(client, "One", True, [[{**IN_LONDON, "value": before}]])
    told = client.post(f"{LISTS}/{list_id}", {"filters": [[{**IN_LONDON, "value": after}]]})
    value = told["filters"][0][0]["value"]
    assert (value, type(value)) == (after, type(after))
