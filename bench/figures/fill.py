"""How long a new smart list takes over everything that was loaded, and how long it keeps writes waiting meanwhile.

About one contact in ten is in it. The lines are stated for a million contacts; smaller runs are held to their part.
"""

import time
from collections.abc import Iterator

import orjson

from bench.client import Client
from bench.figures.imports import Loaded
from bench.measure import middle
from bench.results import Result
from bench.service import EMBEDDED, SERVER
from tests.support.api import as_body

NAME = "fill"
MILLION = 1_000_000
LINES = {EMBEDDED: 60.0, SERVER: 10.0}
LEAST_SECONDS = 2.0
"""Below this a run shows how long the service takes to begin and to be asked, not to fill."""

DELAY_MS = 100.0
IDLE_WRITES = 20
PAUSE_SECONDS = 0.02
COUNTRIES = ("Germany", "Japan")
ENDS = "answer to the creation read → its metaData says DONE, asked for after every write"


def measure(loaded: Loaded) -> list[Result]:
    """Return the seconds of a fill, and the longest write while it went on beside an idle one."""
    client = loaded.service.client(loaded.account)
    vid = loaded.vids()[0]
    idle = middle([_write(client, vid, number) for number in range(IDLE_WRITES)])
    filters = [[{"property": "country", "operator": "EQ", "value": country}] for country in COUNTRIES]
    created = client.post("/contacts/v1/lists", {"name": "fill", "dynamic": True, "filters": filters})
    start = time.perf_counter()
    waits = list(_writes_until_done(client, created["listId"], vid))
    seconds = time.perf_counter() - start
    size = client.get(f"/contacts/v1/lists/{created['listId']}")["metaData"]["size"]
    return [_filled(loaded, seconds, size), _delayed(loaded, max(waits), idle)]


def _writes_until_done(client: Client, list_id: int, vid: int) -> Iterator[float]:
    """Write every 20 ms while the list is being filled; yield the milliseconds of each write."""
    number, done = 0, False
    while not done:
        number += 1
        yield _write(client, vid, number)
        done = client.get(f"/contacts/v1/lists/{list_id}")["metaData"]["processing"] == "DONE"
        time.sleep(PAUSE_SECONDS)


def _write(client: Client, vid: int, number: int) -> float:
    body = orjson.dumps(as_body({"city": f"Place {number}"}))
    return client.timed("POST", f"/contacts/v1/contact/vid/{vid}/profile", body)[0]


def _filled(loaded: Loaded, seconds: float, size: int) -> Result:
    limit = max(LEAST_SECONDS, LINES[loaded.service.setup] * loaded.count / MILLION)
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"new smart list over {loaded.count:,} contacts, {size:,} of them in it",
        ends=ENDS,
        measured=f"{seconds:.1f} s",
        baseline="–",
        line=f"≤ {limit:.0f} s",
        met=seconds <= limit,
    )


def _delayed(loaded: Loaded, longest: float, idle: float) -> Result:
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure="longest write while the list fills",
        ends="request sent → answer read, every 20 ms",
        measured=f"{longest:.0f} ms",
        baseline=f"idle: {idle:.0f} ms",
        line=f"≤ idle + {DELAY_MS:.0f} ms",
        met=longest <= idle + DELAY_MS,
    )
