"""The further e-mail addresses of a contact, through the HTTP door."""

from typing import Any

import pytest

from tests.support.api import ApiClient

PATH = "/contacts/v1/secondary-email"


@pytest.fixture
def vid(client: ApiClient) -> int:
    """A contact with one address."""
    return client.create(email="ada@example.com")


def test_a_contact_starts_without_further_emails(client: ApiClient, vid: int) -> None:
    assert client.get(f"{PATH}/{vid}") == {"portalId": client.portal_id, "vid": vid, "secondaryEmails": []}


def test_a_further_email_finds_the_contact(client: ApiClient, vid: int) -> None:
    answer = client.put(f"{PATH}/{vid}/email/ada+home@example.org")
    assert answer == {"portalId": client.portal_id, "vid": vid, "secondaryEmails": ["ada+home@example.org"]}
    profile = client.get("/contacts/v1/contact/email/ADA+home@example.org/profile")
    identities = profile["identity-profiles"][0]["identities"]
    assert profile["vid"] == vid and identities[1]["is-secondary"] is True
    assert client.value(vid, "hs_additional_emails") == "ada+home@example.org"
    assert client.value(vid, "email") == "ada@example.com"


def test_the_same_email_again_changes_nothing(client: ApiClient, vid: int) -> None:
    for email in ("b@example.com", "B@example.com"):
        assert client.put(f"{PATH}/{vid}/email/{email}")["secondaryEmails"] == ["b@example.com"]


def test_a_further_email_is_replaced_in_its_place(client: ApiClient, vid: int) -> None:
    for email in ("b@example.com", "c@example.com"):
        client.put(f"{PATH}/{vid}/email/{email}")
    body = {"targetSecondaryEmail": "B@example.com", "updatedSecondaryEmail": "d@example.com"}
    assert client.patch(f"{PATH}/{vid}", body)["secondaryEmails"] == ["d@example.com", "c@example.com"]
    client.get("/contacts/v1/contact/email/b@example.com/profile", 404)
    assert client.get("/contacts/v1/contact/email/d@example.com/profile")["vid"] == vid


def test_a_further_email_is_removed(client: ApiClient, vid: int) -> None:
    client.put(f"{PATH}/{vid}/email/b@example.com")
    assert client.delete(f"{PATH}/{vid}/email/B@example.com")["secondaryEmails"] == []
    client.get("/contacts/v1/contact/email/b@example.com/profile", 404)
    assert client.value(vid, "hs_additional_emails") == ""


def test_a_further_email_may_become_the_primary_one(client: ApiClient, vid: int) -> None:
    for email in ("b@example.com", "c@example.com"):
        client.put(f"{PATH}/{vid}/email/{email}")
    client.update(vid, email="b@example.com")
    assert client.get(f"{PATH}/{vid}")["secondaryEmails"] == ["c@example.com"]
    identities = client.profile(vid)["identity-profiles"][0]["identities"]
    assert [identity["value"] for identity in identities[:-1]] == ["b@example.com", "c@example.com"]


def test_creating_with_a_further_email_is_a_duplicate(client: ApiClient, vid: int) -> None:
    client.put(f"{PATH}/{vid}/email/b@example.com")
    body = {"properties": [{"property": "email", "value": "b@example.com"}]}
    assert client.post("/contacts/v1/contact", body, 409)["identityProfile"]["vid"] == vid


def test_another_contact_cannot_take_a_further_email_in_a_batch(client: ApiClient, vid: int) -> None:
    client.put(f"{PATH}/{vid}/email/b@example.com")
    other = client.create(firstname="Other")
    items: list[dict[str, Any]] = [
        {"vid": vid, "properties": [{"property": "email", "value": "new@example.com"}]},
        {"vid": other, "properties": [{"property": "email", "value": "b@example.com"}]},
    ]
    client.post("/contacts/v1/contact/batch", items, 400)
    assert client.get("/contacts/v1/contact/email/b@example.com/profile")["vid"] == vid


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("PUT", "/1/email/nonsense", None, 400, "Property values were not valid"),
        ("PUT", "/1/email/ADA@example.com", None, 400, "'ADA@example.com' is the contact's primary e-mail"),
        ("PUT", "/1/email/taken@example.com", None, 409, "Contact already exists"),
        ("PUT", "/99/email/b@example.com", None, 404, "contact does not exist"),
        ("GET", "/99", None, 404, "contact does not exist"),
        ("DELETE", "/1/email/b@example.com", None, 404, "'b@example.com' is not a secondary e-mail"),
        ("DELETE", "/1/email/ada@example.com", None, 404, "'ada@example.com' is not a secondary e-mail"),
        ("PATCH", "/1", {}, 400, "targetSecondaryEmail: is missing"),
        ("PATCH", "/1", ("x@example.com", "y@example.com"), 404, "'x@example.com' is not a secondary e-mail"),
        ("PATCH", "/1", ("s1@example.com", "nonsense"), 400, "Property values were not valid"),
        ("PATCH", "/1", ("s1@example.com", "s2@example.com"), 400, "'s2@example.com' is a secondary e-mail"),
        ("PATCH", "/1", ("s1@example.com", "taken@example.com"), 409, "Contact already exists"),
    ],
)
def test_what_is_refused(
    client: ApiClient, vid: int, method: str, path: str, body: Any, status: int, message: str
) -> None:
    client.create(email="taken@example.com")
    for email in ("s1@example.com", "s2@example.com"):
        client.put(f"{PATH}/{vid}/email/{email}")
    if isinstance(body, tuple):
        body = {"targetSecondaryEmail": body[0], "updatedSecondaryEmail": body[1]}
    assert client.send(method, PATH + path, status, body=body)["message"].startswith(message)
    assert client.get(f"{PATH}/{vid}")["secondaryEmails"] == ["s1@example.com", "s2@example.com"]
