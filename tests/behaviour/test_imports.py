"""Imports on both set-ups: a file that is sent ends in contacts, lists and the feed."""

import io
from typing import Any

from tests.support.people import SOON, Portal, is_
from tests.support.wait import wait_until

PATH = "/imports/v1"


def send(portal: Portal, content: str) -> int:
    """Send a file and return the import's id."""
    data = {"file": (io.BytesIO(content.encode()), "people.csv")}
    answer = portal.api.raw("POST", PATH, data=data, content_type="multipart/form-data")
    assert answer.status_code == 202, answer.data
    import_id: int = answer.get_json()["importId"]
    return import_id


def until_done(portal: Portal, import_id: int) -> Any:
    """Wait until an import is done and return it."""
    return wait_until(lambda: _if_done(portal.api.get(f"{PATH}/{import_id}")), SOON)


def _if_done(found: Any) -> Any:
    return found if found["state"] == "DONE" else None


def test_imported_contacts_join_lists_because_of_the_import(portal: Portal) -> None:
    in_rome = portal.create_list("In Rome", is_("city", "EQ", "Rome"))
    portal.until_done(in_rome)
    ada = portal.api.create(email="ada@x.example", city="London")
    import_id = send(portal, "email,city\nada@x.example,Rome\nnew@x.example,Rome\nelse@x.example,Bonn\n")
    done = until_done(portal, import_id)
    assert done["counts"] == {"created": 2, "updated": 1, "unchanged": 0, "failed": 0}
    rows = portal.api.get(f"{PATH}/{import_id}/rows")["rows"]
    portal.until_members(in_rome, [ada, rows[1]["vid"]])
    reasons = {event["vid"]: event["reason"] for event in portal.events(in_rome)}
    assert {(reason["kind"], reason["importId"]) for reason in reasons.values()} == {("IMPORT", import_id)}
    assert reasons[ada]["properties"] == ["city"]


def test_a_change_by_hand_after_an_import_is_told_as_such(portal: Portal) -> None:
    in_rome = portal.create_list("In Rome", is_("city", "EQ", "Rome"))
    portal.until_done(in_rome)
    until_done(portal, send(portal, "email,city\nada@x.example,Rome\n"))
    [vid] = wait_until(lambda: portal.members(in_rome), SOON)
    portal.api.update(vid, city="Bonn")
    portal.until_members(in_rome, [])
    assert [event["reason"]["kind"] for event in portal.events(in_rome)] == ["IMPORT", "CONTACT_CHANGE"]


def test_large_files_are_imported_whole_and_once(portal: Portal) -> None:
    content = "lastname,email\n" + "".join(f"Lovelace,p{i % 900}@x.example\n" for i in range(1_800))
    done = until_done(portal, send(portal, content))
    assert done["counts"] == {"created": 900, "updated": 0, "unchanged": 900, "failed": 0}
    assert portal.api.get("/contacts/v1/contacts/statistics")["contacts"] == 900


def test_an_import_that_waits_is_cancelled(portal: Portal) -> None:
    send(portal, "lastname\n" + "Lovelace\n" * 20_000)
    second = send(portal, "lastname\n" + "Byron\n" * 20_000)
    cancelled = portal.api.post(f"{PATH}/{second}/cancel")
    assert cancelled["state"] == "CANCELLED" and cancelled["rowsDone"] < 20_000
    assert cancelled["rowsDone"] == sum(cancelled["counts"].values())
    portal.api.post(f"{PATH}/{second - 1}/cancel", status=None)
