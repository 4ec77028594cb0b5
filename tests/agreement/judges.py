"""Who answers a round besides `evaluate`: an engine's search and its percolation, many questions at a time.

What an engine hits is more than what a filter means where its query says `verify`; the rest is decided by `evaluate`
over the document that the engine gives back, as the product does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import orjson
from elasticsearch import Elasticsearch

from indexer.engines.base import Asked, Engine, ListQuery
from indexer.engines.client import Connection
from indexer.engines.elastic import ElasticEngine
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.names import Place
from queries import fields
from queries.compile import Compiled, compile_percolator, compile_search
from queries.evaluate import evaluate
from queries.fields import Document
from queries.nodes import reads
from tests.agreement.random_trees import Round
from tests.support.filter_cases import CATALOGUE

PORTAL = 1

Pairs = frozenset[tuple[int, int]]
"""(number of a question, vid of a contact) of whom it is said to be true."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a way of asking hits: `exact` says of each question whether its hits must be its matches."""

    pairs: Pairs
    exact: Sequence[bool]


class Judge(Protocol):
    """An engine that answers rounds; each round finds it empty."""

    def hits(self, round: Round) -> Mapping[str, Hits]:
        """Return what each of its ways of asking hits; raises AssertionError where a document comes back changed."""


def meant(round: Round) -> Pairs:
    """Return the matches by definition."""
    return frozenset(
        (number, contact[fields.VID])
        for number, question in enumerate(round.questions)
        for contact in round.documents
        if evaluate(question.tree, contact, question.at)
    )


def scan(engine: Engine, generation: int, round: Round) -> Hits:
    """Return what an engine finds question by question, which it has decided by itself and so must be exact."""
    limit = len(round.documents) + 1
    found = frozenset(
        (number, hit.vid)
        for number, question in enumerate(round.questions)
        for hit in engine.scan(PORTAL, generation, question.tree, question.at, 0, limit)
    )
    return Hits(found, [True] * len(round.questions))


class EmbeddedJudge:
    """Scans the embedded engine, which evaluates stored documents and has no percolator."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        """Take the engine."""
        self._engine = engine
        self._generations = count(1)

    def hits(self, round: Round) -> Mapping[str, Hits]:
        """Return what scans find."""
        generation = next(self._generations)
        self._engine.create(PORTAL, generation, CATALOGUE)
        try:
            assert not self._engine.index(PORTAL, [generation], round.documents).refused
            return {"scan": scan(self._engine, generation, round)}
        finally:
            self._engine.drop(PORTAL, generation)


class ElasticJudge:
    """Searches and percolates on a server, by requests that carry all questions of a round."""

    def __init__(self, url: str, prefix: str, scans: bool = True) -> None:
        """Take the server's address, what index names begin with, and whether each question is also scanned for."""
        self._scans = scans
        self._engine = ElasticEngine(url, prefix)
        self._connection = Connection(url)
        self._prefix = prefix
        self._generations = count(1)

    def hits(self, round: Round) -> Mapping[str, Hits]:
        """Return the raw hits of search and percolation."""
        generation = next(self._generations)
        self._engine.create(PORTAL, generation, CATALOGUE)
        try:
            return self._ask(round, generation)
        finally:
            self._engine.drop(PORTAL, generation)

    def close(self) -> None:
        """Give back connections."""
        self._engine.close()
        self._connection.close()

    def _ask(self, round: Round, generation: int) -> Mapping[str, Hits]:
        client, place = self._connection.clients().patient, Place(self._prefix, PORTAL, generation)
        assert not self._engine.index(PORTAL, [generation], round.documents).refused
        lists = [ListQuery(number, 1, question.tree, frozenset()) for number, question in enumerate(round.questions, 1)]
        self._engine.register(PORTAL, [generation], lists)
        stored = [compile_percolator(question.tree) for question in round.questions]
        self._engine.seal(PORTAL, generation)
        assert_kept(client, place, round.documents)
        asked = [compile_search(question.tree, question.at) for question in round.questions]
        found = {
            "search": Hits(search(client, place, asked, len(round.documents)), _exact(asked)),
            "percolation": Hits(self._percolate(round, generation), _exact(stored)),
        }
        return {**found, "scan": scan(self._engine, generation, round)} if self._scans else found

    def _percolate(self, round: Round, generation: int) -> Pairs:
        read = frozenset[str]().union(*(reads(question.tree) for question in round.questions))
        asked = Asked(frozenset("*"), read & CATALOGUE.definitions.keys())
        proposed = self._engine.propose(PORTAL, generation, round.documents, asked)
        return frozenset((list_id - 1, vid) for vid, lists in proposed.items() for list_id in lists)


def search(client: Elasticsearch, place: Place, asked: Sequence[Compiled], contacts: int) -> Pairs:
    """Ask all queries in one request."""
    searches: list[dict[str, Any]] = []
    for compiled in asked:
        filtered = {"bool": {"filter": [compiled.query]}}
        searches += [{}, {"query": filtered, "size": contacts, "_source": False}]
    wanted = ["responses.hits.hits._id", "responses.error", "responses._shards.failed", "responses.timed_out"]
    answers = client.msearch(index=place.contacts, searches=searches, filter_path=wanted)["responses"]
    assert len(answers) == len(asked)
    return frozenset(pair for number, answer in enumerate(answers) for pair in _found(number, answer))


def _found(number: int, answer: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    assert "error" not in answer, answer
    assert not answer["timed_out"] and not answer["_shards"]["failed"], answer
    return ((number, int(hit["_id"])) for hit in answer.get("hits", {}).get("hits", ()))


def assert_kept(client: Elasticsearch, place: Place, contacts: Sequence[Document]) -> None:
    """Require that the engine gives every document back as it was sent, since it is judged again."""
    found = client.search(index=place.contacts, query={"match_all": {}}, size=len(contacts))["hits"]["hits"]
    kept = {hit["_source"][fields.VID]: hit["_source"] for hit in found}
    for contact in contacts:
        assert kept[contact[fields.VID]] == orjson.loads(orjson.dumps(contact))


def _exact(compiled: Sequence[Compiled]) -> list[bool]:
    return [not each.verify for each in compiled]
