"""A headless Chromium for tests of pages: the system's own, because Playwright's package brings none.

Debian's package `chromium` does, and so does any browser that `CONTACTS_TEST_BROWSER` names.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tests.support.process import Unavailable

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
VARIABLE = "CONTACTS_TEST_BROWSER"
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
"""Containers give neither user namespaces to root nor much shared memory."""


def find_program() -> str:
    """Return the path of a browser; raises Unavailable."""
    wanted = os.environ.get(VARIABLE)
    for name in [wanted] if wanted else PROGRAMS:
        if found := shutil.which(name):
            return found
    raise Unavailable(f"needs Chromium: install the package chromium, or name a program in {VARIABLE}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless browser and end it afterwards; raises Unavailable where there is none."""
    program = find_program()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        except Error as error:
            raise Unavailable(f"{program} does not start: {error}") from error
        try:
            yield browser
        finally:
            browser.close()
