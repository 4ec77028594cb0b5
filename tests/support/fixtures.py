"""The fixtures through which tests get real servers, and the rules for tests that cannot have one.

Ask for `engine_url`, `redis_url` and `postgres_url`; the marks `engine`, `redis` and `postgres` follow from
the fixtures that a test uses. Where a server is not to be had its tests are skipped with the reason, and
where CONTACTS_REQUIRE_ENGINE=1 says that every server must be there, any skipped test fails the run.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

import pytest
from playwright.sync_api import Browser

from tests.support import browser, engine, postgres, redis
from tests.support.process import Unavailable

MARKS = {
    "chromium": "browser",
    "engine_url": "engine",
    "engine_pair": "engine",
    "redis_server": "redis",
    "own_redis": "redis",
    "postgres_server": "postgres",
    "own_postgres": "postgres",
}

Thing = TypeVar("Thing")


def servers_required() -> bool:
    """Say whether a server that is not to be had is a failure."""
    return os.environ.get("CONTACTS_REQUIRE_ENGINE") == "1"


def enter(stack: ExitStack, server: AbstractContextManager[Thing], name: str) -> Thing:
    """Start a server for as long as the stack lives; skip or fail the test where it is not to be had."""
    try:
        return stack.enter_context(server)
    except Unavailable as reason:
        if servers_required():
            pytest.fail(f"{name}: {reason}", pytrace=False)
        pytest.skip(f"{name}: {reason}")


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    """The address of a search engine that lives as long as the test run; use index names of your own."""
    with ExitStack() as stack:
        yield enter(stack, engine.engine_server(), "search engine")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a Redis that lives as long as the test run and keeps what was put there."""
    with ExitStack() as stack:
        yield enter(stack, redis.redis_server(), "Redis")


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of a Redis database that is empty when the test starts."""
    redis.empty(redis_server)
    return redis_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL that lives as long as the test run: `database()` and `template()` make databases on it."""
    with ExitStack() as stack:
        yield enter(stack, postgres.postgres_server(), "PostgreSQL")


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless browser for the tests of one module; its event loop must not outlive them."""
    with ExitStack() as stack:
        yield enter(stack, browser.chromium(), "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the servers that its fixtures need."""
    for item in items:
        for name in MARKS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKS[name])


class NoSkips:
    """Fails a run in which a test was skipped, and names those tests loudly."""

    def __init__(self) -> None:
        """Start with no skipped test."""
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a skipped test with its reason."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a module that was skipped whole."""
        if report.skipped:
            self._remember(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a run that is green but for skipped tests red."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the skipped tests."""
        if self.skipped:
            terminalreporter.section("SKIPPED although CONTACTS_REQUIRE_ENGINE=1", sep="!", red=True)
            for line in self.skipped:
                terminalreporter.line(line, red=True)

    def _remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        self.skipped.append(f"{report.nodeid}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch for skipped tests where none may be."""
    if servers_required():
        config.pluginmanager.register(NoSkips(), "no-skips")
