"""The page in a real browser, over a running service with background work going on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from indexer.runtime import Runtime
from indexer.settings import read_settings
from records.engine_state import find_state
from service.app import create_app, create_runtime
from tests.support.api import ApiClient
from tests.support.http import serve
from tests.support.people import SOON, Portal
from tests.support.records import add_portal
from tests.support.wait import wait_until

WIDE = {"width": 1360, "height": 820}


@dataclass
class Troubles:
    """What a browser complains of, and answers that are no success."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("response", self._look_at)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.type}: {message.text}")

    def _look_at(self, answer: Response) -> None:
        if answer.status >= 400:
            self.found.append(f"{answer.status} of {answer.url}")


@dataclass(frozen=True)
class Site:
    """A running service: its address, its parts and its application."""

    address: str
    runtime: Runtime
    app: Flask


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The embedded service on a socket."""
    folder = tmp_path_factory.mktemp("site")
    runtime = create_runtime(read_settings({"CONTACTS_DATA": str(folder)}))
    app = create_app(runtime)
    with serve(app) as address:
        yield Site(address, runtime, app)
    runtime.jobs.close()
    runtime.engine.close()
    runtime.database.close()


@pytest.fixture
def portal(site: Site) -> Portal:
    """A new portal and a client with its key."""
    portal_id, key = add_portal(site.runtime.database)
    site.runtime.jobs.wake("rebuild", portal_id)
    wait_until(lambda: _has_index(site.runtime, portal_id), SOON)
    return Portal(ApiClient(site.app.test_client(), key, portal_id), site.runtime)


@pytest.fixture
def troubles() -> Troubles:
    """What went wrong in the browser; a test that expects something empties it."""
    return Troubles()


@pytest.fixture
def options() -> dict[str, Any]:
    """The browser's options; a test overrides them with a parameter."""
    return {}


@pytest.fixture
def window(chromium: Browser, site: Site, options: dict[str, Any], troubles: Troubles) -> Iterator[BrowserContext]:
    """A browser's window that knows no cookie; at the end nothing may have gone wrong in it."""
    context = chromium.new_context(base_url=site.address, **{"viewport": WIDE, **options})
    context.set_default_timeout(SOON * 1_000)
    context.on("page", troubles.watch)
    yield context
    context.close()
    assert troubles.found == []


@pytest.fixture
def visitor(window: BrowserContext) -> Page:
    """A page that is not signed in."""
    return window.new_page()


@pytest.fixture
def page(visitor: Page, portal: Portal) -> Page:
    """The page, signed in to the portal."""
    visitor.goto(f"/#key={portal.api.key}")
    visitor.get_by_role("button", name="Sign in").click()
    visitor.get_by_role("status").get_by_text("live").wait_for()
    return visitor


def _has_index(runtime: Runtime, portal_id: int) -> bool:
    with runtime.database.read() as session:
        state = find_state(session, portal_id)
        return state is not None and state.live is not None
