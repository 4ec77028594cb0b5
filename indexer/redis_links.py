"""Connections to Redis for what must not wait for it: requests, which have been committed, and the looks of workers.

Redis holds nothing that is not found again without it, so that one that is gone, or hangs, is given up soon and left
alone for a while.
"""

import threading
import time

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.5
PAUSE_SECONDS = 2.0
"""For how long a Redis that failed is not asked again."""


def connection_options() -> dict[str, object]:
    """Return the keyword arguments of `redis.Redis.from_url` that make it answer or fail within TIMEOUT_SECONDS.

    Without them the client tries ten times (https://redis.readthedocs.io/en/stable/retry.html).
    """
    return {
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "socket_timeout": TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def connect(url: str) -> Redis:
    """Return a client of the Redis at `url` whose every call answers or fails soon; connects on first use."""
    return Redis.from_url(url, **connection_options())


class Pause:
    """Keeps threads from asking again what has just failed."""

    def __init__(self) -> None:
        """Begin with nothing to wait for."""
        self._end = 0.0
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether it is worth asking."""
        return time.monotonic() >= self._end

    def begin(self) -> bool:
        """Ask nobody for PAUSE_SECONDS; return whether this is news, which is worth a line in the log."""
        with self._lock:
            is_news = self.is_over
            self._end = time.monotonic() + PAUSE_SECONDS
            return is_news
