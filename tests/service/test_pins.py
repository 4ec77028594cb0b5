"""Pins through HTTP: what is refused. What they do is in tests/behaviour."""

import pytest

from tests.support.api import ApiClient

LISTS = "/contacts/v1/lists"


@pytest.fixture
def smart(client: ApiClient) -> int:
    """A smart list."""
    list_id: int = client.post(LISTS, {"name": "Smart", "dynamic": True})["listId"]
    return list_id


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("send", [ApiClient.put, ApiClient.delete])
def test_a_pin_on_a_static_list_is_refused_in_words(client: ApiClient, direction: str, send: object) -> None:
    static = client.post(LISTS, {"name": "Static"})["listId"]
    vid = client.create(firstname="Ada")
    answer = send(client, f"{LISTS}/{static}/pins/{direction}/{vid}", status=400)  # type: ignore[operator]
    assert answer["message"] == (f"List {static} is static: add the contact to it or remove it instead of pinning it")


def test_a_pin_needs_a_list_a_contact_and_a_direction(client: ApiClient, smart: int) -> None:
    vid = client.create(firstname="Ada")
    client.put(f"{LISTS}/99/pins/in/{vid}", status=404)
    client.put(f"{LISTS}/{smart}/pins/in/{vid + 1}", status=404)
    answer = client.put(f"{LISTS}/{smart}/pins/up/{vid}", status=400)
    assert answer["message"] == "direction: 'up' is no way to pin a contact; send in or out"
    client.put(f"{LISTS}/{smart}/pins/in/x", status=404)
    client.delete(f"/contacts/v1/contact/vid/{vid}")
    client.put(f"{LISTS}/{smart}/pins/out/{vid}", status=404)


def test_a_pin_changes_no_property(client: ApiClient, smart: int) -> None:
    vid = client.create(firstname="Ada")
    before = client.profile(vid)["properties"]
    client.put(f"{LISTS}/{smart}/pins/in/{vid}", status=204)
    assert client.profile(vid)["properties"] == before
