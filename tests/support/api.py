"""Speaks to the service through its HTTP door, the way a client with a key does."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class ApiClient:
    """A client of one portal: every call carries its key and an answer's status is checked where one is expected."""

    def __init__(self, client: FlaskClient, key: str, portal_id: int) -> None:
        """Take Flask's test client, the portal's key and its id."""
        self.client = client
        self.key = key
        self.portal_id = portal_id

    def get(self, path: str, status: int | None = 200, **query: Any) -> Any:
        """GET a path with query parameters and return the JSON answer."""
        return self.send("GET", path, status, query=query)

    def post(self, path: str, body: Any = None, status: int | None = 200, **query: Any) -> Any:
        """POST JSON and return the JSON answer, None for an empty one."""
        return self.send("POST", path, status, body=body, query=query)

    def put(self, path: str, body: Any = None, status: int | None = 200, **query: Any) -> Any:
        """PUT JSON and return the JSON answer, None for an empty one."""
        return self.send("PUT", path, status, body=body, query=query)

    def patch(self, path: str, body: Any = None, status: int | None = 200, **query: Any) -> Any:
        """PATCH JSON and return the JSON answer, None for an empty one."""
        return self.send("PATCH", path, status, body=body, query=query)

    def delete(self, path: str, status: int | None = 200, **query: Any) -> Any:
        """DELETE a path and return the JSON answer, None for an empty one."""
        return self.send("DELETE", path, status, query=query)

    def send(
        self, method: str, path: str, status: int | None, body: Any = None, query: dict[str, Any] | None = None
    ) -> Any:
        """Send a request with the key; assert the answer's status unless it is None."""
        answer = self.raw(method, path, json=body, query_string=query or None)
        assert status is None or answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
        return answer.get_json(silent=True) if answer.data else None

    def raw(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request with the key as a Bearer token and return the answer as it is."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)

    def create(self, **values: str) -> int:
        """Create a contact with property values and return its vid."""
        vid: int = self.post("/contacts/v1/contact", as_body(values))["vid"]
        return vid

    def update(self, vid: int, **values: str) -> None:
        """Write property values of a contact."""
        self.post(f"/contacts/v1/contact/vid/{vid}/profile", as_body(values), 204)

    def profile(self, vid: int, **query: Any) -> Any:
        """Return a contact's profile."""
        return self.get(f"/contacts/v1/contact/vid/{vid}/profile", **query)

    def value(self, vid: int, name: str) -> str | None:
        """Return a contact's value of a property, None when it has none."""
        found = self.profile(vid)["properties"].get(name)
        return found["value"] if found else None


def as_body(values: dict[str, Any]) -> dict[str, Any]:
    """Return the wire's body for writing property values."""
    return {"properties": [{"property": name, "value": value} for name, value in values.items()]}
