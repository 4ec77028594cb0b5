"""Writes that wait for their lists, and what is told of a list's freshness."""

from typing import Any

from tests.support.api import as_body
from tests.support.people import Portal, is_
from tests.support.wait import wait_until

CONTACT = "/contacts/v1/contact"
LEADS = is_("lifecyclestage", "EQ", "lead")


def moves(answer: dict[str, Any]) -> tuple[list[int], list[int], bool]:
    return answer["joined"], answer["left"], answer["pending"]


def test_a_write_that_waits_tells_the_lists_that_its_contact_joined_and_left(portal: Portal) -> None:
    leads, customers = (portal.create_list(stage, is_("lifecyclestage", "EQ", stage)) for stage in ("lead", "customer"))
    portal.until_done(leads)
    portal.until_done(customers)
    body = as_body({"email": "a@x.example", "lifecyclestage": "lead"})
    created = portal.api.post(CONTACT, body, waitForLists="true")
    assert moves(created) == ([leads], [], False)
    assert created["properties"]["email"]["value"] == "a@x.example"
    vid = created["vid"]
    body = as_body({"lifecyclestage": "customer"})
    answer = portal.api.post(f"{CONTACT}/vid/{vid}/profile", body, waitForLists="true")
    assert answer == {"vid": vid, "joined": [customers], "left": [leads], "pending": False}
    again = portal.api.post(f"{CONTACT}/email/a@x.example/profile", body, waitForLists="true")
    assert again == {"vid": vid, "joined": [], "left": [], "pending": False}
    body = as_body({"lifecyclestage": "lead"})
    upserted = portal.api.post(f"{CONTACT}/createOrUpdate/email/a@x.example", body, waitForLists="true")
    assert upserted == {"vid": vid, "isNew": False, "joined": [leads], "left": [customers], "pending": False}


def test_a_batch_that_waits_tells_the_moves_of_every_item(portal: Portal) -> None:
    leads, customers = (portal.create_list(stage, is_("lifecyclestage", "EQ", stage)) for stage in ("lead", "customer"))
    portal.until_done(leads)
    portal.until_done(customers)
    old = portal.api.create(email="old@x.example", lifecyclestage="lead")
    portal.until_members(leads, [old])
    batch = [
        {"vid": old, **as_body({"lifecyclestage": "customer"})},
        {"email": "new@x.example", **as_body({"lifecyclestage": "lead"})},
        {"email": "old@x.example", **as_body({"city": "Rome"})},
    ]
    changed, created, again = portal.api.post(f"{CONTACT}/batch", batch, waitForLists="true")["contacts"]
    assert changed == {"vid": old, "isNew": False, "joined": [customers], "left": [leads], "pending": False}
    assert again == changed
    assert moves(created) == ([leads], [], False)
    assert created["isNew"]
    assert portal.members(leads) == {created["vid"]}
    assert portal.api.post(f"{CONTACT}/batch", [], waitForLists="true") == {"contacts": []}


def test_a_list_that_has_caught_up_says_so(portal: Portal) -> None:
    leads = portal.create_list("Leads", LEADS)
    portal.until_done(leads)
    portal.api.create(lifecyclestage="lead")
    told = wait_until(lambda: _fresh(portal, leads))
    assert told == {
        "listId": leads,
        "processing": "DONE",
        "waiting": 0,
        "lagMs": 0,
        "lastVerifiedAt": None,
        "driftFound": 0,
        "driftRepaired": 0,
    }
    portal.api.get("/alerts/v1/lists/99/freshness", 404)


def _fresh(portal: Portal, list_id: int) -> Any:
    found = portal.api.get(f"/alerts/v1/lists/{list_id}/freshness")
    return found if found["waiting"] == 0 else None
