"""CSV import until lists are settled, beside COPY plus raw bulk of the same documents. It also loads what others ask.

The import runs as `contacts import` beside the running service, over twenty smart lists.
"""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select

from bench.figures import raw_load
from bench.measure import middle
from bench.people import people, write_csv
from bench.processes import resident_mib
from bench.profiles import profile_import
from bench.results import Result
from bench.service import CONTACTS, SERVER, Account, Service, command_failed
from bench.size import Size
from records.models import Contact

NAME = "import"
SERVER_SHARE = 0.2
EMBEDDED_RATE = 2_000
GROWTH = 1.15
FLOOR_MIB = 16
LIMIT_MIB = 250
SAMPLE_SECONDS = 0.5
FEWEST_SAMPLES = 8
COUNTRIES = ("Germany", "Japan", "Poland", "Spain", "Israel", "India", "France", "Egypt", "Ukraine", "China")
TITLES = ("engineer", "director", "analyst", "designer", "teacher", "buyer", "manager", "chief", "sales", "office")
ENDS = "start of `contacts import` → its end, every contact indexed, all 20 smart lists settled"


@dataclass
class Loaded:
    """A running service with contacts in one of its portals, and how their import went.

    `memory` maps a process's name to its resident MiB, sampled while the import ran.
    """

    service: Service
    account: Account
    size: Size
    seconds: float = 0.0
    memory: dict[str, list[float]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many contacts were loaded."""
        return self.size.contacts

    @cached_property
    def _vids(self) -> list[int]:
        with self.service.records() as database, database.read() as session:
            found = select(Contact.vid).where(Contact.portal_id == self.account.portal_id).order_by(Contact.vid)
            return list(session.execute(found).scalars())

    def vids(self) -> list[int]:
        """Return the vids of the contacts in order."""
        return self._vids

    def explain(self, met: bool, profile: Callable[[], str]) -> str:
        """Return the profile of a figure that misses its line, nothing for one that meets it."""
        return "" if met or not self.size.profiled else profile()


def load(service: Service, size: Size) -> Loaded:
    """Import contacts into a new portal with smart lists; raises RuntimeError unless all of it succeeds."""
    loaded = Loaded(service, service.new_account("bench"), size)
    client = service.client(loaded.account)
    for body in _lists():
        client.post("/contacts/v1/lists", body)
    path = service.folder / "people.csv"
    write_csv(path, size.contacts)
    start = time.perf_counter()
    importer = service.run("importer", *CONTACTS, "import", str(path), "--portal", str(loaded.account.portal_id))
    while importer.process.poll() is None:
        for name, server in {**service.servers, "importer": importer}.items():
            loaded.memory.setdefault(name, []).append(resident_mib(server))
        _pause(importer)
    loaded.seconds = time.perf_counter() - start
    if importer.process.returncode != 0:
        raise RuntimeError(f"the import failed: {command_failed(importer)}")
    _check_lists(client.get("/contacts/v1/lists", count=250)["lists"], size.contacts)
    return loaded


def measure(loaded: Loaded) -> list[Result]:
    """Return the rate of the import, and whether memory stayed flat in every process that took part."""
    return [_rate(loaded), *(_flatness(loaded, name, values) for name, values in sorted(loaded.memory.items()))]


def _rate(loaded: Loaded) -> Result:
    rate = loaded.count / loaded.seconds
    if loaded.service.setup == SERVER:
        raw = middle(raw_load.rates(loaded.service, loaded.account))
        measured, line, met = f"{rate / raw:.2f}× ({rate:,.0f}/s)", f"≥ {SERVER_SHARE}×", rate >= raw * SERVER_SHARE
        baseline = f"COPY of the same rows + bulk of the same documents: {raw:,.0f}/s"
    else:
        measured, line, met, baseline = f"{rate:,.0f}/s", f"≥ {EMBEDDED_RATE:,}/s", rate >= EMBEDDED_RATE, "–"
    profile = loaded.explain(met, lambda: profile_import(loaded.service))
    figure = f"CSV import of {loaded.count:,} contacts"
    return Result(NAME, loaded.service.setup, figure, ENDS, measured, baseline, line, met, profile)


def _flatness(loaded: Loaded, name: str, values: Sequence[float]) -> Result:
    """Compare the peaks of the import's third and last quarter: what grows with the file would go on growing there."""
    quarter = max(1, len(values) // 4)
    before, after = max(values[-2 * quarter : -quarter] or values), max(values[-quarter:])
    is_flat = after <= max(before * GROWTH, before + FLOOR_MIB) or len(values) < FEWEST_SAMPLES
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"memory of the {name}",
        ends="highest VmRSS in the third quarter of the import → in the last quarter",
        measured=f"{after:.0f} MiB",
        baseline=f"third quarter: {before:.0f} MiB",
        line=f"≤ {GROWTH}×, flat; ≤ {LIMIT_MIB} MiB",
        met=is_flat and max(values) <= LIMIT_MIB,
    )


def _pause(importer: Any) -> None:
    try:
        importer.process.wait(SAMPLE_SECONDS)
    except subprocess.TimeoutExpired:
        return


def _lists() -> Iterator[Mapping[str, Any]]:
    for country in COUNTRIES:
        filters = [{"property": "country", "operator": "EQ", "value": country}]
        yield {"name": country, "dynamic": True, "filters": [filters]}
    for title in TITLES:
        filters = [
            {"property": "jobtitle", "operator": "CONTAINS", "value": title},
            {"property": "annualrevenue", "operator": "GT", "value": "500000"},
        ]
        yield {"name": title, "dynamic": True, "filters": [filters]}


def _check_lists(found: Sequence[Mapping[str, Any]], count: int) -> None:
    """Raise RuntimeError unless every list is done and those by country have the members that they must have."""
    living = [person["country"] for person in people(count)]
    for one in found:
        state, size = one["metaData"]["processing"], one["metaData"]["size"]
        expected = living.count(one["name"]) if one["name"] in COUNTRIES else size
        if state != "DONE" or size != expected:
            raise RuntimeError(f"list {one['name']} is {state} with {size} members instead of {expected}")
