"""How soon a list shows what time alone has changed, when many contacts cross at one instant."""

from bench.client import Client
from bench.figures.imports import Loaded
from bench.figures.lists import until_done
from bench.results import Result
from records.clock import now
from records.session import Database
from tests.support.wait import wait_until

NAME = "clock"
SOON_SECONDS = 5.0
FEW = 500
"""As many contacts must be shown within SOON_SECONDS; more at a rate of FEW a second."""

BATCH = 500
HOUR_MS = 3_600_000
LEAST_MS = 4_000
WRITE_MS = 7
"""How long a contact may take to be written and indexed, so that all are there before the instant."""

PATIENCE_SECONDS = 300.0
AN_HOUR_AGO = {"kind": "relative", "field": "closedate", "op": "beyond", "direction": "past", "n": 1, "unit": "hours"}
ENDS = "the instant → the list tells its whole size, asked for every 20 ms; nothing is written meanwhile"


def measure(loaded: Loaded) -> list[Result]:
    """Return how soon each number of contacts that cross at one instant is in the list."""
    client = loaded.service.client(loaded.service.new_account("clock"))
    body = {"name": "an hour ago", "dynamic": True, "filterTree": AN_HOUR_AGO}
    list_id = client.post("/contacts/v1/lists", body)["listId"]
    until_done(client)
    found = []
    with loaded.service.records() as database:
        for count in loaded.size.crossing:
            instant = _now(database) + LEAST_MS + count * WRITE_MS
            _write(client, count, instant - HOUR_MS)
            if _now(database) >= instant:
                raise RuntimeError("the contacts were not indexed before the instant")
            _await(client, list_id, _size(client, list_id) + count)
            found.append(_result(loaded, count, (_now(database) - instant) / 1000))
    return found


def _write(client: Client, count: int, closed: int) -> None:
    """Write as many contacts that all have the same date, and wait until they are indexed."""
    values = [{"property": "closedate", "value": str(closed)}]
    people = [{"email": f"c{number}@{closed}.example", "properties": values} for number in range(count)]
    for start in range(0, count, BATCH):
        client.post("/contacts/v1/contact/batch", people[start : start + BATCH])
    wait_until(lambda: not client.get("/pipeline/v1/status")["contacts"]["waiting"], PATIENCE_SECONDS, "all is indexed")


def _await(client: Client, list_id: int, size: int) -> None:
    wait_until(lambda: _size(client, list_id) >= size, PATIENCE_SECONDS, "the list has everybody")


def _now(database: Database) -> int:
    """Return the service's time in milliseconds since the epoch."""
    with database.read() as session:
        return now(session)


def _size(client: Client, list_id: int) -> int:
    size: int = client.get(f"/contacts/v1/lists/{list_id}")["metaData"]["size"]
    return size


def _result(loaded: Loaded, count: int, seconds: float) -> Result:
    limit = max(SOON_SECONDS, count / FEW)
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"{count:,} contacts that cross at one instant",
        ends=ENDS,
        measured=f"{seconds:.1f} s ({count / seconds:,.0f}/s)",
        baseline="–",
        line=f"≤ {limit:.0f} s",
        met=seconds <= limit,
    )
