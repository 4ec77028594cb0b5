"""A write waits for its lists as long as was promised and no longer, and lag is told while nobody works."""

import pytest

from service import waiting
from tests.indexing.world import World
from tests.support.api import as_body
from tests.support.clock import MovableClock
from tests.support.people import is_

CONTACT = "/contacts/v1/contact"


def test_lists_that_are_not_decided_in_time_are_pending(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.05)
    world.portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    world.settle()
    answer = world.api.post(CONTACT, as_body({"lifecyclestage": "lead"}), waitForLists="true")
    assert (answer["joined"], answer["left"], answer["pending"]) == ([], [], True)


def test_a_batch_tells_of_each_contact_whether_its_lists_are_decided(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.05)
    batch = [{"email": f"{number}@x.example", "properties": []} for number in range(3)]
    answer = world.api.post(f"{CONTACT}/batch", batch, waitForLists="true")
    assert [(each["isNew"], each["joined"], each["pending"]) for each in answer["contacts"]] == [(True, [], True)] * 3


def test_a_list_tells_how_far_it_is_behind(world: World, clock: MovableClock) -> None:
    leads = world.portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    romans = world.portal.create_list("Romans", is_("city", "EQ", "Rome"))
    vid = world.api.create(lifecyclestage="customer")
    world.settle()
    world.api.update(vid, city="Rome")
    clock.advance(1_500)
    lags = {one: world.api.get(f"/alerts/v1/lists/{one}/freshness")["lagMs"] for one in (leads, romans)}
    assert lags == {leads: 0, romans: 1_500}
