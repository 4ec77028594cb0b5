"""Smart lists through the HTTP door: they fill, and then follow every write, on both set-ups alike."""

from typing import Any

import pytest

from tests.support.people import SOON, Portal, is_
from tests.support.wait import wait_until

LEADS = is_("lifecyclestage", "EQ", "lead")


def test_a_new_list_takes_in_those_who_match_already(portal: Portal) -> None:
    leads = [portal.api.create(lifecyclestage="lead") for _ in range(3)]
    portal.api.create(lifecyclestage="customer")
    list_id = portal.create_list("Leads", LEADS)
    portal.until_done(list_id)
    assert portal.members(list_id) == set(leads)
    assert portal.smart_list(list_id)["metaData"]["size"] == 3
    assert {event["reason"]["kind"] for event in portal.events(list_id)} == {"FIRST_FILL"}


def test_a_contact_joins_and_leaves_with_the_write_that_makes_it_match_or_not(portal: Portal) -> None:
    list_id = portal.create_list("Leads", LEADS)
    portal.until_done(list_id)
    vid = portal.api.create(firstname="Ada")
    portal.api.update(vid, lifecyclestage="lead")
    portal.until_members(list_id, [vid])
    portal.api.update(vid, lifecyclestage="customer")
    portal.until_members(list_id, [])
    join, leave = portal.events(list_id)
    assert (join["type"], join["vid"], join["listId"]) == ("JOIN", vid, list_id)
    assert (leave["reason"]["kind"], leave["reason"]["properties"]) == ("CONTACT_CHANGE", ["lifecyclestage"])
    [change] = leave["reason"]["changes"]
    assert (change["property"], change["old"], change["new"]) == ("lifecyclestage", "lead", "customer")
    assert change["source"]["type"] == "API"
    assert join["seq"] < leave["seq"]


def test_a_created_contact_joins_the_lists_that_it_matches(portal: Portal) -> None:
    everyone = portal.create_list("With e-mail", is_("email", "IS_NOT_EMPTY"))
    berlin = portal.create_list("Berlin", is_("city", "EQ", "BERLIN"), is_("email", "STR_ENDS_WITH", ".example"))
    portal.until_done(everyone)
    portal.until_done(berlin)
    vid = portal.api.create(email="a@x.example", city="Berlin")
    nobody = portal.api.create(city="berlin")
    portal.until_members(everyone, [vid])
    portal.until_members(berlin, [vid])
    assert {item["static-list-id"] for item in portal.api.profile(vid)["list-memberships"]} == {everyone, berlin}
    assert portal.api.profile(nobody)["list-memberships"] == []


def test_an_edited_list_reports_only_true_differences(portal: Portal) -> None:
    vids = {stage: portal.api.create(lifecyclestage=stage) for stage in ("lead", "customer", "opportunity")}
    list_id = portal.create_list("Edited", is_("lifecyclestage", "SET_ANY", "lead;customer"))
    portal.until_done(list_id)
    body = {"filters": [[is_("lifecyclestage", "SET_ANY", "customer;opportunity")]]}
    assert portal.api.post(f"/contacts/v1/lists/{list_id}", body)["metaData"]["processing"] == "PROCESSING"
    portal.until_done(list_id)
    assert portal.members(list_id) == {vids["customer"], vids["opportunity"]}
    changes = [(event["type"], event["vid"], event["reason"]["kind"]) for event in portal.events(list_id)[2:]]
    assert sorted(changes) == [
        ("JOIN", vids["opportunity"], "LIST_EDITED"),
        ("LEAVE", vids["lead"], "LIST_EDITED"),
    ]


def test_a_deleted_contact_leaves_every_list(portal: Portal) -> None:
    vid = portal.api.create(lifecyclestage="lead")
    list_id = portal.create_list("Leads", LEADS)
    portal.until_members(list_id, [vid])
    portal.api.delete(f"/contacts/v1/contact/vid/{vid}")
    assert portal.members(list_id) == set()
    assert portal.events(list_id)[-1]["reason"]["kind"] == "CONTACT_DELETED"


def test_a_merged_contact_leaves_and_its_survivor_is_judged_by_what_it_has_now(portal: Portal) -> None:
    survivor = portal.api.create(email="one@x.example", city="Rome")
    merged = portal.api.create(email="two@x.example", city="Paris")
    paris = portal.create_list("Paris", is_("city", "EQ", "paris"))
    portal.until_members(paris, [merged])
    portal.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": merged})
    portal.until_members(paris, [survivor])
    assert portal.replayed(paris) == {survivor}


def test_a_static_list_with_filters_is_filled_once(portal: Portal) -> None:
    lead = portal.api.create(lifecyclestage="lead")
    list_id = portal.create_list("Snapshot", LEADS, dynamic=False)
    portal.until_done(list_id)
    later = portal.api.create(lifecyclestage="lead")
    portal.api.update(lead, lifecyclestage="customer")
    follower = portal.create_list("Follower", LEADS)
    portal.until_members(follower, [later])
    assert portal.members(list_id) == {lead}


def test_a_smart_list_follows_membership_of_a_static_list(portal: Portal) -> None:
    first, second = (portal.api.create(firstname=name) for name in ("One", "Two"))
    chosen = portal.create_list("Chosen", dynamic=False)
    inside = portal.create_list("Inside", {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": chosen})
    outside = portal.create_list(
        "Outside", {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": chosen}
    )
    portal.until_members(outside, [first, second])
    assert portal.api.post(f"/contacts/v1/lists/{chosen}/add", {"vids": [first]})["updated"] == [first]
    portal.until_members(inside, [first])
    portal.until_members(outside, [second])
    portal.api.post(f"/contacts/v1/lists/{chosen}/remove", {"vids": [first]})
    portal.until_members(inside, [])
    portal.until_members(outside, [first, second])


def test_a_deleted_list_empties_itself_in_the_feed(portal: Portal) -> None:
    vid = portal.api.create(lifecyclestage="lead")
    list_id = portal.create_list("Leads", LEADS)
    portal.until_members(list_id, [vid])
    portal.api.delete(f"/contacts/v1/lists/{list_id}", 204)
    portal.api.get(f"/contacts/v1/lists/{list_id}", 404)
    assert portal.api.profile(vid)["list-memberships"] == []
    wait_until(lambda: portal.replayed(list_id) == set() and len(portal.events(list_id)) == 2, SOON)


def test_the_feed_replayed_is_the_membership_after_many_changes(portal: Portal) -> None:
    stages = ("lead", "customer")
    vids = [portal.api.create(lifecyclestage=stages[i % 2]) for i in range(10)]
    list_id = portal.create_list("Leads", LEADS)
    for round_ in range(3):
        for i, vid in enumerate(vids):
            portal.api.update(vid, lifecyclestage=stages[(i + round_) % 2])
    portal.until_members(list_id, [vid for i, vid in enumerate(vids) if i % 2 == 0])
    portal.until_done(list_id)
    assert portal.replayed(list_id) == portal.members(list_id)


def test_lists_know_when_each_member_joined(portal: Portal) -> None:
    list_id = portal.create_list("Leads", LEADS)
    vids = []
    for _ in range(3):
        vids.append(portal.api.create(lifecyclestage="lead"))
        portal.until_members(list_id, vids)
    recent = portal.api.get(f"/contacts/v1/lists/{list_id}/contacts/recent")
    joined = [(contact["addedAt"], contact["vid"]) for contact in recent["contacts"]]
    assert joined == sorted(joined, reverse=True)
    assert [vid for _, vid in joined] == vids[::-1]


def test_a_dynamic_list_without_filters_has_no_members(portal: Portal) -> None:
    portal.api.create(firstname="Ada")
    list_id = portal.create_list("Nobody")
    portal.until_done(list_id)
    assert portal.members(list_id) == set()


def test_lists_of_one_portal_take_no_notice_of_another(portal: Portal, other_portal: Portal) -> None:
    list_id = portal.create_list("Leads", LEADS)
    other_portal.api.create(lifecyclestage="lead")
    vid = portal.api.create(lifecyclestage="lead")
    portal.until_members(list_id, [vid])
    other_portal.api.get(f"/contacts/v1/lists/{list_id}", 404)


@pytest.mark.parametrize(
    ("filters", "matching"),
    [
        ([[is_("numemployees", "SET_ANY", "1-5")], [is_("annualrevenue", "GT", 1000)]], {0, 1, 2}),
        ([[is_("city", "NEQ", "Berlin")]], {1}),
        ([[is_("city", "IS_EMPTY")]], {2}),
        ([[is_("company", "CONTAINS", "(b*c?")]], {1}),
        ([[is_("closedate", "LT", 1_600_000_000_000)]], {1}),
    ],
)
def test_lists_of_every_kind_of_filter_fill(portal: Portal, filters: Any, matching: set[int]) -> None:
    vids = [
        portal.api.create(city="Berlin", numemployees="1-5"),
        portal.api.create(city="Rome", annualrevenue="1000.5", company="A (B*C?) GmbH", closedate="1500000000000"),
        portal.api.create(annualrevenue="99999", company="A (BXC) GmbH"),
    ]
    list_id = portal.api.post("/contacts/v1/lists", {"name": "L", "dynamic": True, "filters": filters})["listId"]
    portal.until_done(list_id)
    assert portal.members(list_id) == {vids[i] for i in matching}


def test_many_contacts_at_once_join_many_lists(portal: Portal) -> None:
    lists = [
        portal.create_list(f"Band {i}", is_("annualrevenue", "GTE", i), is_("city", "CONTAINS", "o")) for i in range(60)
    ]
    portal.until_done(lists[-1])
    batch = [
        {
            "email": f"p{i}@x.example",
            "properties": [{"property": "annualrevenue", "value": str(i)}, {"property": "city", "value": city}],
        }
        for i in range(100)
        for city in ("Rome" if i % 2 else "Paris",)
    ]
    portal.api.raw("POST", "/contacts/v1/contact/batch/", json=batch)
    wait_until(lambda: portal.smart_list(lists[0])["metaData"]["size"] == 50, SOON)
    for i in (0, 30, 59):
        portal.until_done(lists[i])
        assert portal.smart_list(lists[i])["metaData"]["size"] == 50 - i // 2
        assert portal.replayed(lists[i]) == portal.members(lists[i])
