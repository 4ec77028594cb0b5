"""Single contacts through the HTTP door: create, update, look up, delete."""

from tests.support.api import ApiClient


def test_a_created_contact_is_answered_with_what_was_sent(client: ApiClient) -> None:
    answer = client.post("/contacts/v1/contact", {"properties": [{"property": "email", "value": "ada@example.com"}]})
    print(answer)
    print(client.profile(answer["vid"]))
