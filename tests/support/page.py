"""Speaks to the page as a browser without its script does: with a cookie, and with the token that its forms carry."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class PageClient:
    """A browser that is signed in."""

    def __init__(self, client: FlaskClient, key: str, portal_id: int) -> None:
        """Sign in with a key, on Flask's test client."""
        self.client = client
        self.portal_id = portal_id
        answer = client.post("/page/session", data={"key": key, "address": "/"})
        assert answer.status_code == 303, answer.get_data(as_text=True)

    def show(self, path: str, status: int = 200) -> str:
        """Return a page's HTML."""
        answer = self.client.get(path)
        assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
        return answer.get_data(as_text=True)

    def read(self, path: str, status: int = 200) -> str:
        """Return a page's text without tags, its spaces made one."""
        return text_of(self.show(path, status))

    def read_main(self, path: str) -> str:
        """Return the text of what stands between the frame's columns."""
        found = re.search(r"<main.*?</main>", self.show(path), re.DOTALL)
        assert found is not None
        return text_of(found.group())

    def token(self) -> str:
        """Return the token of the session's forms."""
        found = re.search(r'name="form-token" content="(\w+)"', self.show("/"))
        assert found is not None
        return found.group(1)

    def post(self, path: str, token: str | None = None, **options: Any) -> TestResponse:
        """Send what the script sends, with the session's token unless another one is given."""
        headers = {"X-Form-Token": self.token() if token is None else token, "Accept": "application/json"}
        return self.client.post(path, headers=headers, **options)


def text_of(html: str) -> str:
    """Return the text of HTML without tags, its spaces made one."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", re.sub("</?mark>", "", html))).split())
