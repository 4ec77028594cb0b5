"""Forms through the HTTP door: what visitors send moves lists, on both set-ups alike."""

from typing import Any

from tests.support.people import Portal

TOKEN = "0123456789abcdef0123456789abcdef"


def form(portal: Portal, name: str = "Newsletter") -> str:
    """Create a form and return its guid."""
    fields = [{"name": "email"}, {"name": "firstname"}]
    return str(portal.api.post("/forms/v2/forms", {"name": name, "fields": fields})["guid"])


def send(portal: Portal, guid: str, *, submitted_at: int | None = None, page: str = "", **fields: str) -> None:
    """Send a form as a script does."""
    body: dict[str, Any] = {"fields": [{"name": name, "value": value} for name, value in fields.items()]}
    body |= {"context": {"pageUri": page}, "submittedAt": submitted_at}
    path = f"/submissions/v3/integration/submit/{portal.api.portal_id}/{guid}"
    answer = portal.api.client.post(path, json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)


def filled(guid: str = "", operator: str = "HAS_FILLED_OUT_FORM", **keys: Any) -> dict[str, Any]:
    """Return a filter that asks for a form."""
    return {"filterFamily": "FormSubmission", "operator": operator, "form": guid, **keys}


def vid_of(portal: Portal, email: str) -> int:
    """Return the vid of the contact that has an e-mail."""
    return int(portal.api.get(f"/contacts/v1/contact/email/{email}/profile")["vid"])


def test_who_sends_a_form_joins_the_lists_that_ask_for_it(portal: Portal) -> None:
    wanted, other = form(portal), form(portal, "Trial")
    send(portal, wanted, email="first@example.com")
    senders = portal.create_list("Senders", filled(wanted))
    others = portal.create_list("Not senders", filled(wanted, "HAS_NOT_FILLED_OUT_FORM"))
    twice = portal.create_list("Twice", filled(minOccurrences=2))
    on_page = portal.create_list("On the page", filled(wanted, page="http://shop.example/a"))
    for list_id in (senders, others, twice, on_page):
        portal.until_done(list_id)
    first = vid_of(portal, "first@example.com")
    assert (portal.members(senders), portal.members(others), portal.members(twice)) == ({first}, set(), set())
    send(portal, other, email="second@example.com")
    second = vid_of(portal, "second@example.com")
    portal.until_members(others, [second])
    send(portal, wanted, email="second@example.com", page="http://shop.example/a?x=1")
    portal.until_members(others, [])
    portal.until_members(senders, [first, second])
    portal.until_members(twice, [second])
    portal.until_members(on_page, [second])


def test_a_form_in_a_window_counts_while_it_lasts(portal: Portal) -> None:
    guid = form(portal)
    list_id = portal.create_list("Lately", filled(guid, withinLastTime=30, withinLastTimeUnit="DAYS"))
    portal.until_done(list_id)
    send(portal, guid, email="late@example.com", submitted_at=1_000_000_000_000)
    send(portal, guid, email="new@example.com")
    portal.until_members(list_id, [vid_of(portal, "new@example.com")])
    send(portal, guid, email="late@example.com")
    portal.until_members(list_id, [vid_of(portal, "new@example.com"), vid_of(portal, "late@example.com")])


def test_a_merge_brings_the_forms_of_both(portal: Portal) -> None:
    guids = [form(portal, name) for name in ("One", "Two")]
    list_id = portal.create_list("Both", filled(guids[0]), filled(guids[1]))
    portal.until_done(list_id)
    for guid, email in zip(guids, ("one@example.com", "two@example.com"), strict=True):
        send(portal, guid, email=email)
    one, two = (vid_of(portal, email) for email in ("one@example.com", "two@example.com"))
    portal.api.post(f"/contacts/v1/contact/merge-vids/{one}", {"vidToMerge": two})
    portal.until_members(list_id, [one])


def test_two_computed_names_ask_for_the_properties_that_hold_them(portal: Portal) -> None:
    asked = {"computedProperty": "NUMBER_OF_FORMS_FILLED_OUT", "operator": "GTE", "value": 2, "type": "number"}
    list_id = portal.create_list("Often", asked)
    portal.until_done(list_id)
    guid = form(portal)
    for _ in range(2):
        send(portal, guid, email="often@example.com")
    portal.until_members(list_id, [vid_of(portal, "often@example.com")])
