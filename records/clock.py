"""The one clock of the product: the database's (design rule 10).

Several processes on several machines write to one database; only its clock is common to them. SQLite lives in the
process, so there the clock is the process's own. Nothing else in the code base reads the time of day.
"""

import time
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, select
from sqlalchemy.orm import Session


class Clock(Protocol):
    """Tells the present moment, as seen by the database behind a session."""

    def now(self, session: Session) -> int:
        """Return the present moment in milliseconds since the epoch."""

    def known(self, session: Session) -> int | None:
        """Return the same where no statement is needed to tell it, else None."""


class DatabaseClock:
    """The clock of the database server; of this process where the database is a file."""

    def now(self, session: Session) -> int:
        """Return the database's present moment in milliseconds since the epoch."""
        known = self.known(session)
        return int(session.execute(_POSTGRESQL_NOW).scalar_one()) if known is None else known

    def known(self, session: Session) -> int | None:
        """Return the moment where the database is a file."""
        return time.time_ns() // 1_000_000 if session.get_bind().dialect.name == "sqlite" else None


_POSTGRESQL_CLOCK = literal_column("(extract(epoch FROM clock_timestamp()) * 1000)::bigint", BigInteger)
_POSTGRESQL_NOW = select(_POSTGRESQL_CLOCK)
MOMENT = "moment"


def now(session: Session) -> int:
    """Return the present moment of the session's clock in milliseconds since the epoch."""
    clock: Clock = session.info["clock"]
    return clock.now(session)


def asked(session: Session) -> ColumnElement[int]:
    """Return what a statement asks along for the present moment; its parameter MOMENT is what the clock `known`s."""
    given = bindparam(MOMENT, type_=BigInteger)
    return given if session.get_bind().dialect.name == "sqlite" else func.coalesce(given, _POSTGRESQL_CLOCK)


def known(session: Session) -> int | None:
    """Return the present moment where the session's clock tells it without a statement, else None."""
    clock: Clock = session.info["clock"]
    return clock.known(session)


def hold(session: Session, moment: int) -> None:
    """Have the session's clock stand still at a present moment, in milliseconds since the epoch.

    For short transactions that ask often, once they have the locks that they need: a clock that stood still while they
    waited would date what they write before what they waited for.
    """
    session.info["clock"] = _Held(moment)


@dataclass(frozen=True, slots=True)
class _Held:
    moment: int

    def now(self, session: Session) -> int:
        return self.moment

    def known(self, session: Session) -> int | None:
        return self.moment
