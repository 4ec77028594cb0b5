"""A client that keeps its connection, as an application's client library does."""

import http.client
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

TIMEOUT_SECONDS = 60


class Client:
    """One connection to one server; not for several threads."""

    def __init__(self, address: str, key: str | None = None) -> None:
        """Take the server's address, http://HOST:PORT, and the API key that goes with every request."""
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Content-Type": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: Any) -> Any:
        """GET a path with query parameters and return the JSON answer."""
        return orjson.loads(self.send("GET", f"{path}?{urlencode(query, doseq=True)}"))

    def post(self, path: str, body: Any) -> Any:
        """POST JSON and return the JSON answer, None for an empty one."""
        answer = self.send("POST", path, orjson.dumps(body))
        return orjson.loads(answer) if answer else None

    def timed(self, method: str, path: str, body: bytes | None = None) -> tuple[float, bytes]:
        """Send a request; return the milliseconds until its answer was read whole, and the answer."""
        start = time.perf_counter()
        answer = self.send(method, path, body)
        return (time.perf_counter() - start) * 1000, answer

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request and return the body of its answer; raises RuntimeError for a status of 400 and above."""
        try:
            answer = self._ask(method, path, body)
        except (http.client.RemoteDisconnected, ConnectionError):  # servers end connections that are idle for seconds
            self._connection.close()
            answer = self._ask(method, path, body)
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content[:500]!r}")
        return content

    def _ask(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, self._headers)
        return self._connection.getresponse()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
