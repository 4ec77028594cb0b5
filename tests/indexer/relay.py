"""A relay between an engine's client and the server, which writes down what is sent and can answer by itself.

It stands on the wire, so it sees requests as the server does, and it plays the faults that a healthy server
does not show: too many requests, half an answer, a product of another version.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import urllib3

HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Sent:
    """A request as it came over the wire."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def lines(self) -> list[Any]:
        """Return the JSON values of the body: one, or one a line in a bulk."""
        if "ndjson" in self.headers.get("content-type", ""):
            return [json.loads(line) for line in self.body.splitlines()]
        return [json.loads(self.body)] if self.body else []


@dataclass(frozen=True)
class Answer:
    """What the client gets: a status, a JSON value, and headers such as the product's."""

    status: int
    value: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Relay:
    """The relay's address, what was sent, and what it answers by itself: `answer` returns None to pass it
    on.
    """

    url: str
    sent: list[Sent]
    answer: Callable[[Sent], Answer | None]


def pass_on(sent: Sent) -> Answer | None:
    """Answer nothing by oneself."""
    return None


@contextmanager
def relay_to(target: str) -> Iterator[Relay]:
    """Run a relay to the server at `target`, an address that may lead nowhere if every answer is the relay's
    own.
    """
    pool = urllib3.PoolManager()
    relay = Relay("", [], pass_on)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

        def handle_any(self) -> None:
            sent = _read(self)
            relay.sent.append(sent)
            own = relay.answer(sent)
            status, headers, body = _encoded(own) if own else _forward(pool, target + self.path, sent)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if sent.method != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    with _serving(Handler) as server:
        relay.url = f"http://127.0.0.1:{server.server_port}"
        yield relay
    pool.clear()


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(handler: BaseHTTPRequestHandler) -> Sent:
    parts = urlsplit(handler.path)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    body = handler.rfile.read(int(headers.get("content-length", 0)))
    return Sent(handler.command, parts.path, dict(parse_qsl(parts.query, True)), headers, body)


def _forward(pool: urllib3.PoolManager, address: str, sent: Sent) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in sent.headers.items() if name not in HOP_BY_HOP}
    answer = pool.request(sent.method, address, body=sent.body or None, headers=headers, retries=False)
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
    return answer.status, kept, answer.data


def _encoded(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {"content-type": "application/json"} | answer.headers, json.dumps(answer.value).encode()
