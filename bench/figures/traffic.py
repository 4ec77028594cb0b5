"""Traffic beside long work: writes and reads at a steady pace, and whether all of it was answered and kept.

Each write moves a contact into a smart list by country or out of it, and gives it a word that no other contact has.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import orjson

from bench.client import Client
from bench.figures.imports import COUNTRIES, Loaded
from tests.support.api import as_body
from tests.support.wait import wait_until

WRITES_A_SECOND = 20
READS_A_SECOND = 10
WRITTEN = 500
"""Contacts that are written, again and again."""

ELSEWHERE = "Nowhere"
SETTLE_SECONDS = 600.0
SEEN_SECONDS = 10.0


@dataclass
class Traffic:
    """What went on: `values` is vid -> country and word of the last write that was accepted."""

    loaded: Loaded
    countries: dict[int, str]
    sizes: dict[str, int]
    values: dict[int, tuple[str, str]] = field(default_factory=dict)
    writes: int = 0
    reads: int = 0
    failures: list[str] = field(default_factory=list)
    longest_write: float = 0.0
    longest_read: float = 0.0

    def write(self, client: Client, number: int, vids: Sequence[int]) -> None:
        """Write the next contact."""
        vid = vids[number % len(vids)]
        country, word = (COUNTRIES[number % len(COUNTRIES)] if number % 3 else ELSEWHERE), f"Zq{number}x{vid}"
        body = orjson.dumps(as_body({"country": country, "company": word}))
        took, _ = client.timed("POST", f"/contacts/v1/contact/vid/{vid}/profile", body)
        self.values[vid] = country, word
        self.writes += 1
        self.longest_write = max(self.longest_write, took)

    def read(self, client: Client, number: int, vids: Sequence[int]) -> None:
        """Search, read a profile, or read a list's members."""
        kinds = (
            "/contacts/v1/search/query?q=ma&count=20",
            f"/contacts/v1/contact/vid/{vids[number % len(vids)]}/profile",
            "/contacts/v1/lists/1/contacts/recent?count=20",
        )
        took, _ = client.timed("GET", kinds[number % len(kinds)])
        self.reads += 1
        self.longest_read = max(self.longest_read, took)

    def lost(self, client: Client) -> int:
        """Return how many contacts do not have their last values, or are not found by them."""
        return sum(not _is_kept(client, vid, *values) for vid, values in self.values.items())

    def wrong(self, client: Client) -> int:
        """Return how many memberships in the lists by country are missing or too many, as far as sizes tell."""
        ids = {found["name"]: found["listId"] for found in client.get("/contacts/v1/lists", count=250)["lists"]}
        wrong = 0
        for vid, (country, _) in self.values.items():
            profile = client.get(f"/contacts/v1/contact/vid/{vid}/profile", propertyMode="value_only")
            found = {member["static-list-id"] for member in profile["list-memberships"]}
            wrong += len(found & {ids[name] for name in COUNTRIES} ^ ({ids[country]} if country in ids else set()))
        moved = [(self.countries[vid], country) for vid, (country, _) in self.values.items()]
        sizes = list_sizes(client)
        for name in COUNTRIES:
            expected = self.sizes[name] + sum((new == name) - (old == name) for old, new in moved)
            wrong += abs(sizes[name] - expected)
        return wrong


def list_sizes(client: Client) -> dict[str, int]:
    """Return name -> size of the portal's lists."""
    return {found["name"]: found["metaData"]["size"] for found in client.get("/contacts/v1/lists", count=250)["lists"]}


@contextmanager
def going_on(loaded: Loaded) -> Iterator[Traffic]:
    """Write and read at a steady pace until the block ends, then wait until everything is worked off."""
    client = loaded.service.client(loaded.account)
    vids = loaded.vids()[:: max(1, loaded.count // WRITTEN)]
    countries = {vid: _country(client, vid) for vid in vids}
    traffic = Traffic(loaded, countries, list_sizes(client))
    stopping = threading.Event()
    streams = [(traffic.write, WRITES_A_SECOND), (traffic.read, READS_A_SECOND)]
    threads = [threading.Thread(target=_stream, args=(traffic, vids, *stream, stopping)) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield traffic
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    wait_until(lambda: _is_settled(client), SETTLE_SECONDS, "everything is worked off")


def _stream(
    traffic: Traffic,
    vids: Sequence[int],
    send: Callable[[Client, int, Sequence[int]], None],
    a_second: int,
    stopping: threading.Event,
) -> None:
    """Send one request after the other, as many a second as asked for where they are answered in time."""
    client = traffic.loaded.service.client(traffic.loaded.account)
    start = time.perf_counter()
    for number in count():
        if stopping.wait(max(0.0, start + number / a_second - time.perf_counter())):
            return
        try:
            send(client, number, vids)
        except Exception as error:
            traffic.failures.append(f"{type(error).__name__}: {error}")


def _country(client: Client, vid: int) -> str:
    profile = client.get(f"/contacts/v1/contact/vid/{vid}/profile", propertyMode="value_only", property="country")
    return str(profile["properties"].get("country", {}).get("value", ""))


def _is_kept(client: Client, vid: int, country: str, word: str) -> bool:
    """Say whether a contact has its values and comes first in a search for its word, before similar ones."""
    stored = client.get(f"/contacts/v1/contact/vid/{vid}/profile", propertyMode="value_only")["properties"]
    is_stored = stored["country"]["value"] == country and stored["company"]["value"] == word
    found = client.get("/contacts/v1/search/query", q=word, count=1)["contacts"]
    return is_stored and [person["vid"] for person in found] == [vid]


def _is_settled(client: Client) -> bool:
    time.sleep(0.25)
    status = client.get("/pipeline/v1/status")
    return status["contacts"]["waiting"] == 0 and not status["lists"]
