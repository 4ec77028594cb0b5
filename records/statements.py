"""Statements of the hottest reads, built once: building one anew takes longer than running it."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Row, bindparam
from sqlalchemy.orm import Session

Reader = Session | Connection
"""What plain statements run on: a session, or the connection of a snapshot, which has less to do."""

Matcher = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Makes the condition that a column is one of the vids asked for."""

PORTAL: ColumnElement[int] = bindparam("portal")


class ByVid:
    """A statement about one contact or many; a single vid is compared, which is quicker than a list of one."""

    def __init__(self, build: Callable[[Matcher], Executable]) -> None:
        """Take what makes the statement out of a matcher of vids; it names the portal as PORTAL."""
        self._one = build(lambda column: column == bindparam("vids"))
        self._many = build(lambda column: column.in_(bindparam("vids", expanding=True)))

    def run(self, reader: Reader, portal_id: int, vids: Collection[int]) -> Iterable[Row[Any]]:
        """Return the rows for these vids of the portal."""
        if len(vids) == 1:
            return reader.execute(self._one, {"portal": portal_id, "vids": next(iter(vids))})
        return reader.execute(self._many, {"portal": portal_id, "vids": list(vids)})
