"""The one clock of the product: the database's (design rule 10).

Several processes on several machines write to one database; only its clock is common to them. SQLite lives in the
process, so there the clock is the process's own. Nothing else in the code base reads the time of day.
"""

import time
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session


class Clock(Protocol):
    """Tells the present moment, as seen by the database behind a session."""

    def now(self, session: Session) -> int:
        """Return the present moment in milliseconds since the epoch."""


class DatabaseClock:
    """The clock of the database server; of this process where the database is a file."""

    def now(self, session: Session) -> int:
        """Return the database's present moment in milliseconds since the epoch."""
        if session.get_bind().dialect.name == "sqlite":
            return time.time_ns() // 1_000_000
        return int(session.execute(_POSTGRESQL_NOW).scalar_one())


_POSTGRESQL_NOW = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")


def now(session: Session) -> int:
    """Return the present moment of the session's clock in milliseconds since the epoch."""
    clock: Clock = session.info["clock"]
    return clock.now(session)


def hold(session: Session) -> int:
    """Have the session's clock stand still from now on and return the moment, in milliseconds since the epoch.

    For short transactions that ask often, once they have the locks that they need: a clock that stood still while they
    waited would date what they write before what they waited for.
    """
    moment = now(session)
    session.info["clock"] = _Held(moment)
    return moment


@dataclass(frozen=True, slots=True)
class _Held:
    moment: int

    def now(self, session: Session) -> int:
        return self.moment
