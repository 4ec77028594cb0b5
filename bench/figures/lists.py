"""How soon a list has a new member, over 1,000 varied lists: from the answer to a write to its being readable."""

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bench.client import Client
from bench.figures.imports import Loaded
from bench.measure import middle, percentile
from bench.people import people
from bench.profiles import profile_writes
from bench.results import Result
from bench.service import EMBEDDED, SERVER, Account
from tests.support.api import as_body
from tests.support.wait import wait_until

NAME = "lists"
PROFILED_WRITES = 40
PAUSE_SECONDS = 0.1
POLL_SECONDS = 0.004
FILL_SECONDS = 600.0
PATIENCE_SECONDS = 30.0
LINES = {EMBEDDED: (30.0, 150.0), SERVER: (80.0, 300.0)}
ENDS = "answer to a write read → a profile that shows the membership read, asked for every 4 ms; the service is idle"

Filters = list[list[dict[str, Any]]]
Write = tuple[int, dict[str, str], int]
"""A contact's vid, the values to write, and the list that it then belongs to."""


def measure(loaded: Loaded) -> list[Result]:
    """Return p50 and p99 over writes that each make a contact a member of a list."""
    size = loaded.size
    account = loaded.service.new_account("lists")
    with_key = loaded.service.client(account)
    vids = create_contacts(with_key, size.members)
    ids = create_lists(with_key, size.lists)
    until_done(with_key)
    writes = _writes(vids, ids, size.writes)
    took = [_join(with_key, *write) for write in writes]
    profile = loaded.explain(_meets(loaded, took), lambda: _profile(loaded, account, vids, ids))
    return [_result(loaded, name, value, line, profile) for name, value, line in _figures(loaded, took)]


def pattern(number: int) -> tuple[Filters, dict[str, str]]:
    """Return the filters of list `number` and values that make a contact match them."""
    kinds = (_title, _town, _revenue, _stage, _before, _site, _region, _elsewhere, _either, _followers)
    return kinds[number % len(kinds)](number)


def _figures(loaded: Loaded, took: Sequence[float]) -> list[tuple[str, float, float]]:
    limit50, limit99 = LINES[loaded.service.setup]
    return [("p50", middle(took), limit50), ("p99", percentile(took, 0.99), limit99)]


def _meets(loaded: Loaded, took: Sequence[float]) -> bool:
    return all(value <= limit for _, value, limit in _figures(loaded, took))


def _result(loaded: Loaded, name: str, value: float, limit: float, profile: str) -> Result:
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"write → member readable, {name}, {loaded.size.lists:,} lists",
        ends=ENDS,
        measured=f"{value:.0f} ms",
        baseline="–",
        line=f"≤ {limit:.0f} ms",
        met=value <= limit,
        profile="" if value <= limit else profile,
    )


def create_contacts(client: Client, count: int) -> list[int]:
    """Create made-up contacts and return their vids."""
    return [client.post("/contacts/v1/contact", as_body(person))["vid"] for person in people(count)]


def create_lists(client: Client, count: int) -> list[int]:
    """Create dynamic lists of all patterns and return their ids."""
    bodies = ({"name": f"list {n}", "dynamic": True, "filters": pattern(n)[0]} for n in range(count))
    return [client.post("/contacts/v1/lists", body)["listId"] for body in bodies]


def until_done(client: Client) -> None:
    """Wait until no list of the client's portal is being filled."""
    wait_until(lambda: _all_done(client), FILL_SECONDS, "all lists are filled")


def is_member(client: Client, vid: int, list_id: int) -> bool:
    """Say whether a contact's profile shows it as a member of a list."""
    profile = client.get(f"/contacts/v1/contact/vid/{vid}/profile", propertyMode="value_only", property="email")
    return any(member["static-list-id"] == list_id for member in profile["list-memberships"])


def _all_done(client: Client) -> bool:
    """Say whether no list is being filled; asked a quarter of a second apart, because it reads them all."""
    time.sleep(0.25)
    offset, more = 0, True
    while more:
        page = client.get("/contacts/v1/lists/dynamic", count=250, offset=offset)
        if any(found["metaData"]["processing"] != "DONE" for found in page["lists"]):
            return False
        offset, more = page["offset"], page["has-more"]
    return True


def _writes(vids: Sequence[int], ids: Sequence[int], count: int) -> list[Write]:
    chance = random.Random(4)
    numbers = chance.sample(range(len(ids)), count)
    return [(chance.choice(vids), pattern(number)[1], ids[number]) for number in numbers]


def _join(client: Client, vid: int, values: Mapping[str, str], list_id: int) -> float:
    """Write and return the milliseconds from the answer until the membership is readable."""
    time.sleep(PAUSE_SECONDS)
    client.send("POST", f"/contacts/v1/contact/vid/{vid}/profile", orjson.dumps(as_body(dict(values))))
    start = time.perf_counter()
    while not is_member(client, vid, list_id):
        if time.perf_counter() - start > PATIENCE_SECONDS:
            raise RuntimeError(f"contact {vid} is still not in list {list_id}")
        time.sleep(POLL_SECONDS)
    return (time.perf_counter() - start) * 1000


def _profile(loaded: Loaded, account: Account, vids: Sequence[int], ids: Sequence[int]) -> str:
    unseen = _writes(vids[::-1], ids, min(PROFILED_WRITES, len(ids)))
    return profile_writes(loaded.service, account, [(vid, values) for vid, values, _ in unseen])


def _is(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def _title(number: int) -> tuple[Filters, dict[str, str]]:
    return [[_is("jobtitle", "EQ", f"Title {number}")]], {"jobtitle": f"title {number}"}


def _town(number: int) -> tuple[Filters, dict[str, str]]:
    return [[_is("city", "CONTAINS", f"ville-{number}-")]], {"city": f"Neuville-{number}-sur-Mer"}


def _revenue(number: int) -> tuple[Filters, dict[str, str]]:
    both = [_is("annualrevenue", "GT", 2_000_000 + number), _is("state", "EQ", f"State {number}")]
    return [both], {"annualrevenue": str(2_000_001 + number), "state": f"State {number}"}


def _stage(number: int) -> tuple[Filters, dict[str, str]]:
    both = [_is("lifecyclestage", "SET_ANY", "customer;evangelist"), _is("zip", "STR_STARTS_WITH", f"Z{number}-")]
    return [both], {"lifecyclestage": "evangelist", "zip": f"Z{number}-17"}


def _before(number: int) -> tuple[Filters, dict[str, str]]:
    moment = 1_500_000_000_000 + number * 86_400_000
    both = [_is("closedate", "LTE", moment), _is("industry", "EQ", f"Industry {number}")]
    return [both], {"closedate": str(moment), "industry": f"Industry {number}"}


def _site(number: int) -> tuple[Filters, dict[str, str]]:
    return [[_is("website", "STR_ENDS_WITH", f"-{number}.example")]], {"website": f"https://acme-{number}.example"}


def _region(number: int) -> tuple[Filters, dict[str, str]]:
    both = [_is("country", "EQ", f"Country {number}"), _is("fax", "IS_NOT_EMPTY", "")]
    return [both], {"country": f"Country {number}", "fax": str(number)}


def _elsewhere(number: int) -> tuple[Filters, dict[str, str]]:
    both = [_is("country", "NEQ", "Nowhere"), _is("address", "EQ", f"{number} High Street")]
    return [both], {"address": f"{number} High Street"}


def _either(number: int) -> tuple[Filters, dict[str, str]]:
    return [[_is("salutation", "EQ", "Dr."), _is("message", "EQ", "x")], [_is("message", "CONTAINS", f"<{number}>")]], {
        "message": f"about <{number}> and more"
    }


def _followers(number: int) -> tuple[Filters, dict[str, str]]:
    both = [_is("followercount", "EQ", number), _is("hs_lead_status", "SET_NOT_ANY", "UNQUALIFIED")]
    return [both], {"followercount": str(number), "hs_lead_status": "OPEN"}
