"""Form definitions, through the HTTP door: both generations of the API and the recorded refusals."""

from typing import Any

import pytest

from tests.support.api import ApiClient

FIRST = "/contacts/v1/forms"
SECOND = "/forms/v2/forms"
NEW = {
    "name": "Newsletter",
    "redirect": "http://shop.example/thanks",
    "formFieldGroups": [{"fields": [{"name": "email", "required": True}, {"name": "firstname", "label": "Your name"}]}],
}
SECOND_KEYS = {
    *("portalId", "guid", "name", "action", "method", "cssClass", "redirect", "submitText", "followUpId"),
    *("notifyRecipients", "leadNurturingCampaignId", "formFieldGroups", "createdAt", "updatedAt", "performableHtml"),
    *("migratedFrom", "ignoreCurrentValues", "metaData", "deletable", "inlineMessage", "socialLoginEnabled"),
    *("socialLoginTypes", "tmsId", "captchaEnabled", "campaignGuid", "cloneable", "editable", "visible", "formType"),
}
FIELD_KEYS = {
    *("name", "label", "type", "fieldType", "description", "groupName", "displayOrder", "required", "selectedOptions"),
    *("options", "validation", "enabled", "hidden", "defaultValue", "isSmartField", "unselectedLabel", "placeholder"),
}


def nested(levels: int) -> dict[str, Any]:
    """Return an object with as many objects inside each other."""
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.fixture
def form(client: ApiClient) -> Any:
    """A form of the portal."""
    return client.post(SECOND, NEW)


def test_a_new_form_has_all_keys_of_the_recorded_object(client: ApiClient, form: Any) -> None:
    assert set(form) == SECOND_KEYS
    assert form["portalId"] == client.portal_id and form["name"] == "Newsletter"
    [email, name] = form["formFieldGroups"][0]["fields"]
    assert set(email) == FIELD_KEYS | {"dependentFieldFilters", "labelHidden"}
    assert email["required"] is True and email["label"] == "Email" and name["label"] == "Your name"


def test_the_first_generation_adds_flat_fields_and_code_to_embed(client: ApiClient, form: Any) -> None:
    old = client.get(f"{FIRST}/{form['guid']}")
    assert "portalId" not in old and "formType" not in old
    assert [field["name"] for field in old["fields"]] == ["email", "firstname"]
    assert set(old["fields"][0]) == FIELD_KEYS
    assert f"/uploads/form/v2/{client.portal_id}/{form['guid']}" in old["embeddedCode"]


def test_embedded_code_shows_what_is_written_and_runs_none_of_it(client: ApiClient) -> None:
    fields = [{"name": "email", "label": "<b>"}]
    evil = {"name": "<script>", "submitText": '"><script>alert(1)</script>', "fields": fields}
    code = client.post(FIRST, evil)["embeddedCode"]
    assert "<script>alert" not in code and "&lt;b&gt;" in code


def test_flat_fields_become_groups(client: ApiClient) -> None:
    guid = client.post(FIRST, {"name": "Old", "fields": [{"name": "email"}, {"name": "city"}]})["guid"]
    groups = client.get(f"{SECOND}/{guid}")["formFieldGroups"]
    assert [[field["name"] for field in group["fields"]] for group in groups] == [["email"], ["city"]]


@pytest.mark.parametrize(("method", "path"), [("POST", FIRST), ("POST", SECOND), ("PUT", SECOND)])
def test_an_update_changes_only_what_is_sent(client: ApiClient, form: Any, method: str, path: str) -> None:
    answer = client.send(method, f"{path}/{form['guid']}", 200, {"name": "Letters", "cssClass": None})
    assert answer["name"] == "Letters" and answer["redirect"] == NEW["redirect"]
    assert client.get(f"{SECOND}/{form['guid']}")["name"] == "Letters"


def test_forms_are_listed_and_paged(client: ApiClient) -> None:
    guids = {client.post(SECOND, {"name": name})["guid"] for name in "abc"}
    assert {form["guid"] for form in client.get(SECOND)} == guids
    pages = [client.get(SECOND, limit=2, offset=offset) for offset in (0, 2)]
    assert [len(page) for page in pages] == [2, 1]
    assert {form["guid"] for page in pages for form in page} == guids


@pytest.mark.parametrize("path", [FIRST, SECOND])
def test_a_deleted_form_is_gone(client: ApiClient, form: Any, path: str) -> None:
    client.delete(f"{path}/{form['guid']}", 204)
    client.get(f"{path}/{form['guid']}", 404)
    client.delete(f"{path}/{form['guid']}", 404)


@pytest.mark.parametrize("path", [FIRST, SECOND])
@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}])
def test_a_form_needs_a_name(client: ApiClient, path: str, body: Any) -> None:
    answer = client.post(path, body, 400)
    assert answer["type"] == "MISSING_NAME"
    assert answer["message"].startswith("Form name is required, form guid '")


@pytest.mark.parametrize("guid", ["-1", "nothing", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("path", [FIRST, SECOND, "/contacts/v1/fields", "/forms/v2/fields"])
def test_an_unknown_form_answers_as_recorded(client: ApiClient, path: str, guid: str) -> None:
    answer = client.get(f"{path}/{guid}", 404)
    assert (answer["type"], answer["message"]) == ("NOT_FOUND", f"No form found with guid '{guid}'")


@pytest.mark.parametrize("path", ["/contacts/v1/fields", "/forms/v2/fields"])
def test_fields_are_read_alone(client: ApiClient, form: Any, path: str) -> None:
    guid = form["guid"]
    assert [field["name"] for field in client.get(f"{path}/{guid}")] == ["email", "firstname"]
    assert client.get(f"{path}/{guid}/firstname")["label"] == "Your name"
    answer = client.get(f"{path}/{guid}/city", 404)
    assert answer["message"] == f"The Form with the guid '{guid}' has no FormField with the name 'city'."


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"fields": [{"name": "shoe_size"}]}, "shoe_size"),
        ({"fields": [{"name": "email"}, {"name": "email"}]}, "email"),
        ({"fields": [{}]}, "fields[0].name"),
        ({"fields": "email"}, "fields"),
        ({"fields": [{"name": "email"}] * 1001}, "1001"),
        ({"formFieldGroups": [{"fields": [{"name": "email", "required": "maybe"}]}]}, "required"),
        ({"redirect": 7}, "redirect"),
        ({"metaData": [{"a": "b\0"}]}, "NUL"),
        ({"metaData": [nested(300)]}, "nested"),
        ({"name": "x" * 251}, "name"),
        ([], "body"),
    ],
)
def test_a_bad_form_is_refused_with_the_field_named(client: ApiClient, body: Any, told: str) -> None:
    given = {"name": "Bad", **body} if isinstance(body, dict) else body
    assert told in client.post(SECOND, given, 400)["message"]
    assert client.get(SECOND) == []


def test_a_portal_sees_only_its_own_forms(form: Any, stranger: ApiClient) -> None:
    assert stranger.get(SECOND) == []
    for method in ("GET", "PUT", "DELETE"):
        stranger.send(method, f"{SECOND}/{form['guid']}", 404, {} if method == "PUT" else None)
