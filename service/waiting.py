"""Read your writes: a write that is asked to waits until the contacts' lists have been decided, and tells the moves."""

import time
from collections.abc import Collection, Iterable, Mapping

from flask import g

from records import feed_reading, marks
from records.contacts import find_contacts
from service.presenter import Json
from service.transactions import read, runtime

PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.01


def feed_number(query: Json) -> int | None:
    """Return where the feed stands before a write that is to wait for its lists; None where it is not to."""
    return feed_reading.bounds(read(), g.portal_id)[1] if query["waitForLists"] else None


def lists_moved(vid: int, before: int | None) -> Json:
    """Return which lists a written contact joined and left since the feed stood at `before`; nothing without waiting.

    Waits for PATIENCE_SECONDS at most; `pending` is true where lists may still move.
    """
    return {} if before is None else lists_moved_of([vid], before)[vid]


def lists_moved_of(vids: Collection[int], before: int) -> dict[int, Json]:
    """Return vid -> which lists it joined and left since the feed stood at `before`, for written contacts, as above."""
    portal_id, database = g.portal_id, runtime().database
    with database.read() as session:
        found = find_contacts(session, portal_id, vids)
    undecided = _await_decisions(portal_id, {row.vid: row.version for row in found.values()})
    with database.read() as session:
        moves = feed_reading.moves_after(session, portal_id, {row.vid for row in found.values()}, before)
    net = _net(moves)
    present = {vid: found[vid].vid if vid in found else vid for vid in vids}
    return {vid: {**_told(net.get(own, {})), "pending": own in undecided} for vid, own in present.items()}


def _await_decisions(portal_id: int, versions: Mapping[int, int]) -> frozenset[int]:
    """Wait until the lists of contacts have been decided for these versions; return whose were not in bounded time."""
    end = time.monotonic() + PATIENCE_SECONDS
    undecided = frozenset(versions)
    while True:
        with runtime().database.read() as session:
            undecided = marks.undecided(session, portal_id, {vid: versions[vid] for vid in undecided})
        if not undecided or time.monotonic() > end:
            return undecided
        time.sleep(LOOK_SECONDS)


def _net(moves: Iterable[tuple[int, int, str]]) -> dict[int, dict[int, str]]:
    """Return vid -> list id -> JOIN where it is in the list now and was not before, LEAVE for the other way round."""
    first: dict[tuple[int, int], str] = {}
    last: dict[tuple[int, int], str] = {}
    for vid, list_id, kind in moves:
        first.setdefault((vid, list_id), kind)
        last[vid, list_id] = kind
    found: dict[int, dict[int, str]] = {}
    for (vid, list_id), kind in last.items():
        if first[vid, list_id] == kind:
            found.setdefault(vid, {})[list_id] = kind
    return found


def _told(moved: dict[int, str]) -> Json:
    kinds = {"joined": "JOIN", "left": "LEAVE"}
    return {key: sorted(each for each, kind in moved.items() if kind == wanted) for key, wanted in kinds.items()}
