"""Read your writes: a write that is asked to waits until the contact's lists have been decided, and tells the moves."""

import time

from flask import g
from sqlalchemy.orm import Session

from records import feed_reading, marks
from records.contacts import find_contacts
from records.feed_reading import Wanted
from service.presenter import Json
from service.transactions import read, runtime

PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.01
MAX_MOVES = 10_000


def feed_number(query: Json) -> int | None:
    """Return where the feed stands before a write that is to wait for its lists; None where it is not to."""
    return feed_reading.bounds(read(), g.portal_id)[1] if query["waitForLists"] else None


def lists_moved(vid: int, before: int | None) -> Json:
    """Return which lists a written contact joined and left since the feed stood at `before`; nothing without waiting.

    Waits for PATIENCE_SECONDS at most; `pending` is true where lists may still move.
    """
    if before is None:
        return {}
    portal_id, database = g.portal_id, runtime().database
    end = time.monotonic() + PATIENCE_SECONDS
    with database.read() as session:
        found = find_contacts(session, portal_id, [vid]).get(vid)
    while found is not None:
        with database.read() as session:
            decided = marks.is_decided(session, portal_id, found.vid, found.version)
            moved = _net(session, portal_id, found.vid, before)
        if decided or time.monotonic() > end:
            return {**moved, "pending": not decided}
        time.sleep(LOOK_SECONDS)
    return {"joined": [], "left": [], "pending": False}


def _net(session: Session, portal_id: int, vid: int, before: int) -> Json:
    """Return the lists that a contact is in now and was not before, and the other way round."""
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    for row in feed_reading.rows_after(session, portal_id, Wanted(vid=vid), before, MAX_MOVES):
        first.setdefault(row.list_id, row.type)
        last[row.list_id] = row.type
    lasting = [list_id for list_id in sorted(last) if first[list_id] == last[list_id]]
    joined = [list_id for list_id in lasting if last[list_id] == "JOIN"]
    return {"joined": joined, "left": [list_id for list_id in lasting if list_id not in joined]}
