"""What a search engine must be able to do for the indexer; `embedded` and `elastic` do it.

An engine holds copies only: everything in it can be rebuilt from the records. A *generation* is one build of a portal's
contact index together with its percolator index; the records say which generations exist (`EngineState`). Writes go to
every generation they name, reads to the live one.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from queries.catalogue import Catalogue
from queries.fields import Document
from queries.moments import UTC_ZONE, Moment
from queries.nodes import Leaf, Node
from queries.search import SearchText

MAX_HITS = 10_000
"""Search results are counted exactly up to here, and paged up to here."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list as engines see it: its id, the revision of its criteria, the criteria and what they read.

    The criteria of other smart lists stand in the tree in the place of their names; `zone` is where days are told;
    `moving` holds the leaves whose answer time alone can change.
    """

    list_id: int
    revision: int
    tree: Node
    reads: frozenset[str]
    zone: ZoneInfo = UTC_ZONE
    moving: frozenset[Leaf] = frozenset()


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by one index field such as `s.lastname` or `vid`; contacts without a value come last, ties go by vid."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A page of search results: `offset + count` is at most MAX_HITS; without `sort` the best tiers come first."""

    text: SearchText
    offset: int
    count: int
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class SearchHits:
    """The vids of a page in order, and how many contacts match, exact up to MAX_HITS and never above."""

    vids: list[int]
    total: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """A contact that matched a scan, with the version of the document that did."""

    vid: int
    version: int


@dataclass(frozen=True, slots=True)
class Question:
    """A tree whose contacts are to be counted, and how many of them are to be named."""

    tree: Node
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Surveyed:
    """How many contacts match a tree, and some of them in a random order that stays; what is not `exact` is at most."""

    count: int
    exact: bool
    vids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexOutcome:
    """What became of a batch: `refused` maps a vid to the engine's words for a document that it will not take.

    `drifted` maps a vid to the version that the engine holds where that is above the one sent (design rule 11).
    """

    refused: Mapping[int, str]
    drifted: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lists a percolation asks: those that read a `changed` name, or all where `*` is among the names.

    `read` holds the properties that any of these lists reads; the others are not sent.
    """

    changed: frozenset[str]
    read: AbstractSet[str]


class Engine(Protocol):
    """A search engine. All methods raise EngineError children; none of them touches the records.

    `generations` is every generation to write to, `generation` the one to read from.
    """

    kind: str
    most_lists: int
    """Smart lists of one portal up to which contacts are matched as fast as is promised; more work, and slowly."""

    def describe(self) -> str:
        """Return product and version, such as `OpenSearch 3.4.0`; raises EngineUnavailable."""

    def create(self, portal_id: int, generation: int, catalogue: Catalogue) -> dict[str, str]:
        """Create an empty generation and return index name -> identity; anything of that name is removed first."""

    def seal(self, portal_id: int, generation: int) -> None:
        """Write the sentinel, last, into a generation's percolator (design rule 11) and make all of it visible."""

    def promote(self, portal_id: int, generation: int) -> None:
        """Let readers use this generation from now on, in one step."""

    def drop(self, portal_id: int, generation: int) -> None:
        """Remove a generation; one that is not there is fine."""

    def check(self, portal_id: int, generation: int, uuids: Mapping[str, str]) -> None:
        """Raise IndexLost unless the generation is there and is the one whose identities are given."""

    def extend(self, portal_id: int, generations: Sequence[int], catalogue: Catalogue) -> None:
        """Bring the mappings up to the catalogue's version; called before each batch and cheap when nothing changed."""

    def index(self, portal_id: int, generations: Sequence[int], documents: Sequence[Document]) -> IndexOutcome:
        """Store documents unless a newer version is there (an equal one is replaced)."""

    def delete(self, portal_id: int, generations: Sequence[int], versions: Mapping[int, int]) -> None:
        """Remove contacts: vid -> the stub's version."""

    def refresh(self, portal_id: int, generations: Sequence[int]) -> None:
        """Make all that was stored visible to search and scan."""

    def search(self, portal_id: int, generation: int, request: SearchRequest) -> SearchHits:
        """Return a page of contacts by words (contract S2.10)."""

    def scan(self, portal_id: int, generation: int, tree: Node, at: Moment, after: int, limit: int) -> list[Scanned]:
        """Return up to `limit` contacts with a vid above `after` that match the tree at a moment, by vid.

        Fewer means that these are the last.
        """

    def survey(self, portal_id: int, generation: int, asked: Sequence[Question], at: Moment) -> list[Surveyed]:
        """Return for each tree how many contacts match it at a moment, and whom; nothing is changed by it."""

    def register(self, portal_id: int, generations: Sequence[int], queries: Iterable[ListQuery]) -> None:
        """Store lists' queries under their revisions, visible when this returns; newer revisions stay."""

    def unregister(self, portal_id: int, generations: Sequence[int], list_id: int, revision: int) -> None:
        """Remove a list's query; one that is not there is fine."""

    def propose(
        self, portal_id: int, generation: int, documents: Sequence[Document], asked: Asked
    ) -> dict[int, frozenset[int]] | None:
        """Return vid -> ids of lists, among those that read a changed name, that the document may be in.

        None means that this engine does not narrow: every asked list is judged.
        """

    def close(self) -> None:
        """Give back connections."""
