"""The state of the indexing protocol in small: one contact, one list, and the processes that work on them.

There is one list, so a mark names the field that it reads, another field, or the list itself; a contact's whole content
is one value, and a revision of the list asks for one value.
"""

from typing import NamedTuple

DEAD = -1
"""The value of a deleted contact, which no revision asks for."""

WANTED = (None, 1, 0)
"""The value that each revision of the list asks for; revision 0 is the list before it is saved."""

FIELD, OTHER, LIST = "field", "other", "list"
"""Names in a mark: the field that the list reads, another one, and `list:ID`."""


Names = tuple[str, ...]
"""Names in a mark, in order and each once."""


class Document(NamedTuple):
    """A contact's content in a version: as recorded, as indexed, or as a process holds it."""

    value: int = 0
    version: int = 0


class Mark(NamedTuple):
    """A dirty mark; `early` says that it counts as queued before the list's scan ended.

    `owed` are the names of then that no drain has decided since; no process knows them.
    """

    token: int
    changed: Names
    leased: bool = False
    early: bool = False
    owed: Names = ()


class List(NamedTuple):
    """The list's row; revision 0 is a list that has not been saved yet."""

    revision: int = 0
    registered: int = 0
    scanned: bool = False
    ended: bool = False
    done: bool = True
    leased: bool = False


class Drain(NamedTuple):
    """A drain: how many of its steps are done, and what it holds in memory; `read` is the revision it has seen.

    `late` says that it claimed the mark after the list's scan had ended.
    """

    step: int = 0
    token: int = 0
    changed: Names = ()
    document: Document = Document()
    read: int = 0
    hit: bool = False
    revision: int = 0
    join: bool = False
    leave: bool = False
    late: bool = False


class Job(NamedTuple):
    """A list's job: where it is, the row as it was leased, and what its scan found."""

    place: str = ""
    row: List = List()
    found: Document | None = None


class State(NamedTuple):
    """Everything at one moment; `member` is the revision stamped on the membership, 0 for none.

    `in_feed` is what a replay of the feed says, `query` the revision that the percolator knows and `shown` the document
    that a search sees. `writes` and `saves` count what the outside world has done, `unmarked` are the names that a
    writer still has to mark where the clause about that is left out.
    """

    contact: Document
    stored: Document
    shown: Document
    mark: Mark | None
    drains: tuple[Drain, ...]
    jobs: tuple[Job, ...]
    row: List = List()
    query: int = 0
    member: int = 0
    in_feed: bool = False
    writes: tuple[int, ...] = ()
    saves: int = 0
    unmarked: Names = ()

    def matches(self) -> bool:
        """Return whether the contact belongs in the list as both are now."""
        return self.contact.value == WANTED[self.row.revision]

    def with_drains_early(self) -> "State":
        """Return the state where a scan ends now or is to come, so that every drain has claimed before its end."""
        return self._replace(drains=tuple(sorted(drain._replace(late=False) for drain in self.drains)))

    def is_locked(self) -> bool:
        """Return whether a drain that decides has the contact locked."""
        return any(drain.step == DECIDED for drain in self.drains)

    def is_settled(self) -> bool:
        """Return whether nothing is left to be done, but for what the outside world may still do."""
        return self.mark is None and self.row.done and not self.unmarked and not any(self.drains_at_work())

    def drains_at_work(self) -> list[bool]:
        """Return for each process whether it is in the middle of something."""
        return [drain.step > 0 for drain in self.drains] + [job.place != "" for job in self.jobs]


DECIDED = 6
"""The step after which a drain holds the contact's lock and a verdict."""


class Broken(Exception):
    """The protocol did something that it never may."""
