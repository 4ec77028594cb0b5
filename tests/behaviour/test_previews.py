"""Previews on both set-ups: what is shown before a list is saved is what the list then holds."""

from typing import Any

from tests.support.people import SOON, Portal
from tests.support.wait import wait_until

LISTS = "/contacts/v1/lists"
ROME = [[{"property": "city", "operator": "EQ", "value": "Rome"}]]
NAMED_A = {"kind": "text", "field": "firstname", "op": "regex", "value": "^a"}


def preview(portal: Portal, **body: Any) -> Any:
    """Preview criteria once everything written is indexed and visible."""

    def answer() -> Any:
        told = portal.api.post(f"{LISTS}/preview", body)
        return told if told["waiting"] == 0 else None

    wait_until(lambda: answer() is not None, SOON)
    return answer()


def test_what_is_previewed_is_what_a_list_then_holds(portal: Portal) -> None:
    names = ("Ada", "Alan", "Grace", "Anna")
    vids = {name: portal.api.create(firstname=name, city="Rome" if name < "B" else "Bern") for name in names}
    list_id = portal.api.post(LISTS, {"name": "L", "dynamic": True, "filters": ROME})["listId"]
    portal.until_members(list_id, [vids["Ada"], vids["Alan"], vids["Anna"]])
    wait_until(lambda: preview(portal, filters=ROME)["count"] == 3, SOON)
    tree = {"op": "or", "of": [{"op": "not", "of": [NAMED_A]}, {**NAMED_A, "value": "^al"}]}
    told = preview(portal, listId=list_id, filterTree=tree)
    moves = told["difference"]
    shown = {key: {contact["vid"] for contact in each["contacts"]} for key, each in moves.items()}
    assert shown == {"joining": {vids["Grace"]}, "leaving": {vids["Ada"], vids["Anna"]}}
    assert (told["count"], told["exact"], told["clauses"]["of"][0]["count"]) == (2, True, 1)
    portal.api.post(f"{LISTS}/{list_id}", {"filterTree": tree})
    portal.until_members(list_id, [vids["Alan"], vids["Grace"]])
    explained = portal.api.get(f"{LISTS}/{list_id}/explain/{vids['Grace']}")
    assert (explained["isMember"], explained["matches"], explained["waiting"]) == (True, True, False)
