"""Takes the pictures of docs/page.md: `make screenshots` serves made-up contacts, uses the page and writes docs/images.

Names are of many languages, so the system should have fonts for them (on Debian: fonts-noto-cjk, fonts-lohit-deva).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from playwright.sync_api import Browser, Page

from tests.support.browser import chromium
from tests.support.process import Server, free_port, port_answers

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZE = {"width": 1200, "height": 680}
CONTACTS = 10_000
CONTACTS_PROGRAM = [sys.executable, "-m", "service.cli"]
START_SECONDS = 30.0
REST_MS = 2_600
"""Until what has just arrived is no longer shown as new."""


def main() -> None:
    """Write every picture."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, demo(Path(folder)) as (address, key), chromium() as browser:
        page = sign_in(browser, address, key, "light")
        make_list(page)
        move_people(address, key)
        search(page)
        read_contact(page)
        dark = sign_in(browser, address, key, "dark")
        dark.get_by_role("navigation", name="Lists").get_by_role("link", name="Customers in Berlin").click()
        take(dark, "list-dark")


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve made-up contacts; yield the address and a key."""
    environment = {**os.environ, "CONTACTS_DATA": str(folder / "data")}
    command = [*CONTACTS_PROGRAM, "demo", "--contacts", str(CONTACTS)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    key = (folder / "data" / "demo.key").read_text().strip()
    port = free_port()
    serve = [*CONTACTS_PROGRAM, "serve", "--port", str(port), "--data", str(folder / "data")]
    server = Server("contacts serve", serve, folder / "serve.log")
    try:
        server.wait_ready(lambda: port_answers(port), START_SECONDS)
        yield f"http://127.0.0.1:{port}", key
    finally:
        server.stop()


def sign_in(browser: Browser, address: str, key: str, scheme: Any) -> Page:
    """Return the page, signed in, in the light or the dark."""
    page = browser.new_context(base_url=address, viewport=SIZE, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(f"/#key={key}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("live", exact=True).wait_for()
    return page


def make_list(page: Page) -> None:
    """Build a list, taking a picture while its count stands there."""
    page.get_by_role("link", name="New list").click()
    page.get_by_label("Name").fill("Customers in Berlin")
    page.get_by_label("Customer", exact=True).check()
    page.get_by_role("button", name="And …").click()
    city = page.get_by_role("group", name="Condition").nth(1)
    city.get_by_role("combobox", name="Property").select_option("city")
    city.get_by_role("textbox", name="Value").fill("Berlin")
    page.get_by_text("city is berlin").wait_for()
    take(page, "builder")
    page.get_by_role("button", name="Create list").click()
    page.get_by_role("heading", name="Customers in Berlin").wait_for()
    page.get_by_text("filling").first.wait_for(state="detached")


def move_people(address: str, key: str) -> None:
    """Have people join and leave lists by writes to the API."""
    berliners = find(address, key, "anna")[:4]
    for vid in berliners:
        write(address, key, vid, city="Berlin", lifecyclestage="lead")
    for vid in berliners[:3]:
        write(address, key, vid, lifecyclestage="customer")
    write(address, key, berliners[0], city="Lisbon")


def search(page: Page) -> None:
    """Type into the search box, with somebody chosen."""
    page.get_by_role("link", name="Contacts", exact=True).click()
    page.keyboard.press("/")
    page.keyboard.type("muller an")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    take(page, "search")
    page.keyboard.press("Escape")


def read_contact(page: Page) -> None:
    """Open somebody who has just joined a list, and ask why."""
    live = page.get_by_role("complementary", name="Joins and leaves")
    live.get_by_role("listitem").filter(has_text="joined Customers in Berlin").first.get_by_role("link").first.click()
    page.get_by_text("Why").last.click()
    take(page, "contact")


def take(page: Page, name: str) -> None:
    """Write a picture once the page rests."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(REST_MS)
    page.screenshot(path=IMAGES / f"{name}.png")


def find(address: str, key: str, q: str) -> list[int]:
    """Return the vids that a search finds."""
    found = call(address, key, f"/contacts/v1/search/query?q={q}&count=20")
    return [contact["vid"] for contact in found["contacts"]]


def write(address: str, key: str, vid: int, **values: str) -> None:
    """Write values of a contact."""
    properties = [{"property": name, "value": value} for name, value in values.items()]
    call(address, key, f"/contacts/v1/contact/vid/{vid}/profile", {"properties": properties})


def call(address: str, key: str, path: str, body: Any = None) -> Any:
    """Send a request with the key and return the JSON answer, None for an empty one."""
    method = "GET" if body is None else "POST"
    answer = requests.request(
        method, f"{address}{path}", json=body, headers={"Authorization": f"Bearer {key}"}, timeout=10
    )
    answer.raise_for_status()
    return answer.json() if answer.content else None


if __name__ == "__main__":
    main()
