"""A receiver of webhooks on the loopback address, which answers as a test says and writes down what it got."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass(frozen=True)
class Got:
    """A message as it came over the wire."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """The message."""
        return orjson.loads(self.body)


Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """Its address, what it got in order, and what it answers to a message."""

    address: str = ""
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Reply] = lambda _: (200, {}, b"")

    def ids(self) -> list[str]:
        """Return the ids of the messages in the order in which they came."""
        return [message.id for message in self.got]


def late(until: threading.Event, seconds: float) -> Callable[[Got], Reply]:
    """Return the answer of a receiver that hangs until an event is set, or for so many seconds."""

    def answer(_: Got) -> Reply:
        until.wait(seconds)
        return 200, {}, b""

    return answer


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Yield a receiver that listens on the loopback address."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = Got({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(message)
            status, headers, content = receiver.answer(message)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Clients may go away."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
