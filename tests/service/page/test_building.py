"""Lists created and edited at the page: what the form offers, what it counts, and what is refused."""

import json
import re
from typing import Any

import pytest

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient
from tests.support.page import PageClient
from tests.support.people import is_

LEADS = is_("lifecyclestage", "EQ", "lead")


def form_of(page: PageClient, path: str) -> Any:
    """Return what the script makes the form of; None where only the name can be changed."""
    html = page.show(f"/contacts/{page.portal_id}/lists/{path}")
    found = re.search(r'<script type="application/json" id="form">(.*?)</script>', html, re.DOTALL)
    return json.loads(found.group(1)) if found else None


def save(page: PageClient, path: str, body: Any, status: int = 200) -> Any:
    """Send the form; return the answer."""
    answer = page.post(f"/contacts/{page.portal_id}/lists{path}", json=body)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def preview(page: PageClient, *groups: list[Any], **further: Any) -> str:
    """Return what the form would tell of these filters."""
    answer = page.post("/page/preview", json={"filters": groups, **further})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def create(client: ApiClient, *filters: Any, **further: Any) -> int:
    body = {"name": "A list", "dynamic": True, "filters": [list(filters)], **further}
    list_id: int = client.post("/contacts/v1/lists", body)["listId"]
    return list_id


def test_the_form_offers_every_property_with_its_questions(page: PageClient, client: ApiClient) -> None:
    form = form_of(page, "new")
    offered = {each["name"]: each for group in form["groups"] for each in group["properties"]}
    assert offered.keys() == {each["name"] for each in client.get("/properties/v1/contacts/properties")}
    assert {each["type"] for each in offered.values()} <= form["questions"].keys()
    assert {"value": "lead", "label": "Lead"} in offered["lifecyclestage"]["options"]
    assert form["asked"] == []


def test_every_question_is_taken_by_the_filter_language(page: PageClient, client: ApiClient, ada: int) -> None:
    group = {"name": "g", "displayName": "G"}
    client.post("/contacts/v2/groups", group)
    for kind in ("date", "datetime", "number", "string", "bool", "enumeration"):
        options = {"options": [{"value": "a", "label": "A"}]} if kind == "enumeration" else {}
        body = {"name": f"a_{kind}", "label": kind, "groupName": "g", "type": kind, "fieldType": "text", **options}
        client.post("/properties/v1/contacts/properties", body)
    static = client.post("/contacts/v1/lists", {"name": "Static"})["listId"]
    answers: dict[str, dict[str, Any]] = {
        "nothing": {},
        "text": {"value": "x"},
        "number": {"value": "7"},
        "days": {"withinLastTime": 30, "withinLastTimeUnit": "DAYS"},
        "day": {"value": "1500000000000"},
        "one": {"value": "true"},
        "many": {"value": "a;b"},
        "list": {"list": static},
    }
    for kind, questions in form_of(page, "new")["questions"].items():
        for question in questions:
            subject = {} if kind == "lists" else {"property": f"a_{kind}"}
            asked = {**subject, **question["keys"], **answers[question["control"]]}
            list_id = create(client, asked, name=f"{kind} {question['words']}")
            [[told]] = form_of(page, f"{list_id}/edit")["asked"]
            shown = form_of(page, "new")["questions"][told["kind"]][told["place"]]
            assert (told["kind"], shown["words"]) == (kind, question["words"])
            assert preview(page, [told["filter"]])


@pytest.mark.parametrize(
    "asked",
    [
        {**LEADS, "checkPastVersions": True},
        {"property": "numemployees", "operator": "SET_ALL", "value": "a;b"},
        {"property": "hubspotscore", "operator": "BETWEEN", "rangeStart": "1", "rangeEnd": "2"},
        {"property": "createdate", "operator": "WITHIN_TIME", "withinLastTime": 2, "withinLastTimeUnit": "WEEKS"},
        {"property": "createdate", "operator": "LT", "compareProperty": "closedate"},
    ],
    ids=lambda asked: asked["operator"],
)
def test_what_the_form_cannot_ask_stays_as_it_is(page: PageClient, client: ApiClient, asked: dict[str, Any]) -> None:
    list_id = create(client, asked)
    before = client.get(f"/contacts/v1/lists/{list_id}")["filters"]
    assert form_of(page, f"{list_id}/edit") is None
    assert "through the API" in page.read_main(f"/contacts/{page.portal_id}/lists/{list_id}/edit")
    save(page, f"/{list_id}", {"name": "Renamed"})
    after = client.get(f"/contacts/v1/lists/{list_id}")
    assert (after["name"], after["filters"]) == ("Renamed", before)


def test_a_list_with_a_filter_tree_and_a_static_one_can_be_renamed_only(page: PageClient, client: ApiClient) -> None:
    tree = {"kind": "presence", "field": "phone", "op": "blank"}
    smart = client.post("/contacts/v1/lists", {"name": "Tree", "dynamic": True, "filterTree": tree})["listId"]
    assert form_of(page, f"{smart}/edit") is None
    save(page, f"/{smart}", {"name": "Still a tree"})
    assert client.get(f"/contacts/v1/lists/{smart}")["filterTree"] == tree
    static = client.post("/contacts/v1/lists", {"name": "Static"})["listId"]
    assert form_of(page, f"{static}/edit") is None
    save(page, f"/{static}", {"name": "Renamed"})
    assert client.get(f"/contacts/v1/lists/{static}")["name"] == "Renamed"


def test_a_preview_counts_says_and_names(page: PageClient, client: ApiClient, ada: int) -> None:
    html = preview(page, [LEADS])
    assert "<strong>1</strong> contact" in html and "lifecycle stage is" in html and "Ada Lovelace" in html
    assert "<strong>0</strong> contacts" in preview(page, [is_("city", "EQ", "nowhere")])


def test_a_preview_tells_who_would_join_and_leave_a_list(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    list_id = create(client, LEADS)
    client.create(firstname="Grace", lifecyclestage="customer")
    tasks.settle(runtime)
    html = preview(page, [is_("lifecyclestage", "EQ", "customer")], listId=list_id)
    assert "+1</span> would join" in html and "−1</span> would leave" in html


def test_a_preview_warns_of_what_is_hardly_meant(page: PageClient, ada: int) -> None:
    never = [is_("firstname", "EQ", "a"), is_("firstname", "EQ", "b")]
    assert 'class="bad"' in preview(page, never)


def test_a_list_is_created_and_edited(page: PageClient, client: ApiClient, runtime: Runtime, ada: int) -> None:
    address = save(page, "", {"name": "Leads", "dynamic": True, "filters": [[LEADS]]})["address"]
    tasks.settle(runtime)
    assert page.read_main(address).startswith("Leads 1 member")
    list_id = int(address.rpartition("/")[2])
    save(page, f"/{list_id}", {"name": "Others", "filters": [[is_("lifecyclestage", "NEQ", "lead")]]})
    tasks.settle(runtime)
    assert page.read_main(address).startswith("Others 0 members")


def test_saving_wakes_the_background_work(page: PageClient, runtime: Runtime) -> None:
    save(page, "", {"name": "Leads", "dynamic": True, "filters": [[LEADS]]})
    assert ("lists", page.portal_id) in runtime.jobs.woken  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": " ", "filters": [[LEADS]]}, "must have a name"),
        ({"name": "x" * 300, "filters": [[LEADS]]}, "name"),
        ({"name": "Taken", "filters": [[LEADS]]}, "choose another name"),
        ({"name": "New", "filters": [[is_("nosuch", "EQ", "x")]]}, "does not exist"),
        ({"name": "New", "filters": [[is_("hubspotscore", "EQ", "x")]]}, "filters[0][0].value"),
        ({"name": "New", "filters": [[]]}, "filters[0]"),
        ([], "body"),
    ],
)
def test_what_is_refused_is_told_and_nothing_is_stored(
    page: PageClient, client: ApiClient, body: Any, said: str
) -> None:
    taken = create(client, LEADS, name="Taken")
    assert said in save(page, "", body, 400)["message"]
    if body != {"name": "Taken", "filters": [[LEADS]]}:
        assert said in save(page, f"/{taken}", body, 400)["message"]
    assert [row["name"] for row in client.get("/contacts/v1/lists")["lists"]] == ["Taken"]


@pytest.mark.parametrize("path", ["/page/preview", "/contacts/{}/lists", "/contacts/{}/lists/1"])
def test_nothing_is_saved_or_counted_without_the_form_token(page: PageClient, client: ApiClient, path: str) -> None:
    answer = page.post(path.format(page.portal_id), token="", json={"name": "New", "filters": [[LEADS]]})
    assert answer.status_code == 403 and "load it again" in answer.get_json()["message"]
    assert client.get("/contacts/v1/lists")["lists"] == []


def test_another_portals_lists_can_be_neither_seen_nor_saved(page: PageClient, stranger: ApiClient) -> None:
    list_id = create(stranger, LEADS)
    for path in (f"/{list_id}", ""):
        answer = page.post(f"/contacts/{stranger.portal_id}/lists{path}", json={"name": "Mine"})
        assert answer.status_code == 404
    save(page, f"/{list_id}", {"name": "Mine"}, 404)
    page.show(f"/contacts/{stranger.portal_id}/lists/{list_id}/edit", 404)
    page.show(f"/contacts/{stranger.portal_id}/lists/new", 404)
    assert stranger.get(f"/contacts/v1/lists/{list_id}")["name"] == "A list"


def test_names_of_properties_and_lists_cannot_break_out_of_the_form(page: PageClient, client: ApiClient) -> None:
    client.post("/contacts/v1/lists", {"name": "</script><img src=x>"})
    html = page.show(f"/contacts/{page.portal_id}/lists/new")
    assert "<img" not in html
    assert "</script><img src=x>" in [each["label"] for each in form_of(page, "new")["lists"]]
