"""The engine that keeps its indices in Elasticsearch 7.17 to 9 or OpenSearch 2 or 3.

One contact index and one percolator index a portal and generation. Requests and answers are in the modules
beside this one; here each method finds its place, its patience and its errors.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from elasticsearch import Elasticsearch

from indexer.engines import bulk, lifecycle, percolator, reading, survey
from indexer.engines.base import (
    Asked,
    IndexOutcome,
    ListQuery,
    Question,
    Scanned,
    SearchHits,
    SearchRequest,
    Surveyed,
)
from indexer.engines.client import Connection
from indexer.engines.failures import require_whole, translated
from indexer.engines.names import Place
from indexer.errors import IndexLost
from queries.catalogue import Catalogue
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import Node


class ElasticEngine:
    """An `Engine` at an address. Making one asks nothing of the server, so writes go on while it is down."""

    kind = "elastic"
    most_lists = percolator.MAX_LISTS

    def __init__(self, url: str, prefix: str) -> None:
        """Take the address and what all index names begin with; raises ValueError for a wrong address."""
        self._connection = Connection(url)
        self._prefix = prefix
        self._extended: dict[Place, int] = {}

    def describe(self) -> str:
        """Return product and version, asked now; raises EngineUnavailable, UnsupportedEngine."""
        return str(self._connection.ask_server())

    def create(self, portal_id: int, generation: int, catalogue: Catalogue) -> dict[str, str]:
        """Make an empty generation and return index name -> uuid."""
        with self._at(portal_id, generation) as (client, place):
            uuids = lifecycle.create(client, place, catalogue)
            self._extended[place] = catalogue.version
            return uuids

    def seal(self, portal_id: int, generation: int) -> None:
        """Write the sentinel and make both indices visible."""
        with self._at(portal_id, generation) as (client, place):
            percolator.register_sentinel(client, place)
            require_whole(client.indices.refresh(index=place.contacts).body)

    def promote(self, portal_id: int, generation: int) -> None:
        """Move the reading aliases to a generation in one call."""
        with self._at(portal_id, generation) as (client, place):
            lifecycle.promote(client, place)

    def drop(self, portal_id: int, generation: int) -> None:
        """Remove a generation with its aliases."""
        with self._at(portal_id, generation) as (client, place):
            self._extended.pop(place, None)
            lifecycle.drop(client, place)

    def check(self, portal_id: int, generation: int, uuids: Mapping[str, str]) -> None:
        """Raise IndexLost unless the aliases point at exactly the indices that `create` returned."""
        with self._at(portal_id, generation) as (client, place):
            if lifecycle.identities(client, place) != dict(uuids):
                raise IndexLost(portal_id, generation)

    def extend(self, portal_id: int, generations: Sequence[int], catalogue: Catalogue) -> None:
        """Add the catalogue's fields to the mappings; asks nothing where this process has already done so."""
        for generation in generations:
            if self._extended.get(self._place(portal_id, generation), -1) < catalogue.version:
                with self._at(portal_id, generation) as (client, place):
                    lifecycle.extend(client, place, catalogue)
                    self._extended[place] = catalogue.version

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store documents under their versions in every generation; the outcomes are put together."""
        refused: dict[int, str] = {}
        drifted: dict[int, int] = {}
        for generation in generations:
            with self._at(portal_id, generation) as (client, place):
                outcome = bulk.index(client, place, documents)
            refused |= outcome.refused
            for vid, version in outcome.drifted.items():
                drifted[vid] = max(version, drifted.get(vid, version))
        return IndexOutcome(refused, drifted)

    def delete(self, portal_id: int, generations: Sequence[int], versions: Mapping[int, int]) -> None:
        """Remove contacts from every generation; a document of a newer version stays."""
        for generation in generations:
            with self._at(portal_id, generation) as (client, place):
                bulk.delete(client, place, versions)

    def refresh(self, portal_id: int, generations: Sequence[int]) -> None:
        """Make stored contacts visible to search and scan."""
        for generation in generations:
            with self._at(portal_id, generation) as (client, place):
                require_whole(client.indices.refresh(index=place.contacts).body)

    def search(self, portal_id: int, generation: int, request: SearchRequest) -> SearchHits:
        """Return a page of a search; an engine that is down is known within two seconds."""
        place = self._place(portal_id, generation)
        with translated(place):
            return reading.search(self._connection.clients().quick, place, request)

    def scan(self, portal_id: int, generation: int, tree: Node, at: Moment, after: int, limit: int) -> list[Scanned]:
        """Return up to `limit` (at most 10,000) contacts above a vid that match a tree at a moment, by vid."""
        with self._at(portal_id, generation) as (client, place):
            return reading.scan(client, place, tree, at, after, limit)

    def survey(self, portal_id: int, generation: int, asked: Sequence[Question], at: Moment) -> list[Surveyed]:
        """Return counts and samples; hits that only `queries.evaluate` can judge are judged up to a bound."""
        with self._at(portal_id, generation) as (client, place):
            return survey.survey(client, place, asked, at)

    def register(self, portal_id: int, generations: Sequence[int], queries: Iterable[ListQuery]) -> None:
        """Store lists' queries in every generation."""
        stored = list(queries)
        for generation in generations:
            with self._at(portal_id, generation) as (client, place):
                percolator.register(client, place, stored)

    def unregister(self, portal_id: int, generations: Sequence[int], list_id: int, revision: int) -> None:
        """Remove a list's query from every generation."""
        for generation in generations:
            with self._at(portal_id, generation) as (client, place):
                percolator.unregister(client, place, list_id, revision)

    def propose(
        self, portal_id: int, generation: int, documents: Sequence[Document], asked: Asked
    ) -> dict[int, frozenset[int]]:
        """Return vid -> lists by percolation; raises RequestRefused for a document that cannot be read."""
        with self._at(portal_id, generation) as (client, place):
            return percolator.propose(client, place, documents, asked)

    def close(self) -> None:
        """Give back connections."""
        self._connection.close()

    def _place(self, portal_id: int, generation: int) -> Place:
        return Place(self._prefix, portal_id, generation)

    @contextmanager
    def _at(self, portal_id: int, generation: int) -> Iterator[tuple[Elasticsearch, Place]]:
        place = self._place(portal_id, generation)
        with translated(place):
            yield self._connection.clients().patient, place
