"""How long a new smart list takes over everything that was loaded, what it shows meanwhile, and how long writes wait.

About one contact in ten is in it. The lines are stated for a million contacts; smaller runs are held to their part.
"""

import time
from dataclasses import dataclass, field

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
ENDS = "answer to the creation read → its metaData says DONE, asked for after every write, every 20 ms"


@dataclass
class Filling:
    """What was seen of a list while it was being filled: milliseconds of writes, progress told, and members shown."""

    waits: list[float] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)
    seconds: float = 0.0


def measure(loaded: Loaded) -> list[Result]:
    """Return the seconds of a fill, what the list showed meanwhile, and its longest write beside an idle one."""
    client = loaded.service.client(loaded.account)
    vid = loaded.vids()[0]
    idle = middle([_write(client, vid, number) for number in range(IDLE_WRITES)])
    filters = [[{"property": "country", "operator": "EQ", "value": country}] for country in COUNTRIES]
    created = client.post("/contacts/v1/lists", {"name": "fill", "dynamic": True, "filters": filters})
    filling = _watch(client, created["listId"], vid)
    size = client.get(f"/contacts/v1/lists/{created['listId']}")["metaData"]["size"]
    return [_filled(loaded, filling.seconds, size), _told(loaded, filling), _delayed(loaded, max(filling.waits), idle)]


def _watch(client: Client, list_id: int, vid: int) -> Filling:
    """Write, and ask for the list and its members, every 20 ms until the list is done."""
    filling = Filling()
    start = time.perf_counter()
    while True:
        filling.waits.append(_write(client, vid, len(filling.waits)))
        members = client.get(f"/contacts/v1/lists/{list_id}/contacts/all", count=1)["contacts"]
        told = client.get(f"/contacts/v1/lists/{list_id}")["metaData"]
        if told["processing"] == "DONE":
            filling.seconds = time.perf_counter() - start
            return filling
        filling.shown.append(bool(members))
        filling.progress.append(told.get("progress", 0.0))
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


def _told(loaded: Loaded, filling: Filling) -> Result:
    """Tell in how many of the looks at a list that was being filled it had members, and how its progress rose."""
    steps = len(set(filling.progress))
    is_rising = filling.progress == sorted(filling.progress) and steps > 1
    met = (is_rising and any(filling.shown)) or filling.seconds <= LEAST_SECONDS
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure="looks at the list while it fills that show members",
        ends="its members and its metaData, asked for after every write",
        measured=f"{sum(filling.shown)} of {len(filling.shown)}; {steps} values of progress",
        baseline="–",
        line="some, progress rising",
        met=met,
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
