"""Look-up by vid and by e-mail, beside a bare Flask view that reads one row by the same database library."""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import cycle
from urllib.parse import quote

from bench.client import Client
from bench.figures.imports import Loaded
from bench.measure import middle
from bench.people import people
from bench.profiles import profile_requests
from bench.results import Result
from tests.support.process import free_port, port_answers

NAME = "lookup"
CLIENTS = 4
ASKED = 400
FULL, SLIM = 0.35, 0.5
SLIM_VIEW = "?propertyMode=value_only&showListMemberships=false"
ENDS = f"requests/s of {CLIENTS} connections, each sending its next request when it has read an answer whole"


def measure(loaded: Loaded) -> list[Result]:
    """Return full profiles and values alone, by vid and by e-mail."""
    vids, emails = _some_vids(loaded), _some_emails(loaded)
    by_vid = [f"/contacts/v1/contact/vid/{vid}/profile" for vid in vids]
    by_email = [f"/contacts/v1/contact/email/{quote(email)}/profile" for email in emails]
    bare = [f"/{loaded.account.portal_id}/{vid}" for vid in vids]
    asked = {
        ("by vid, full profile", FULL): by_vid,
        ("by e-mail, full profile", FULL): by_email,
        ("by vid, values without memberships", SLIM): [path + SLIM_VIEW for path in by_vid],
        ("by e-mail, values without memberships", SLIM): [path + SLIM_VIEW for path in by_email],
    }
    with bare_server(loaded) as address:
        rates = _alternate(loaded, address, [*asked.values(), bare])
    return [
        _result(loaded, figure, share, paths, rate, rates[-1])
        for ((figure, share), paths), rate in zip(asked.items(), rates, strict=False)
    ]


def _result(loaded: Loaded, figure: str, share: float, paths: Sequence[str], rate: float, bare: float) -> Result:
    ratio = rate / bare
    met = ratio >= share
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=figure,
        ends=ENDS,
        measured=f"{ratio:.2f}× ({rate:,.0f}/s)",
        baseline=f"bare view of one row: {bare:,.0f}/s",
        line=f"≥ {share}×",
        met=met,
        profile=loaded.explain(met, lambda: profile_requests(loaded.service, loaded.account.key, paths)),
    )


def _some_vids(loaded: Loaded) -> list[int]:
    return random.Random(1).sample(loaded.vids(), min(ASKED, loaded.count))


def _some_emails(loaded: Loaded) -> list[str]:
    emails = [person["email"] for person in people(loaded.count)]
    return random.Random(1).sample(emails, min(ASKED, loaded.count))


def _alternate(loaded: Loaded, bare: str, batches: Sequence[Sequence[str]]) -> list[float]:
    """Return the median rate for each batch of paths, the last one asked of the bare server."""
    sides = [loaded.service.address] * (len(batches) - 1) + [bare]
    rates: list[list[float]] = [[] for _ in batches]
    for _ in range(loaded.size.rounds):
        for found, address, paths in zip(rates, sides, batches, strict=True):
            found.append(_rate(address, loaded, paths))
    return [middle(found) for found in rates]


def _rate(address: str, loaded: Loaded, paths: Sequence[str]) -> float:
    """Return the requests a second that CLIENTS connections to an address get answered together."""
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [Client(address, loaded.account.key) for _ in range(CLIENTS)]
        end = start + loaded.size.seconds
        answered = sum(pool.map(lambda client: _ask(client, paths, end), clients))
    return answered / (time.perf_counter() - start)


def _ask(client: Client, paths: Sequence[str], end: float) -> int:
    """Ask for one path after the other until the end; return how many answers there were."""
    with closing(client):
        for answered, path in enumerate(cycle(paths)):
            if time.perf_counter() >= end:
                return answered
            client.send("GET", path)
    raise AssertionError("no path to ask for")


@contextmanager
def bare_server(loaded: Loaded) -> Iterator[str]:
    """Run the bare server over the service's database and yield its address."""
    port = free_port()
    server = loaded.service.run(
        "bare", sys.executable, "-m", "bench.bare", loaded.service.settings.database_url, str(port)
    )
    try:
        server.wait_ready(lambda: port_answers(port), 30.0)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
