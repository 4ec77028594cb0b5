"""Two portals on one service: however much one of them imports, the other's contacts join their lists meanwhile."""

from typing import Any

from tests.behaviour.test_imports import send, until_done
from tests.support.people import SOON, Portal, is_
from tests.support.wait import wait_until

ROWS = 4_000


def test_an_import_of_one_portal_does_not_keep_those_of_another_from_joining(
    portal: Portal, other_portal: Portal
) -> None:
    in_rome = other_portal.create_list("In Rome", is_("city", "EQ", "Rome"))
    leads = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    other_portal.until_done(in_rome)
    portal.until_done(leads)
    import_id = send(other_portal, "email,city\n" + "".join(f"p{i}@x.example,Rome\n" for i in range(ROWS)))
    wait_until(lambda: size(other_portal, in_rome) > 0, SOON)
    vid = portal.api.create(lifecyclestage="lead")
    portal.until_members(leads, [vid])
    until_done(other_portal, import_id)
    wait_until(lambda: size(other_portal, in_rome) == ROWS, SOON)
    assert joined_at(portal, leads, 0) < joined_at(other_portal, in_rome, ROWS - 1)


def size(portal: Portal, list_id: int) -> int:
    """Return how many members a list has."""
    found: int = portal.smart_list(list_id)["metaData"]["size"]
    return found


def joined_at(portal: Portal, list_id: int, after: int) -> Any:
    """Return when the contact joined that comes next in a feed of joins."""
    return portal.api.get(f"/alerts/v1/lists/{list_id}/events", after=after)["events"][0]["occurredAt"]
