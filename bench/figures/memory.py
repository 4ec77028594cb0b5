"""What each process holds after everything: contacts loaded, and every listing paged through to its end."""

from collections.abc import Iterator
from typing import Any

from bench.client import Client
from bench.figures.imports import Loaded
from bench.processes import resident_mib
from bench.results import Result

NAME = "memory"
LIMIT_MIB = 250
PAGE = 100
LAST_HIT = 10_000


def measure(loaded: Loaded) -> list[Result]:
    """Page through every listing, then return each process's VmRSS; of the importer, which has ended, its highest."""
    client = loaded.service.client(loaded.account)
    pages = sum(1 for _ in _every_page(client))
    resident = {name: resident_mib(server) for name, server in loaded.service.servers.items()}
    resident["importer"] = max(loaded.memory["importer"])
    ends = f"VmRSS after importing {loaded.count:,} contacts and reading {pages:,} pages of every listing"
    return [_result(loaded, name, ends, value) for name, value in sorted(resident.items())]


def _result(loaded: Loaded, name: str, ends: str, value: float) -> Result:
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"memory of the {name}",
        ends="highest VmRSS during its import" if name == "importer" else ends,
        measured=f"{value:.0f} MiB",
        baseline="–",
        line=f"≤ {LIMIT_MIB} MiB",
        met=value <= LIMIT_MIB,
    )


def _every_page(client: Client) -> Iterator[Any]:
    lists = client.get("/contacts/v1/lists", count=250)["lists"]
    whole = ("/contacts/v1/lists/all/contacts/all", *(_members(found, "all") for found in lists))
    recent = (
        "/contacts/v1/lists/all/contacts/recent",
        "/contacts/v1/lists/recently_updated/contacts/recent",
        *(_members(found, "recent") for found in lists),
    )
    for path in (*whole, *recent):
        yield from _listing(client, path)
    for path in ("/contacts/v1/lists/static", "/contacts/v1/lists/dynamic", "/contacts/v1/properties"):
        yield client.get(path)
    yield from _found(client)


def _members(found: dict[str, Any], order: str) -> str:
    return f"/contacts/v1/lists/{found['listId']}/contacts/{order}"


def _listing(client: Client, path: str) -> Iterator[Any]:
    where: dict[str, Any] = {}
    more = True
    while more:
        page = client.get(path, count=PAGE, **where)
        yield page
        names = {"vidOffset": "vid-offset", "timeOffset": "time-offset"}
        where = {name: page[key] for name, key in names.items() if key in page}
        more = page["has-more"]


def _found(client: Client) -> Iterator[Any]:
    """Page through a search as far as it goes."""
    offset, more = 0, True
    while more and offset + PAGE <= LAST_HIT:
        page = client.get("/contacts/v1/search/query", q="m", count=PAGE, offset=offset)
        yield page
        offset, more = page["offset"], page["has-more"]
