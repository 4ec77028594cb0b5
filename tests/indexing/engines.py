"""Engines that behave as a real one may at a bad moment."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from indexer.engines.base import Engine, IndexOutcome, Scanned
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import EngineUnavailable
from indexer.runtime import Runtime
from queries.fields import VID, Document
from queries.moments import Moment
from queries.nodes import Node
from records.session import Database
from tests.indexing.world import World


class RefusingEngine(EmbeddedEngine):
    """Refuses the documents of some contacts, as engines do with terms that are too long."""

    def __init__(self, database: Database, above: int = 0, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Refuse only in generations with a number above the given one; `meanwhile` happens just before."""
        super().__init__(database)
        self.refused: set[int] = set()
        self.above = above
        self.meanwhile = meanwhile

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store the other documents."""
        refused = self.refused if max(generations) > self.above else set()
        if refused:
            self.meanwhile()
        outcome = super().index(portal_id, generations, [item for item in documents if item[VID] not in refused])
        words = {item[VID]: "immense term" for item in documents if item[VID] in refused}
        return IndexOutcome(words, outcome.drifted)


class FailingEngine(EmbeddedEngine):
    """Fails in one generation, as an engine does whose node for that index is full; `meanwhile` happens just before."""

    def __init__(self, database: Database, generation: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__(database)
        self.generation = generation
        self.meanwhile = meanwhile

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store documents in the other generations only."""
        if self.generation in generations:
            self.meanwhile()
            raise EngineUnavailable("the engine answered 429: queue full")
        return super().index(portal_id, generations, documents)


class InterruptedEngine(EmbeddedEngine):
    """Lets something else happen once, just before it stores documents."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.interruption: Callable[[], object] | None = None

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store documents, but after the interruption."""
        interruption, self.interruption = self.interruption, None
        if interruption is not None:
            interruption()
        return super().index(portal_id, generations, documents)


class SlowEngine(EmbeddedEngine):
    """Lets something else happen once, just after it has scanned."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.meanwhile: Callable[[], object] | None = None

    def scan(self, portal_id: int, generation: int, tree: Node, at: Moment, after: int, limit: int) -> list[Scanned]:
        """Return what was found before the other thing happened."""
        found = super().scan(portal_id, generation, tree, at, after, limit)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return found


def with_engine(world: World, engine: Engine) -> World:
    """Return the same world, whose work is done with another engine over the same index."""
    runtime: Runtime = replace(world.runtime, engine=engine)
    return replace(world, runtime=runtime)
