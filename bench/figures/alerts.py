"""How soon a webhook arrives over 1,000 lists, and how quickly a backlog goes out while another address hangs."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from bench.client import Client
from bench.figures.imports import Loaded
from bench.figures.lists import PATIENCE_SECONDS, PAUSE_SECONDS, create_contacts, create_lists, until_done
from bench.figures.lists import pattern as pattern_of
from bench.measure import middle, percentile
from bench.results import Result
from bench.service import EMBEDDED, SERVER
from tests.support.api import as_body
from tests.support.receiver import Got, Receiver, Reply, late, receiving
from tests.support.wait import wait_until

NAME = "alerts"
SUBSCRIPTIONS = "/alerts/v1/subscriptions"
LINES: dict[str, dict[str, float]] = {EMBEDDED: {"p50": 60.0}, SERVER: {"p50": 150.0, "p99": 600.0}}
RATE = 300
AT_ONCE = 500
"""Members that are put into a list by one request, at most."""

ARRIVAL = "answer to a write read → its message read by a receiver on this machine; the service is idle"
BACKLOG = "both subscriptions set to ACTIVE → the last message read; the other address answers after nine seconds"


def measure(loaded: Loaded) -> list[Result]:
    """Return how soon messages of single writes arrive, and the rate at which a backlog goes out."""
    with receiving() as receiver:
        return [*_arrivals(loaded, receiver), _backlog(loaded, receiver)]


def _arrivals(loaded: Loaded, receiver: Receiver) -> list[Result]:
    size = loaded.size
    client = loaded.service.client(loaded.service.new_account("alerts"))
    vids = create_contacts(client, size.members)
    ids = create_lists(client, size.lists)
    until_done(client)
    client.post(SUBSCRIPTIONS, {"url": receiver.address})
    chance = random.Random(6)
    arrived = _Arrivals(receiver)
    took = [_write(client, chance.choice(vids), n, arrived) for n in chance.sample(range(len(ids)), size.writes)]
    values = {"p50": middle(took), "p99": percentile(took, 0.99)}
    lines = LINES[loaded.service.setup].items()
    return [_arrival(loaded, name, values[name], limit) for name, limit in lines]


class _Arrivals:
    """Waits for a message that came after a moment."""

    def __init__(self, receiver: Receiver) -> None:
        self._moved = threading.Condition()
        self._count = 0
        self._last = 0.0
        receiver.answer = self._take

    def count(self) -> int:
        """Return how many messages have come."""
        with self._moved:
            return self._count

    def wait(self, count: int) -> float:
        """Return when a message after the first `count` ones came; raises RuntimeError when none does."""
        with self._moved:
            if not self._moved.wait_for(lambda: self._count > count, PATIENCE_SECONDS):
                raise RuntimeError("no message came")
            return self._last

    def _take(self, _: Got) -> Reply:
        with self._moved:
            self._count += 1
            self._last = time.perf_counter()
            self._moved.notify_all()
        return 204, {}, b""


def _write(client: Client, vid: int, number: int, arrived: _Arrivals) -> float:
    """Have a contact join a list and return the milliseconds from the answer until a message came."""
    time.sleep(PAUSE_SECONDS)
    before = arrived.count()
    body = orjson.dumps(as_body(pattern_of(number)[1]))
    client.send("POST", f"/contacts/v1/contact/vid/{vid}/profile", body)
    start = time.perf_counter()
    return max(0.0, arrived.wait(before) - start) * 1000


def _arrival(loaded: Loaded, name: str, value: float, limit: float) -> Result:
    figure = f"write → webhook, {name}, {loaded.size.lists:,} lists"
    line = f"≤ {limit:.0f} ms"
    return Result(NAME, loaded.service.setup, figure, ARRIVAL, f"{value:.0f} ms", "–", line, value <= limit)


def _backlog(loaded: Loaded, receiver: Receiver) -> Result:
    client = loaded.service.client(loaded.service.new_account("backlog"))
    vids = create_contacts(client, min(AT_ONCE, loaded.size.backlog))
    list_id = client.post("/contacts/v1/lists", {"name": "Chosen", "dynamic": False})["listId"]
    arrived = _Arrivals(receiver)
    with _hanging() as hanging:
        numbers = [client.post(SUBSCRIPTIONS, {"url": each.address})["subscriptionId"] for each in (hanging, receiver)]
        _set(client, numbers, "PAUSED")
        _move(client, list_id, vids, loaded.size.backlog)
        start = time.perf_counter()
        _set(client, numbers, "ACTIVE")
        wait_until(lambda: arrived.count() >= loaded.size.backlog, 300, "the backlog is worked off")
        rate = loaded.size.backlog / (time.perf_counter() - start)
    figure = f"backlog of {loaded.size.backlog:,} rows while another address hangs"
    return Result(NAME, loaded.service.setup, figure, BACKLOG, f"{rate:,.0f}/s", "–", f"≥ {RATE}/s", rate >= RATE)


def _set(client: Client, numbers: Sequence[int], state: str) -> None:
    for number in numbers:
        client.send("PUT", f"{SUBSCRIPTIONS}/{number}", orjson.dumps({"state": state}))


def _move(client: Client, list_id: int, vids: Sequence[int], count: int) -> None:
    """Have the contacts join and leave a static list until the feed has `count` rows."""
    for turn in range(count // len(vids)):
        client.post(f"/contacts/v1/lists/{list_id}/{'remove' if turn % 2 else 'add'}", {"vids": list(vids)})


@contextmanager
def _hanging() -> Iterator[Receiver]:
    """Yield a receiver that answers too late, until the block ends."""
    over = threading.Event()
    with receiving() as receiver:
        receiver.answer = late(over, 9)
        yield receiver
        over.set()
