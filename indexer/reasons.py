"""Says why a contact joined or left a list: what the list reads that changed since its lists were last decided.

Only moves are explained, so the history is read only for contacts that really moved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from indexer.directory import Directory
from indexer.engines.base import ListQuery
from queries.fields import IMPORT_PREFIX, listed_in, pin_mark
from records import list_work
from records.feed import Kind, Move, reason
from records.marks import EVERYTHING, Claimed, list_name
from records.merges import MERGE
from records.models import PropertyVersion
from records.pins import IN, OUT
from records.writes import LAST_MODIFIED

MAX_VALUE = 1_000
"""Characters of a value that a reason tells; the whole value stands in the contact's history."""

_KINDS = {"IMPORT": Kind.IMPORT, MERGE.type: Kind.CONTACT_MERGED}
"""Source of a value -> the kind of a move that it caused, where that is not a contact's change."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What a property was when the lists were last decided, None for nothing, and its newest version since."""

    old: str | None
    row: Row[Any]

    def tell(self) -> dict[str, Any]:
        row = self.row
        source = {"type": row.source_type, "id": row.source_id, "label": row.source_label}
        old = None if self.old is None else self.old[:MAX_VALUE]
        new = row.value[:MAX_VALUE]
        return {"property": row.name, "old": old, "new": new, "source": source, "timestamp": row.timestamp}


@dataclass(slots=True)
class _History:
    """A contact's values by property: those when its lists were last decided, and the newest versions since."""

    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, Row[Any]] = field(default_factory=dict)

    def add(self, row: Row[Any], evaluated: int) -> None:
        """Take in a row; rows come in the order of their versions."""
        if row.version <= evaluated:
            self.old[row.name] = row.value
        else:
            self.new[row.name] = row

    def changed(self, reads: frozenset[str]) -> list[_Change]:
        """Return what differs among these properties, by name."""
        names = sorted(name for name in self.new.keys() & reads if self.new[name].value != self.old.get(name, ""))
        return [_Change(self.old.get(name), self.new[name]) for name in names]


def explain(
    session: Session, portal_id: int, directory: Directory, claimed: Iterable[Claimed], moves: Sequence[Move]
) -> list[Move]:
    """Return the moves of claimed contacts with their reasons, in their order."""
    if not moves:
        return []
    fills = list_work.fill_kinds(session, portal_id)
    items = {item.vid: item for item in claimed}
    changed = [move for move in moves if move.list_id not in fills]
    histories = _load(session, portal_id, directory, items, changed)
    explained = []
    for move in moves:
        fill, query = fills.get(move.list_id), directory.queries[move.list_id]
        cause = reason(fill) if fill else _cause(query, items[move.vid], histories[move.vid])
        explained.append(replace(move, reason=cause))
    return explained


def _cause(query: ListQuery, item: Claimed, history: _History) -> dict[str, Any]:
    changes = history.changed(query.reads)
    asked = item.changed & query.reads
    within = sorted({list_id for name in asked if (list_id := listed_in(name)) is not None})
    names = {name for name in asked if listed_in(name) is None} | {change.row.name for change in changes}
    kind = _kind(query, item, changes, bool(within))
    facts: dict[str, Any] = {"lists": within} if within else {}
    if kind == Kind.IMPORT and _imports(item):
        facts["importId"] = max(_imports(item))
    return reason(kind, properties=sorted(names), changes=[change.tell() for change in changes], **facts)


def _kind(query: ListQuery, item: Claimed, changes: Sequence[_Change], moved_within: bool) -> Kind:
    """Return what kind of cause a move had: a pin, the newest of the changed values, or what else was marked."""
    if item.changed & {pin_mark(query.list_id, direction) for direction in (IN, OUT)}:
        return Kind.PIN
    if changes:
        newest = max((change.row for change in changes), key=lambda row: (row.version, row.name))
        return _KINDS.get(newest.source_type, Kind.CONTACT_CHANGE)
    if _imports(item):
        return Kind.IMPORT
    if moved_within:
        return Kind.LIST_IN_LIST
    if EVERYTHING in item.changed:
        return Kind.CONTACT_MERGED if item.evaluated else Kind.CONTACT_CHANGE
    if list_name(query.list_id) in item.changed and not item.changed & query.reads:
        return Kind.CLOCK if query.moving else Kind.LIST_EDITED
    return Kind.CONTACT_CHANGE


def _imports(item: Claimed) -> list[int]:
    """Return the imports that wrote to a contact since its lists were last decided."""
    return [int(name.removeprefix(IMPORT_PREFIX)) for name in item.changed if name.startswith(IMPORT_PREFIX)]


def _load(
    session: Session, portal_id: int, directory: Directory, items: Mapping[int, Claimed], moves: Iterable[Move]
) -> dict[int, _History]:
    """Return the histories of the properties that the moves' lists read."""
    histories = {move.vid: _History() for move in moves}
    names = frozenset().union(*(directory.queries[move.list_id].reads for move in moves)) - {LAST_MODIFIED}
    written = [vid for vid in histories if items[vid].evaluated is not None]
    if names and written:
        given = {"portal": portal_id, "vids": written, "names": sorted(names)}
        for row in session.execute(_HISTORY, given):
            histories[row.vid].add(row, items[row.vid].evaluated or 0)
    return histories


_VERSION = PropertyVersion.__table__.c
_HISTORY = (
    select(*_VERSION)
    .where(
        _VERSION.portal_id == bindparam("portal"),
        _VERSION.vid.in_(bindparam("vids", expanding=True)),
        _VERSION.name.in_(bindparam("names", expanding=True)),
    )
    .order_by(_VERSION.vid, _VERSION.version)
)
