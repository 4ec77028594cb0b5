"""One running service on each set-up; every test gets a portal of its own on it, so tests share nothing but servers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from indexer.runtime import Runtime
from indexer.settings import read_settings
from records.engine_state import find_state
from service.app import create_app, create_runtime
from tests.support.api import ApiClient
from tests.support.people import SOON, Portal
from tests.support.records import add_portal
from tests.support.wait import wait_until

SERVER = pytest.param("server", marks=(pytest.mark.engine, pytest.mark.redis, pytest.mark.postgres))


@dataclass(frozen=True)
class Running:
    """A service with its background work going on."""

    app: Flask
    runtime: Runtime


@pytest.fixture(scope="session", params=["embedded", SERVER])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service on one of its two set-ups, with real servers and a real worker process on the second."""
    folder = tmp_path_factory.mktemp("service")
    with ExitStack() as stack:
        environment = {"CONTACTS_DATA": str(folder)}
        if request.param == "server":
            environment |= stack.enter_context(_servers(request))
        runtime = create_runtime(read_settings(environment))
        stack.callback(_close, runtime)
        if request.param == "server":
            stack.enter_context(_worker(environment, folder))
        yield Running(create_app(runtime), runtime)


@pytest.fixture
def portal(running: Running) -> Portal:
    """A new portal and a client with its key."""
    return _portal(running)


@pytest.fixture
def other_portal(running: Running) -> Portal:
    """A second portal on the same service."""
    return _portal(running)


def _portal(running: Running) -> Portal:
    portal_id, key = add_portal(running.runtime.database)
    running.runtime.jobs.wake("rebuild", portal_id)
    wait_until(lambda: _has_index(running.runtime, portal_id), SOON)
    return Portal(ApiClient(running.app.test_client(), key, portal_id), running.runtime)


def _has_index(runtime: Runtime, portal_id: int) -> bool:
    with runtime.database.read() as session:
        state = find_state(session, portal_id)
        return state is not None and state.live is not None


@contextmanager
def _servers(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    with request.getfixturevalue("postgres_server").database() as database_url:
        yield {
            "CONTACTS_DATABASE_URL": database_url,
            "ELASTICSEARCH_URL": request.getfixturevalue("engine_url"),
            "REDIS_URL": request.getfixturevalue("redis_server"),
            "CONTACTS_INDEX_PREFIX": f"behaviour-{os.getpid()}",
        }


@contextmanager
def _worker(environment: dict[str, str], folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "service.cli", "worker"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0, (folder / "worker.log").read_text()


def _close(runtime: Runtime) -> None:
    runtime.jobs.close()
    runtime.engine.close()
    runtime.database.close()
