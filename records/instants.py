"""An index of the instants that contacts have, by which the clock finds those whom it moves (design rule 10).

The values of date properties are rows of their own, which follow every write in its transaction. When a property last
changed stands in its history, when a contact was created or changed in its row, when it sent a form with what it sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, tuple_
from sqlalchemy.orm import Session

from queries.leaves.anniversary import days_of_years
from queries.leaves.form import SUBMITTED
from queries.nodes import Crossing
from queries.supplied import SUPPLIED_INSTANTS
from records import dialect
from records.catalogues import load_catalogue
from records.dialect import Rows
from records.models import Contact, FormSubmission, Instant, PropertyVersion

Values = Mapping[str, str]
Row = tuple[int, str, int, int]
"""An index row: portal, property, instant, vid."""

VALUE = "value"
CHANGED = "changed"
LAST_VID = 2**63 - 1


class Span(NamedTuple):
    """Instants in (low, high], in milliseconds since the epoch.

    `source` says which: `value` of a date property, `changed` for when a property did, `submitted` for when a form was
    sent (any, where the name is empty), or a column of the contact.
    """

    source: str
    name: str
    low: int
    high: int


class Found(NamedTuple):
    """A contact with an instant in a span; `instant` and `key` say where the next page goes on."""

    instant: int
    key: int
    vid: int


def follow(session: Session, portal_id: int, writes: Iterable[tuple[int, Values, Values]]) -> tuple[Rows, Rows]:
    """Keep the index with writes: vid, the values before (none of a new contact), and those written.

    What is gone is removed, and what is to be inserted is returned.
    """
    names = load_catalogue(session, portal_id).instants
    gone: list[Row] = []
    new: list[Row] = []
    kept: list[Row] = []
    for vid, before, written in writes:
        dated = names & written.keys()
        gone += _rows(portal_id, vid, {name: before.get(name, "") for name in dated})
        (kept if before else new).extend(_rows(portal_id, vid, {name: written[name] for name in dated}))
    _remove(session, gone)
    return Rows(Instant, new), Rows(Instant, kept, _addition)


def forget(session: Session, portal_id: int, contacts: Iterable[tuple[int, Values]]) -> None:
    """Take contacts out of the index, given with their stored values."""
    names = load_catalogue(session, portal_id).instants
    dated = [(vid, {name: values[name] for name in names & values.keys()}) for vid, values in contacts]
    _remove(session, [row for vid, values in dated for row in _rows(portal_id, vid, values)])


def clear(session: Session, portal_id: int, name: str) -> None:
    """Take a property out of the index."""
    session.execute(delete(Instant).where(Instant.portal_id == portal_id, Instant.name == name))


def take_in(session: Session, portal_id: int, name: str, values: Iterable[tuple[int, str]]) -> None:
    """Take the values of a property into the index that has become a date: vid and value."""
    rows = [row for vid, value in values for row in _rows(portal_id, vid, {name: value})]
    dialect.insert_together(session, [Rows(Instant, rows, _addition)])


def spans(session: Session, portal_id: int, crossing: Crossing) -> Iterator[Span]:
    """Yield what to look for to find everyone whom a crossing may have moved; of an anniversary, a span each year."""
    own = crossing.source if crossing.source in (CHANGED, SUBMITTED) else VALUE
    supplied = SUPPLIED_INSTANTS.get(crossing.name) if own == VALUE else None
    for source in (own, supplied):
        if source is not None:
            yield from _spans(session, portal_id, source, crossing)


def page(session: Session, portal_id: int, span: Span, after: Found | None, limit: int) -> list[Found]:
    """Return up to `limit` contacts with an instant in a span, after one of the same span, in the order of instants."""
    found = _instants(portal_id, span.source, span.name)
    beyond = (span.low, LAST_VID) if after is None else (after.instant, after.key)
    inside = found.statement.where(tuple_(found.instant, found.key) > beyond, found.instant <= span.high)
    statement = inside.order_by(found.instant, found.key).limit(limit)
    return [Found(*row) for row in session.execute(statement)]


class _Instants(NamedTuple):
    """All instants of a source: a statement with instant, key and vid, and the two columns by which it is ordered."""

    statement: Select[Any]
    instant: ColumnElement[int]
    key: ColumnElement[int]


def _instants(portal_id: int, source: str, name: str) -> _Instants:
    """Return the instants of a source; the row of a merged contact leads to its survivor."""
    if source == VALUE:
        found = select(_VALUE.instant, _VALUE.vid, _VALUE.vid)
        return _Instants(found.where(_VALUE.portal_id == portal_id, _VALUE.name == name), _VALUE.instant, _VALUE.vid)
    if source == CHANGED:
        same = and_(_CONTACT.portal_id == _VERSION.portal_id, _CONTACT.vid == _VERSION.vid)
        found = select(_VERSION.timestamp, _VERSION.vid, func.coalesce(_CONTACT.merged_into, _CONTACT.vid))
        mine = found.join(Contact.__table__, same).where(_VERSION.portal_id == portal_id, _VERSION.name == name)
        return _Instants(mine, _VERSION.timestamp, _VERSION.vid)
    if source == SUBMITTED:
        same = and_(_CONTACT.portal_id == _SUBMISSION.portal_id, _CONTACT.vid == _SUBMISSION.vid)
        found = select(_SUBMISSION.submitted_at, _SUBMISSION.vid, func.coalesce(_CONTACT.merged_into, _CONTACT.vid))
        mine = found.join(Contact.__table__, same).where(_SUBMISSION.portal_id == portal_id)
        of_form = mine.where(_SUBMISSION.form_guid == name) if name else mine
        return _Instants(of_form, _SUBMISSION.submitted_at, _SUBMISSION.vid)
    alive = (_CONTACT.portal_id == portal_id, _CONTACT.deleted.is_(False), _CONTACT.merged_into.is_(None))
    return _Instants(select(_CONTACT[source], _CONTACT.vid, _CONTACT.vid).where(*alive), _CONTACT[source], _CONTACT.vid)


def _spans(session: Session, portal_id: int, source: str, crossing: Crossing) -> Iterator[Span]:
    if crossing.source in (VALUE, CHANGED, SUBMITTED):
        yield Span(source, crossing.name, crossing.low, crossing.high)
        return
    found = _instants(portal_id, source, crossing.name)
    reach = found.statement.with_only_columns(func.min(found.instant), func.max(found.instant))
    first, last = session.execute(reach).one()
    if first is not None:
        for start, end in days_of_years(crossing.low, crossing.high, first, last):
            yield Span(source, crossing.name, start - 1, end - 1)


def _rows(portal_id: int, vid: int, values: Values) -> list[Row]:
    """Return the rows of values; one that is no whole number was written before the property became a date."""
    return [(portal_id, name, int(value), vid) for name, value in values.items() if _is_whole(value)]


def _is_whole(value: str) -> bool:
    return value.isascii() and value.removeprefix("-").isdigit()


def _remove(session: Session, rows: Sequence[Row]) -> None:
    for portal_id, name, instant, vid in rows:
        mine = (Instant.portal_id == portal_id, Instant.name == name, Instant.instant == instant, Instant.vid == vid)
        session.execute(delete(Instant).where(*mine))


def _addition(session: Session) -> Any:
    return dialect.insert(session, Instant).on_conflict_do_nothing()


_VALUE = Instant.__table__.c
_CONTACT = Contact.__table__.c
_VERSION = PropertyVersion.__table__.c
_SUBMISSION = FormSubmission.__table__.c
