"""How many requests are worked on at once: the server has more threads, in which streams wait."""

import threading
from collections.abc import Callable, Iterable
from typing import Any


class Turns:
    """WSGI middleware that hands on so many requests at a time; what an answer streams later needs no turn."""

    def __init__(self, app: Callable[..., Iterable[bytes]], count: int) -> None:
        """Wrap the WSGI application `app`."""
        self._app = app
        self._turns = threading.BoundedSemaphore(count)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request when its turn has come."""
        with self._turns:
            return self._app(environ, start_response)
