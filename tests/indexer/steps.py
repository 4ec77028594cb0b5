"""The short steps in which tests of engines are told: three contacts, storing them, and asking for them."""

from indexer.engines.base import Engine, SearchHits, SearchRequest, Sort
from queries.context import FilterContext
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import And, Node
from queries.parse import parse_filters
from queries.search import parse_search
from tests.indexer.people import CATALOGUE, person

PORTAL = 1
ANYONE = And(())
AT = Moment(0)
ADA = person(1, firstname="Ada", lastname="Lovelace", company="Analytical Engines", email="ada@engine.org")
ALAN = person(
    2, firstname="Alan", lastname="Turing", company="Bletchley", email="alan@bletchley.uk", phone="+441908640404"
)
GRACE = person(3, firstname="Grace", lastname="Hopper", company="Navy", email="grace.hopper@navy.mil", employees="3")
EVERYONE = (ADA, ALAN, GRACE)


def store(engine: Engine, *documents: Document, generations: tuple[int, ...] = (1,)) -> None:
    """Store contacts, visible when this returns; none may be refused."""
    outcome = engine.index(PORTAL, generations, documents)
    assert not outcome.refused
    engine.refresh(PORTAL, generations)


def where(property: str, operator: str, value: str) -> Node:
    """Return the filter of one condition."""
    raw = [[{"property": property, "operator": operator, "value": value}]]
    return parse_filters(raw, FilterContext(CATALOGUE, {}))


def found(engine: Engine, q: str, offset: int = 0, count: int = 20, sort: Sort | None = None) -> list[int]:
    """Return the vids that a search finds in the first generation."""
    return page(engine, q, offset, count, sort).vids


def page(engine: Engine, q: str, offset: int = 0, count: int = 20, sort: Sort | None = None) -> SearchHits:
    """Return a page of a search in the first generation."""
    return engine.search(PORTAL, 1, SearchRequest(parse_search(q), offset, count, sort))


def everyone(engine: Engine, generation: int = 1, portal_id: int = PORTAL) -> dict[int, int]:
    """Return vid -> version of all contacts."""
    return {hit.vid: hit.version for hit in engine.scan(portal_id, generation, ANYONE, AT, 0, 1000)}
