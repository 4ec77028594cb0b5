"""The match step alone: which of many lists contacts may be in, beside bare percolation of the very same queries.

The bench stores lists in an index of its own through the product's engine and asks as a drain does; nothing else runs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial

import orjson

from bench.client import Client
from bench.figures import draining, percolation
from bench.figures.imports import Loaded
from bench.figures.lists import Filters, pattern
from bench.measure import alternate, middle, milliseconds
from bench.people import people
from bench.profiles import profile_calls
from bench.results import Result
from bench.service import EMBEDDED
from indexer.directory import Directory
from indexer.engines.base import Engine, ListQuery
from indexer.engines.names import Place
from queries.catalogue import Catalogue
from queries.context import FilterContext
from queries.document import Snapshot, build_document
from queries.fields import Document
from queries.inline import inline
from queries.moments import Moment
from queries.nodes import reads
from queries.parse import parse_filters
from records.catalogues import load_catalogue
from records.marks import EVERYTHING
from service.app import create_runtime

NAME = "match"
PORTAL = 1_000_000
AT = Moment(1_500_000_000_000)
RARE = "twitterhandle"
RARE_EVERY = 20
SHARE = 0.9
TIMES = 8.0
EMBEDDED_MS = 5.0
EVERY_LIST = frozenset({EVERYTHING})

Criteria = Callable[[int], Filters]
"""Gives the filters of a list by its number."""


@dataclass(frozen=True)
class Matching:
    """Lists that an engine has stored, and contacts that some of them match."""

    engine: Engine
    prefix: str
    catalogue: Catalogue
    lists: Sequence[ListQuery]
    contacts: Sequence[Document]

    @cached_property
    def directory(self) -> Directory:
        """The lists by what they read, as a drain looks them up."""
        return Directory(0).after(1, frozenset(), self.lists)

    def percolate(self, contacts: Sequence[Document]) -> object:
        """Ask the engine alone, of all lists."""
        return self.engine.propose(PORTAL, 1, contacts, self.directory.percolation(EVERY_LIST, self.catalogue))

    def match(self, contacts: Sequence[Document], changed: frozenset[str]) -> int:
        """Find the lists of contacts as a drain does, and return how many memberships there are."""
        asked = self.directory.percolation(changed, self.catalogue)
        return percolation.match(self.engine, (PORTAL, 1), self.directory, contacts, asked, AT)


def measure(loaded: Loaded) -> list[Result]:
    """Return what matching costs on the set-up, at each number of lists."""
    if loaded.service.setup == EMBEDDED:
        with matching(loaded, loaded.size.matched[0]) as few:
            return [_alone(loaded, few)]
    found = []
    for lists in loaded.size.matched:
        with matching(loaded, lists) as ready:
            found.append(_beside_raw(loaded, ready))
            if lists == max(loaded.size.matched):
                found += [_one_property(loaded, ready, count) for count in (1, len(ready.contacts))]
        found += draining.measure(loaded, lists)
    return found


@contextmanager
def matching(loaded: Loaded, lists: int, made: Criteria | None = None) -> Iterator[Matching]:
    """Store as many lists in an index of their own; `made` gives the filters of each, `criteria` where it is None."""
    runtime = create_runtime(loaded.service.settings)
    with runtime.database.read() as session:
        catalogue = load_catalogue(session, loaded.account.portal_id)
    queries = list(_lists(lists, made or criteria, catalogue))
    engine, prefix = runtime.engine, loaded.service.settings.index_prefix
    engine.create(PORTAL, 1, catalogue)
    try:
        engine.register(PORTAL, [1], queries)
        engine.seal(PORTAL, 1)
        yield Matching(engine, prefix, catalogue, queries, list(_contacts(loaded.size.crowd, lists, catalogue)))
    finally:
        engine.drop(PORTAL, 1)
        runtime.jobs.close()
        engine.close()
        runtime.database.close()


def criteria(number: int) -> Filters:
    """Return the filters of list `number`; every twentieth reads a property that no other does."""
    if number % RARE_EVERY:
        return pattern(number)[0]
    return [[{"property": RARE, "operator": "EQ", "value": f"@{number}"}]]


def _lists(count: int, made: Criteria, catalogue: Catalogue) -> Iterator[ListQuery]:
    context = FilterContext(catalogue, {})
    for number in range(count):
        tree = inline(parse_filters(made(number), context), lambda _: None, number + 1)
        yield ListQuery(number + 1, 1, tree, reads(tree))


def _contacts(count: int, lists: int, catalogue: Catalogue) -> Iterator[Document]:
    """Yield contacts that one list of each kind matches, or nearly."""
    for vid, values in enumerate(people(count), 1):
        met = {name: value for kind in range(10) for name, value in pattern((vid * 10 + kind) % lists)[1].items()}
        properties = {**values, **met, RARE: f"@{vid * RARE_EVERY % lists}"}
        snapshot = Snapshot(vid, 1, vid, AT.now_ms, AT.now_ms, ("API", ""), properties, (values["email"],), ())
        yield build_document(snapshot, catalogue)


def _beside_raw(loaded: Loaded, ready: Matching) -> Result:
    client, crowd = loaded.service.engine_client(), len(ready.contacts)
    path = f"/{Place(ready.prefix, PORTAL, 1).lists}/_search"
    body = percolation.bare_request(ready.contacts, ready.catalogue)

    def ours(_: int) -> float:
        return milliseconds(lambda: ready.percolate(ready.contacts))

    def raw(_: int) -> float:
        return milliseconds(lambda: _ask(client, path, body))

    alternate(range(2), ours, raw)
    mine, bare = (crowd * 1000 / middle(took) for took in alternate(range(4 * loaded.size.rounds), ours, raw))
    met = mine / bare >= SHARE
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"contacts/s percolated against {len(ready.lists):,} lists",
        ends=f"{crowd} contact documents → the lists that each may be in, one request",
        measured=f"{mine / bare:.2f}× ({mine:,.0f}/s)",
        baseline=f"the same stored queries and documents sent as prepared JSON: {bare:,.0f}/s",
        line=f"≥ {SHARE:g}×",
        met=met,
        profile=loaded.explain(met, lambda: profile_calls(lambda: ready.percolate(ready.contacts))),
    )


def _one_property(loaded: Loaded, ready: Matching, count: int) -> Result:
    contacts, changed = ready.contacts[:count], frozenset({RARE})
    share = 100 / RARE_EVERY

    def one(_: int) -> float:
        return milliseconds(lambda: ready.match(contacts, changed))

    def every(_: int) -> float:
        return milliseconds(lambda: ready.match(contacts, EVERY_LIST))

    alternate(range(2), one, every)
    ours, whole = (middle(took) for took in alternate(range(4 * loaded.size.rounds), one, every))
    met = whole / ours >= TIMES
    people = "1 contact" if count == 1 else f"{count} contacts"
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"matching {people} after a change that {share:g} % of {len(ready.lists):,} lists read",
        ends="contact documents → the lists that each is in",
        measured=f"{whole / ours:.1f}× faster ({ours:.1f} ms)",
        baseline=f"matching all lists: {whole:.1f} ms",
        line=f"≥ {TIMES:g}× faster",
        met=met,
        profile=loaded.explain(met, lambda: profile_calls(lambda: ready.match(contacts, changed))),
    )


def _alone(loaded: Loaded, ready: Matching) -> Result:
    took = [milliseconds(partial(ready.match, [contact], EVERY_LIST)) for contact in ready.contacts]
    met = middle(took) <= EMBEDDED_MS
    return Result(
        bench=NAME,
        setup=loaded.service.setup,
        figure=f"matching a contact against {len(ready.lists):,} lists, p50",
        ends="a contact document → the lists that it is in, all lists asked",
        measured=f"{middle(took):.1f} ms",
        baseline="–",
        line=f"≤ {EMBEDDED_MS:g} ms",
        met=met,
        profile=loaded.explain(met, lambda: profile_calls(lambda: ready.match(ready.contacts, EVERY_LIST))),
    )


def _ask(client: Client, path: str, body: bytes) -> object:
    return orjson.loads(client.send("POST", path, body))
