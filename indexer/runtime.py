"""The parts of a running process, wired by the application factory and handed to everything that works."""

from dataclasses import dataclass
from typing import Literal, Protocol

from indexer.engines.base import Engine
from indexer.settings import Settings
from records.session import Database

Kind = Literal["drain", "clock", "lists", "imports", "rebuild", "fold", "deliver", "verify"]
"""The kinds of background work, the most urgent first."""

KINDS: tuple[Kind, ...] = ("drain", "clock", "lists", "imports", "rebuild", "fold", "deliver", "verify")


class Jobs(Protocol):
    """Wakes background work up. What must be done stands in the records; a lost wake-up only delays it."""

    def wake(self, kind: Kind, portal_id: int) -> None:
        """Ask for work of a kind soon; never raises, because the write that asks has been committed already."""

    def close(self) -> None:
        """Stop background work of this process and wait for what is under way."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A process's settings, records, engine and jobs."""

    settings: Settings
    database: Database
    engine: Engine
    jobs: Jobs
