"""A clock that moves only when a test says so."""

from sqlalchemy.orm import Session

NOON = 1_500_000_000_000


class MovableClock:
    """A `records.clock.Clock` that stands still at `moment` (milliseconds since the epoch)."""

    def __init__(self, moment: int = NOON) -> None:
        self.moment = moment

    def now(self, session: Session) -> int:
        """Return the moment."""
        return self.moment

    def known(self, session: Session) -> int:
        """Return the moment, which no database is asked for."""
        return self.moment

    def advance(self, milliseconds: int = 1) -> int:
        """Move on and return the new moment; a negative step goes back."""
        self.moment += milliseconds
        return self.moment
