"""A whole drain beside bare percolation: records, index, match, memberships and feed of contacts that many lists ask.

Each list has one contact in twenty: most by one of four numbers, and one list in twenty by a property of its own that
no other reads. They are put into the records as lists that have been filled, because making ten thousand one by one
takes longer than what is measured.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from bench.client import Client
from bench.figures import percolation
from bench.figures.imports import Loaded
from bench.measure import middle
from bench.people import people
from bench.profiles import profile_draining, stopped
from bench.results import Result
from indexer import drain, tasks
from indexer.decide import CHUNK
from indexer.directory import load_directory
from indexer.documents import load_documents
from indexer.engines.names import Place
from indexer.imports.batches import Target, write_batch
from indexer.imports.rows import Row
from indexer.runtime import Runtime
from queries.context import FilterContext
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import reads
from queries.parse import parse_filters, render_filters
from records import list_work, lists
from records.catalogues import load_catalogue
from records.clock import now
from records.engine_state import live_generation
from records.lists import Criteria
from records.marks import EVERYTHING
from tests.support.records import add_portal

MATCH_SHARE, NEW_SHARE, UPDATE_TIMES = 1.0, 0.4, 2.0
BATCH = 500
ROUNDS = 3
RARE = "twitterhandle"
RARE_EVERY = 20
NUMBERS = ("annualrevenue", "followercount", "linkedinconnections", "kloutscoregeneral")
HIGHEST = 1_000_000
ENDS = "marks of {count} contacts → indexed, matched, members and feed written; one process, nothing else running"


@dataclass(frozen=True)
class Crowd:
    """A portal with lists and contacts, and an open whole that nobody else works for."""

    loaded: Loaded
    runtime: Runtime
    portal_id: int
    vids: Sequence[int]

    @property
    def prefix(self) -> str:
        """What the names of its indices begin with."""
        return self.loaded.service.settings.index_prefix


def measure(loaded: Loaded, count: int) -> list[Result]:
    """Return how a drain of new contacts, and of changed ones, compares with percolating them, over `count` lists."""
    client = loaded.service.engine_client()
    with stopped(loaded.service) as runtime:
        portal_id, _ = add_portal(runtime.database, f"drain {count}")
        tasks.settle(runtime)
        _add_lists(runtime, portal_id, count)
        vids = _write(runtime, portal_id, list(_new(loaded.size.drained)))
        crowd = Crowd(loaded, runtime, portal_id, vids)
        new = _drained(crowd)
        documents = list(_documents(crowd))
        raw, matched = _raw(crowd, client, documents), _matched(crowd, documents)
        _write(runtime, portal_id, list(_changed(loaded.size.drained)))
        changed = _drained(crowd)
        again = _raw(crowd, client, list(_documents(crowd)))
    return [
        _result(crowd, f"matching contacts, {count:,} lists that each have 5 % of them", matched, raw, MATCH_SHARE),
        _result(crowd, f"draining new contacts, {count:,} lists", new, raw, NEW_SHARE),
        _result(crowd, f"draining a change that 5 % of {count:,} lists read", changed, again, UPDATE_TIMES),
    ]


def _add_lists(runtime: Runtime, portal_id: int, count: int) -> None:
    """Store smart lists that have been filled, and their queries in the percolator."""
    with runtime.database.write() as session:
        context, moment = FilterContext(load_catalogue(session, portal_id), {}), now(session)
        for number in range(count):
            tree = parse_filters(_filters(number, count), context)
            criteria = Criteria(render_filters(tree), reads(tree), frozenset())
            row = lists.create_list(session, portal_id, f"list {number}", dynamic=True, criteria=criteria)
            list_work.note_registered(session, row)
            row.state, row.scan_ended_at = lists.DONE, moment
    with runtime.database.read() as session:
        queries, generation = load_directory(session, portal_id).queries, live_generation(session, portal_id)
    runtime.engine.register(portal_id, [generation or 0], queries.values())


def _filters(number: int, count: int) -> list[list[dict[str, object]]]:
    if number % RARE_EVERY == 0:
        return [[{"property": RARE, "operator": "EQ", "value": f"@{number // RARE_EVERY % RARE_EVERY}"}]]
    low = HIGHEST * number // count * (RARE_EVERY - 1) // RARE_EVERY
    name = NUMBERS[number % len(NUMBERS)]
    bounds = (("GTE", low), ("LT", low + HIGHEST // RARE_EVERY))
    return [[{"property": name, "operator": operator, "value": value} for operator, value in bounds]]


def _new(count: int) -> Iterator[Row]:
    chance = random.Random(8)
    for number, person in enumerate(people(count), 2):
        numbers = {name: str(chance.randrange(HIGHEST)) for name in NUMBERS}
        yield Row(number, {**person, **numbers, RARE: f"@{number % RARE_EVERY}"}, person["email"].lower())


def _changed(count: int) -> Iterator[Row]:
    for number, person in enumerate(people(count), 2):
        yield Row(number, {RARE: f"@{(number + 1) % RARE_EVERY}"}, person["email"].lower())


def _write(runtime: Runtime, portal_id: int, rows: Sequence[Row]) -> list[int]:
    """Write contacts, which leaves marks behind, and return their vids."""
    target, vids = Target(portal_id, 1, "bench"), []
    for start in range(0, len(rows), BATCH):
        with runtime.database.write() as session:
            written = write_batch(session, target, rows[start : start + BATCH])
        vids += [outcome.vid for outcome in written if outcome.vid is not None]
    return vids


def _drained(crowd: Crowd) -> float:
    """Return how many contacts a second a drain of all marks works off."""
    start = time.perf_counter()
    drained = drain.drain_portal(crowd.runtime, crowd.portal_id)
    return drained / (time.perf_counter() - start)


def _documents(crowd: Crowd) -> Iterator[Document]:
    for start in range(0, len(crowd.vids), BATCH):
        with crowd.runtime.database.read() as session:
            catalogue = load_catalogue(session, crowd.portal_id)
            found, _ = load_documents(session, crowd.portal_id, crowd.vids[start : start + BATCH], catalogue)
        yield from found.values()


def _matched(crowd: Crowd, documents: Sequence[Document]) -> float:
    """Return how many contacts a second are told the lists that each is in, as a drain finds them."""
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for first in range(0, len(documents), CHUNK):
            _match(crowd, documents[first : first + CHUNK])
        rates.append(len(documents) / (time.perf_counter() - start))
    return middle(rates)


def _match(crowd: Crowd, documents: Sequence[Document]) -> int:
    """Match contacts with all lists and return how many memberships there are."""
    with crowd.runtime.database.read() as session:
        directory, catalogue = load_directory(session, crowd.portal_id), load_catalogue(session, crowd.portal_id)
        generation, at = live_generation(session, crowd.portal_id) or 0, Moment(now(session))
    asked = directory.percolation(frozenset({EVERYTHING}), catalogue)
    return percolation.match(crowd.runtime.engine, (crowd.portal_id, generation), directory, documents, asked, at)


def _raw(crowd: Crowd, client: Client, documents: Sequence[Document]) -> float:
    """Return how many of the contacts a second bare percolations in batches answer with all their hits; the median."""
    bodies = list(_bodies(crowd, documents))
    with crowd.runtime.database.read() as session:
        generation = live_generation(session, crowd.portal_id) or 0
    path = f"/{Place(crowd.prefix, crowd.portal_id, generation).lists}/_search"
    return middle([len(crowd.vids) / _percolate(client, path, bodies) for _ in range(ROUNDS)])


def _bodies(crowd: Crowd, documents: Sequence[Document]) -> Iterator[bytes]:
    """Yield prepared requests for the contacts, BATCH of them at a time."""
    with crowd.runtime.database.read() as session:
        catalogue = load_catalogue(session, crowd.portal_id)
    for start in range(0, len(documents), BATCH):
        yield percolation.bare_request(documents[start : start + BATCH], catalogue)


def _percolate(client: Client, path: str, bodies: Sequence[bytes]) -> float:
    start = time.perf_counter()
    for body in bodies:
        orjson.loads(client.send("POST", path, body))
    return time.perf_counter() - start


def _result(crowd: Crowd, figure: str, rate: float, raw: float, line: float) -> Result:
    met = rate >= line * raw
    loaded = crowd.loaded
    return Result(
        bench="match",
        setup=loaded.service.setup,
        figure=figure,
        ends=ENDS.format(count=f"{len(crowd.vids):,}"),
        measured=f"{rate / raw:.2f}× ({rate:,.0f}/s)",
        baseline=f"bare percolation of the same documents, {BATCH} at a time: {raw:,.0f}/s",
        line=f"≥ {line:g}×",
        met=met,
        profile=loaded.explain(met, lambda: _profile(crowd)),
    )


def _profile(crowd: Crowd) -> str:
    """Return the profile of a drain of the same contacts once more, changed again."""

    def prepare(runtime: Runtime) -> None:
        _write(runtime, crowd.portal_id, list(_new(BATCH)))

    return profile_draining(crowd.loaded.service, crowd.portal_id, prepare)
