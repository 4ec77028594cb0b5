"""Sends one message after another over a connection to the very address that was checked.

No redirect is followed, little of an answer is read, and an attempt ends after ATTEMPT_SECONDS however slowly the other
side speaks.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from indexer.webhooks.targets import Network, Resolver, Target, TargetRefused, checked_address, parse_target

ATTEMPT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
QUICK_SECONDS = 1.0
"""Servers end connections that they have kept for long enough: a message that finds this out so soon is sent anew."""

MAX_ANSWER = 65_536
KEPT_ANSWER = 500
"""Characters of an answer that are kept for people to read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: a status, or None and the problem in words; `retry_after` is in seconds."""

    status: int | None
    problem: str
    text: str = ""
    retry_after: int | None = None
    took_ms: int = 0

    @property
    def is_ok(self) -> bool:
        """Whether the message was taken: any status from 200 to 299."""
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """A connection to one subscription's address; for one thread, and for a few seconds."""

    def __init__(self, url: str, allowed: Sequence[Network], resolver: Resolver) -> None:
        """Take the URL, the networks that are allowed besides public ones, and what resolves names."""
        self._url = url
        self._allowed = allowed
        self._resolver = resolver
        self._target: Target | None = None
        self._connection: HTTPConnection | None = None

    def send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a message; never raises for what the other side or the network does."""
        start = time.monotonic()
        kept = self._connection is not None
        try:
            status, text, retry_after = self._exchange(headers, body)
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            self.close()
            if kept and time.monotonic() - start < QUICK_SECONDS:
                return self.send(headers, body)
            return Answer(None, _words(error), took_ms=_since(start))
        except (TargetRefused, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            self.close()
            return Answer(None, _words(error), took_ms=_since(start))
        return Answer(status, "", text[:KEPT_ANSWER], retry_after, _since(start))

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, int | None]:
        target, connection = self._connected()
        with _deadline(connection):
            connection.request(
                "POST",
                target.path,
                body,
                {"Host": target.authority, **headers},
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER + 1)
        if len(answer) > MAX_ANSWER or response.headers.get("Connection", "").lower() == "close":
            self.close()
        return response.status, answer.decode("utf-8", "replace"), _seconds(response.headers)

    def _connected(self) -> tuple[Target, HTTPConnection]:
        if self._target is None or self._connection is None:
            self._target = parse_target(self._url)
            address = checked_address(self._target, self._allowed, self._resolver)
            self._connection = _connect(self._target, address)
        return self._target, self._connection


def _connect(target: Target, address: str) -> HTTPConnection:
    """Return a connection to the address, which has to prove that it is the host that was named."""
    if target.scheme == "http":
        connection = HTTPConnection(address, target.port, timeout=CONNECT_SECONDS)
    else:
        connection = HTTPSConnection(
            address,
            target.port,
            timeout=CONNECT_SECONDS,
            ssl_context=ssl.create_default_context(),
            server_hostname=target.host,
            assert_hostname=target.host,
        )
    connection.connect()
    connection.timeout = ATTEMPT_SECONDS
    return connection


@contextmanager
def _deadline(connection: HTTPConnection) -> Iterator[None]:
    """End the connection when the block takes too long; time-outs of single reads would never end a slow answer."""
    timer = threading.Timer(ATTEMPT_SECONDS, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: HTTPConnection) -> None:
    found = connection.sock
    if found is not None:
        try:
            found.shutdown(socket.SHUT_RDWR)
        except OSError:
            """The other side was quicker."""


def _seconds(headers: Mapping[str, str]) -> int | None:
    """Return a Retry-After in seconds (RFC 9110, 10.2.3); a date is read by the other side's own clock."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit() and len(text) < 9:
        return int(text)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(0, round(wait.total_seconds()))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:KEPT_ANSWER]


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
