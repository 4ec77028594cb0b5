"""Joins and leaves as the page tells them: who, which list, when and why.

A list that is filled, edited or deleted, and an import, move many contacts at once; those are told in one line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from sqlalchemy.orm import Session

from records.contacts import find_contacts
from records.feed import Kind
from records.lists import get_lists
from records.models import FeedEvent
from records.recent import latest_moves
from service.page.wording import Vocabulary, load_vocabulary, name_of

READ = 500
MANY_AT_ONCE = (Kind.FIRST_FILL, Kind.LIST_EDITED, Kind.LIST_DELETED, Kind.IMPORT)


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A join or a leave in words; `count` of them where they are one line, and perhaps more than were read.

    Contact and list have no address where they are gone.
    """

    seq: int
    count: int
    count_is_exact: bool
    is_join: bool
    vid: int
    name: str
    is_there: bool
    list_id: int
    list_name: str
    list_is_there: bool
    moment: int
    cause: str


def show_latest(
    session: Session,
    portal_id: int,
    lines: int,
    list_id: int | None = None,
    words: Vocabulary | None = None,
) -> list[ShownMove]:
    """Return up to `lines` lines about the moves made last, of one list where it is named, the newest first."""
    events = latest_moves(session, portal_id, READ, list_id)
    runs = [list(run) for _, run in groupby(events, key=_line)]
    exact = len(events) < READ
    return _show(session, portal_id, islice(runs, lines), words, len(runs) if exact else len(runs) - 1)


def show_moves_of(session: Session, portal_id: int, vid: int, count: int, words: Vocabulary) -> list[ShownMove]:
    """Return up to `count` moves of one contact, the newest first."""
    events = latest_moves(session, portal_id, count, vid=vid)
    return _show(session, portal_id, ([event] for event in events), words, len(events))


def _line(event: FeedEvent) -> tuple[object, ...]:
    """Return what the moves in one line have in common."""
    kind = event.reason["kind"]
    return (event.list_id, event.type, kind) if kind in MANY_AT_ONCE else (event.seq,)


def _show(
    session: Session, portal_id: int, runs: Iterable[Sequence[FeedEvent]], words: Vocabulary | None, whole: int
) -> list[ShownMove]:
    """Return a line for each run of moves; the first `whole` runs were read to their end."""
    shown = list(runs)
    if not shown:
        return []
    words = words or load_vocabulary(session, portal_id)
    newest = [run[0] for run in shown]
    contacts = find_contacts(session, portal_id, {event.vid for event in newest})
    lists = {row.list_id: row for row in get_lists(session, portal_id, {event.list_id for event in newest})}
    return [
        ShownMove(
            seq=event.seq,
            count=len(run),
            count_is_exact=i < whole,
            is_join=event.type == "JOIN",
            vid=event.vid,
            name=name_of(event.vid, contacts[event.vid].properties)
            if event.vid in contacts
            else f"Contact {event.vid}",
            is_there=event.vid in contacts,
            list_id=event.list_id,
            list_name=lists[event.list_id].name if event.list_id in lists else f"List {event.list_id}",
            list_is_there=event.list_id in lists,
            moment=event.occurred_at,
            cause=words.cause(event.reason),
        )
        for i, (event, run) in enumerate(zip(newest, shown, strict=True))
    ]
