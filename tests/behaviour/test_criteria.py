"""What lists may ask beyond the present values of properties, through the HTTP door, on both set-ups alike."""

from typing import Any

import pytest

from tests.support.people import Portal, is_

LISTS = "/contacts/v1/lists"


def in_list(list_id: int, operator: str = "IN_LIST") -> dict[str, Any]:
    return {"filterFamily": "ListMembership", "operator": operator, "list": list_id}


def create_tree_list(portal: Portal, name: str, tree: dict[str, Any]) -> int:
    list_id: int = portal.api.post(LISTS, {"name": name, "dynamic": True, "filterTree": tree})["listId"]
    portal.until_done(list_id)
    return list_id


def test_a_list_asks_what_a_property_has_ever_been(portal: Portal) -> None:
    vids = [portal.api.create(lifecyclestage="lead", city="Rome") for _ in range(2)]
    portal.api.update(vids[0], lifecyclestage="customer")
    ever = portal.create_list("Ever a lead", {**is_("lifecyclestage", "EQ", "lead"), "checkPastVersions": True})
    never = portal.create_list("Never in Oslo", {**is_("city", "NEQ", "oslo"), "checkPastVersions": True})
    portal.until_members(ever, vids)
    portal.until_members(never, vids)
    portal.api.update(vids[1], lifecyclestage="customer", city="Oslo")
    portal.until_members(never, [vids[0]])
    portal.api.update(vids[1], city="Rome")
    portal.until_done(never)
    assert portal.members(ever) == set(vids)
    portal.until_members(never, [vids[0]])


def test_the_history_of_a_merged_contact_counts_as_the_survivors(portal: Portal) -> None:
    survivor, merged = portal.api.create(city="Rome"), portal.api.create(city="Paris")
    portal.api.update(survivor, city="Bonn")
    ever = portal.create_list("Ever in Paris", {**is_("city", "EQ", "paris"), "checkPastVersions": True})
    portal.until_members(ever, [merged])
    portal.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": merged})
    portal.until_members(ever, [survivor])


def test_a_contact_is_anonymous_until_it_has_an_address(portal: Portal) -> None:
    anonymous = create_tree_list(portal, "Anonymous", {"kind": "identity", "op": "anonymous"})
    vid = portal.api.create(firstname="Ada")
    portal.until_members(anonymous, [vid])
    portal.api.update(vid, email="ada@x.example")
    portal.until_members(anonymous, [])
    portal.api.update(vid, email="")
    portal.until_members(anonymous, [vid])


def test_a_list_follows_the_lists_that_it_contains_however_deep(portal: Portal) -> None:
    lead, customer = (portal.api.create(lifecyclestage=stage, city="Rome") for stage in ("lead", "customer"))
    inner = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    middle = portal.create_list("Roman leads", in_list(inner), is_("city", "EQ", "rome"))
    outer = portal.create_list("Others", in_list(middle, "NOT_IN_LIST"))
    portal.until_members(middle, [lead])
    portal.until_members(outer, [customer])
    portal.api.update(customer, lifecyclestage="lead")
    portal.until_members(outer, [])
    for list_id in (inner, middle, outer):
        portal.until_done(list_id)
    portal.api.post(f"{LISTS}/{inner}", {"filters": [[is_("lifecyclestage", "EQ", "opportunity")]]})
    portal.until_members(outer, [lead, customer])
    portal.until_members(middle, [])
    assert {event["reason"]["kind"] for event in portal.events(middle)[-2:]} == {"LIST_IN_LIST"}


@pytest.mark.parametrize("whole", [False, True])
def test_a_list_that_would_contain_itself_is_refused_with_the_way(portal: Portal, whole: bool) -> None:
    inner = portal.create_list("Inner", is_("city", "EQ", "rome"))
    outer = portal.create_list("Outer", in_list(inner))
    criteria: dict[str, Any] = {"filters": [[in_list(outer, "NOT_IN_LIST")]]}
    if whole:
        criteria = {"filterTree": {"op": "not", "of": [{"kind": "list", "op": "in", "list": outer}]}}
    answer = portal.api.post(f"{LISTS}/{inner}", criteria, 400)
    assert f"list {inner} > list {outer} > list {inner}" in answer["message"]
    assert portal.api.delete(f"{LISTS}/{inner}", 400)["message"].startswith(f"List {inner} is used by the lists Outer")


def test_a_pin_decides_whatever_the_criteria_say_until_it_is_taken_away(portal: Portal) -> None:
    lead, customer = (portal.api.create(lifecyclestage=stage) for stage in ("lead", "customer"))
    leads = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    others = portal.create_list("Others", in_list(leads, "NOT_IN_LIST"))
    portal.until_done(leads)
    portal.until_done(others)
    portal.api.put(f"{LISTS}/{leads}/pins/out/{lead}", status=204)
    portal.api.put(f"{LISTS}/{leads}/pins/in/{customer}", status=204)
    portal.until_members(leads, [customer])
    portal.until_members(others, [lead])
    assert {event["reason"]["kind"] for event in portal.events(leads)[1:]} == {"PIN"}
    reasons = [event["reason"] for event in portal.events(others)[1:]]
    assert {(reason["kind"], *reason["lists"]) for reason in reasons} == {("LIST_IN_LIST", leads)}
    portal.api.post(f"{LISTS}/{leads}/refresh", status=204)
    portal.api.update(lead, firstname="Ada")
    portal.until_done(leads)
    assert portal.members(leads) == {customer}
    portal.api.put(f"{LISTS}/{leads}/pins/in/{lead}", status=204)
    portal.api.delete(f"{LISTS}/{leads}/pins/in/{customer}", 204)
    portal.until_members(leads, [lead])
    portal.api.delete(f"{LISTS}/{leads}/pins/out/{lead}", 204)
    portal.api.delete(f"{LISTS}/{leads}/pins/in/{lead}", 204)
    portal.until_done(leads)
    portal.until_members(leads, [lead])


def test_pins_move_to_the_survivor_of_a_merge_where_out_wins(portal: Portal) -> None:
    leads = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    survivor, merged, other = (portal.api.create(lifecyclestage="customer") for _ in range(3))
    portal.api.put(f"{LISTS}/{leads}/pins/in/{survivor}", status=204)
    portal.api.put(f"{LISTS}/{leads}/pins/in/{other}", status=204)
    portal.api.put(f"{LISTS}/{leads}/pins/out/{merged}", status=204)
    portal.until_members(leads, [survivor, other])
    portal.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": merged})
    portal.until_members(leads, [other])
    portal.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": other})
    portal.until_members(leads, [])
    portal.api.put(f"{LISTS}/{leads}/pins/in/{merged}", status=204)
    portal.until_members(leads, [survivor])
