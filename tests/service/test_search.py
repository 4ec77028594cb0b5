"""Search through the HTTP door: the answer's shape, its pages and its refusals. What matches is the engines' suite."""

from typing import Any

import pytest

from indexer import tasks
from indexer.runtime import Runtime
from service.app import create_app
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.unreachable import UnreachableEngine

PATH = "/contacts/v1/search/query"


def vids(answer: Any) -> list[int]:
    """Return the vids found, in order."""
    return [contact["vid"] for contact in answer["contacts"]]


@pytest.fixture
def people(client: ApiClient, runtime: Runtime, clock: MovableClock) -> list[int]:
    """Three contacts called Ada, indexed, the last of them changed last."""
    found = []
    for company in ("Bees", "Ants", "Cats"):
        found.append(client.create(firstname="Ada", lastname="L", company=company))
        clock.advance()
    tasks.settle(runtime)
    return found


def test_found_contacts_are_shown_with_all_their_values(client: ApiClient, people: list[int]) -> None:
    answer = client.get(PATH, q="ada bees")
    [contact] = answer.pop("contacts")
    assert answer == {"query": "ada bees", "offset": 1, "has-more": False, "total": 1}
    assert contact["properties"]["company"] == {"value": "Bees"}
    assert contact["properties"]["hs_analytics_first_url"] == {"value": ""}
    assert contact["form-submissions"] == [] and "list-memberships" not in contact
    assert [profile["saved-at-timestamp"] for profile in contact["identity-profiles"]] == [0]


def test_the_newest_change_comes_first_and_pages_follow_the_offset(client: ApiClient, people: list[int]) -> None:
    first = client.get(PATH, q="ada", count=2)
    assert (vids(first), first["offset"], first["has-more"], first["total"]) == (people[:0:-1], 2, True, 3)
    second = client.get(PATH, q="ada", count=2, offset=first["offset"])
    assert (vids(second), second["offset"], second["has-more"]) == (people[:1], 3, False)


def test_nothing_found_is_an_empty_page(client: ApiClient, people: list[int]) -> None:
    for q in ("nobody", "!!!", "  ,;  "):
        assert client.get(PATH, q=q) == {"query": q, "offset": 0, "has-more": False, "total": 0, "contacts": []}


def test_only_asked_properties_are_shown(client: ApiClient, people: list[int]) -> None:
    [contact] = client.get(PATH, q="bees", property="company")["contacts"]
    assert contact["properties"].keys() == {"company", "lastmodifieddate"}


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"sort": "company"}, [2, 0, 1]),
        ({"sort": "company", "order": "asc"}, [1, 0, 2]),
        ({"sort": "vid", "order": "ASC"}, [0, 1, 2]),
        ({"sort": "createdate"}, [2, 1, 0]),
        ({"order": "ASC"}, [2, 1, 0]),
    ],
)
def test_results_may_be_sorted(client: ApiClient, people: list[int], query: dict[str, Any], order: list[int]) -> None:
    assert vids(client.get(PATH, q="ada", **query)) == [people[place] for place in order]


def test_the_dead_are_not_shown_even_while_they_are_indexed(client: ApiClient, people: list[int]) -> None:
    client.delete(f"/contacts/v1/contact/vid/{people[0]}")
    client.post(f"/contacts/v1/contact/merge-vids/{people[1]}", {"vidToMerge": people[2]})
    assert vids(client.get(PATH, q="ada")) == [people[1]]


def test_another_portal_finds_nothing(
    client: ApiClient, stranger: ApiClient, runtime: Runtime, people: list[int]
) -> None:
    stranger.create(firstname="Eve")
    tasks.settle(runtime)
    assert vids(stranger.get(PATH, q="ada")) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "q: is missing"),
        ({"q": ""}, "q: is missing"),
        ({"q": "x" * 1001}, "q: 'xxxx"),
        ({"q": "x", "count": "0"}, "count: '0' is not a page size"),
        ({"q": "x", "offset": "-1"}, "offset: '-1' is not a whole number"),
        ({"q": "x", "offset": "9981"}, "offset: 9981 with count 20 lies beyond the 10000 contacts"),
        ({"q": "x", "sort": "nosuch"}, "sort: 'nosuch' is not a property"),
        ({"q": "x", "order": "UP"}, "order: 'UP' is not known; send one of ASC, DESC"),
    ],
)
def test_a_wrong_search_is_refused_in_words(client: ApiClient, query: dict[str, Any], message: str) -> None:
    assert client.get(PATH, 400, **query)["message"].startswith(message)


def test_a_thousand_characters_may_be_searched(client: ApiClient, people: list[int]) -> None:
    assert client.get(PATH, q="x" * 1000)["total"] == 0


def test_a_portal_without_an_index_yet_answers_503(client: ApiClient) -> None:
    answer = client.raw("GET", PATH, query_string={"q": "ada"})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "1"


def test_while_the_engine_is_down_searching_answers_503_and_writing_works(
    client: ApiClient, runtime: Runtime, people: list[int]
) -> None:
    lost = Runtime(runtime.settings, runtime.database, UnreachableEngine(), runtime.jobs)
    hurt = ApiClient(create_app(lost).test_client(), client.key, client.portal_id)
    message = hurt.get(PATH, 503, q="ada")["message"]
    assert message == "The search engine cannot be reached: connection refused"
    assert hurt.profile(hurt.create(firstname="Eve"))["properties"]["firstname"]["value"] == "Eve"
