"""Tidies request paths before they are routed, because real clients write them loosely (contract S0.2).

Doubled slashes and a slash at the end mean nothing. Everything else is the path's own: a `+` is a plus, and `@` may
stand escaped or not, which the WSGI server has already undone.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

_SLASHES = re.compile("/{2,}")


class TolerantPaths:
    """WSGI middleware that hands on every request with its path tidied."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        """Wrap the WSGI application `app`."""
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request."""
        environ["PATH_INFO"] = tidy(environ.get("PATH_INFO", ""))
        return self._app(environ, start_response)


def tidy(path: str) -> str:
    """Return the path without doubled slashes and without one at the end; the root stays `/`."""
    return _SLASHES.sub("/", f"/{path}").rstrip("/") or "/"
