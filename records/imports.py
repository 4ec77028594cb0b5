"""Imports as they are recorded: what was received, how far the work has come, and what became of every row.

An import's row is locked by whoever works on it, so that two never write the same page. What a page's rows write and
what became of them is one transaction: after a crash the next one goes on at the cursor and nothing is imported twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from records.clock import now
from records.errors import ImportEnded, ImportMissing
from records.feed import lock_clock
from records.models import ContactImport, ImportPage

RECEIVING = "RECEIVING"
PROCESSING = "PROCESSING"
DONE = "DONE"
CANCELLED = "CANCELLED"
LEASE_MS = 600_000
"""How long an import may be received without a page being stored before it counts as given up."""

KEPT_MS = 30 * 86_400_000
"""How long it is told what became of each row after an import has ended; the counts stay."""

Stored = tuple[int, Sequence[str], str]
"""A row as it was read: its number, its cells, and why it cannot be read."""

Told = tuple[int, str, int | None, str]
"""What became of a row: its number, outcome, vid and reason."""


def begin_import(session: Session, portal_id: int, name: str, header: Sequence[str]) -> int:
    """Record an import whose rows are about to be stored, and return its id."""
    lock_clock(session, portal_id)
    newest = select(func.coalesce(func.max(ContactImport.import_id), 0)).where(ContactImport.portal_id == portal_id)
    import_id: int = session.execute(newest).scalar_one() + 1
    moment = now(session)
    session.add(
        ContactImport(
            portal_id=portal_id,
            import_id=import_id,
            name=name,
            header=list(header),
            state=RECEIVING,
            counts={},
            leased_until=moment + LEASE_MS,
            created_at=moment,
        )
    )
    session.flush()
    return import_id


def store_pages(session: Session, portal_id: int, import_id: int, pages: Sequence[Sequence[Stored]]) -> None:
    """Store rows of an import that is being received; no page is empty. Raises ImportMissing where it was given up."""
    row = _lock(session, portal_id, import_id)
    row.total += sum(map(len, pages))
    row.leased_until = now(session) + LEASE_MS
    session.execute(insert(ImportPage), [_page(row, page) for page in pages])


def end_receiving(session: Session, portal_id: int, import_id: int) -> None:
    """Let the work begin: every row is stored. Raises ImportMissing where the import was given up."""
    _lock(session, portal_id, import_id).state = PROCESSING


def lock_next(session: Session, portal_id: int) -> ContactImport | None:
    """Lock and return the portal's oldest import that is to be worked on and that nobody works on, or None."""
    statement = (
        select(ContactImport)
        .where(ContactImport.portal_id == portal_id, ContactImport.state == PROCESSING)
        .order_by(ContactImport.import_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.execute(statement).scalar_one_or_none()


def next_page(session: Session, row: ContactImport) -> ImportPage | None:
    """Return the first page that is not worked off, or None at the end."""
    statement = select(ImportPage).where(*_is_of(row), ImportPage.first_row > row.cursor)
    return session.execute(statement.order_by(ImportPage.first_row).limit(1)).scalar_one_or_none()


def end_page(
    session: Session, row: ContactImport, page: ImportPage, outcomes: Sequence[Told], counts: Mapping[str, int]
) -> None:
    """Note what became of a page's rows, whose cells are forgotten; after the last page the import is DONE."""
    page.records, page.outcomes, page.counts = [], [list(told) for told in outcomes], dict(counts)
    row.cursor = page.last_row
    row.worked += len(outcomes)
    row.counts = {name: row.counts.get(name, 0) + counts.get(name, 0) for name in {*row.counts, *counts}}
    if row.worked == row.total:
        end_import(session, row, DONE)


def end_import(session: Session, row: ContactImport, state: str) -> None:
    """Note that an import is DONE or CANCELLED; rows that were not worked off are forgotten."""
    session.execute(delete(ImportPage).where(*_is_of(row), ImportPage.first_row > row.cursor))
    row.state, row.ended_at = state, now(session)


def cancel_import(session: Session, portal_id: int, import_id: int) -> ContactImport:
    """Have no more rows written, once a page under way has been, and return the import; what was written stays.

    Raises ImportMissing, and ImportEnded for one that is DONE.
    """
    row = _lock(session, portal_id, import_id)
    if row.state == RECEIVING:
        raise ImportMissing(import_id)
    if row.state == DONE:
        raise ImportEnded(import_id)
    if row.state == PROCESSING:
        end_import(session, row, CANCELLED)
    return row


def forget_abandoned(session: Session, portal_id: int) -> bool:
    """Remove the imports that somebody began to receive and gave up; return whether there was one."""
    statement = select(ContactImport).where(ContactImport.portal_id == portal_id, _is_abandoned(now(session)))
    rows = list(session.execute(statement.with_for_update(skip_locked=True)).scalars())
    for row in rows:
        session.execute(delete(ImportPage).where(*_is_of(row)))
        session.delete(row)
    return bool(rows)


def forget_rows(session: Session, portal_id: int) -> bool:
    """Remove what became of the rows of the oldest import that ended KEPT_MS ago; return whether there was one."""
    statement = select(ContactImport).where(ContactImport.portal_id == portal_id, _is_old(now(session)))
    row = session.execute(statement.order_by(ContactImport.import_id).limit(1)).scalar_one_or_none()
    if row is not None:
        session.execute(delete(ImportPage).where(*_is_of(row)))
    return row is not None


def portals_with_work(session: Session) -> list[int]:
    """Return the portals that have imports to work on, to remove, or to shorten."""
    moment = now(session)
    busy = or_(ContactImport.state == PROCESSING, _is_abandoned(moment), _is_old(moment))
    return sorted(session.execute(select(ContactImport.portal_id).where(busy).distinct()).scalars())


def get_import(session: Session, portal_id: int, import_id: int) -> ContactImport:
    """Return an import whose rows have been received; raises ImportMissing."""
    statement = select(ContactImport).where(
        ContactImport.portal_id == portal_id, ContactImport.import_id == import_id, ContactImport.state != RECEIVING
    )
    row = session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        raise ImportMissing(import_id)
    return row


def list_imports(session: Session, portal_id: int, offset: int, count: int) -> list[ContactImport]:
    """Return up to `count` imports, the newest first."""
    received = (ContactImport.portal_id == portal_id, ContactImport.state != RECEIVING)
    statement = select(ContactImport).where(*received).order_by(ContactImport.import_id.desc())
    return list(session.execute(statement.offset(offset).limit(count)).scalars())


def read_outcomes(session: Session, row: ContactImport, after: int, outcome: str | None = None) -> Iterator[Told]:
    """Yield what became of the rows above `after` that are worked off, in order; of one outcome, or of all."""
    beginning = select(func.max(ImportPage.first_row)).where(*_is_of(row), ImportPage.first_row <= after + 1)
    worked = (
        ImportPage.first_row >= func.coalesce(beginning.scalar_subquery(), 0),
        ImportPage.first_row <= row.cursor,
    )
    statement = select(ImportPage.outcomes).where(*_is_of(row), *worked).order_by(ImportPage.first_row)
    if outcome is not None:
        statement = statement.where(ImportPage.counts[outcome].as_integer() > 0)
    pages: Iterable[list[Told]] = session.execute(statement.execution_options(yield_per=1)).scalars()
    for page in pages:
        yield from ((*told,) for told in page if told[0] > after and outcome in (None, told[1]))


def _page(row: ContactImport, records: Sequence[Stored]) -> dict[str, Any]:
    return {
        "portal_id": row.portal_id,
        "import_id": row.import_id,
        "first_row": records[0][0],
        "last_row": records[-1][0],
        "counts": {},
        "records": [list(record) for record in records],
        "outcomes": [],
    }


def _lock(session: Session, portal_id: int, import_id: int) -> ContactImport:
    row = session.get(ContactImport, (portal_id, import_id), populate_existing=True, with_for_update=True)
    if row is None:
        raise ImportMissing(import_id)
    return row


def _is_of(row: ContactImport) -> tuple[ColumnElement[bool], ...]:
    return ImportPage.portal_id == row.portal_id, ImportPage.import_id == row.import_id


def _is_old(moment: int) -> ColumnElement[bool]:
    """An import that ended long ago and whose rows are still told."""
    pages = exists().where(
        ImportPage.portal_id == ContactImport.portal_id, ImportPage.import_id == ContactImport.import_id
    )
    return and_(ContactImport.ended_at < moment - KEPT_MS, pages)


def _is_abandoned(moment: int) -> ColumnElement[bool]:
    """A lease too far in the future is over as well: the clock went back (design rule 10)."""
    over = or_(ContactImport.leased_until <= moment, ContactImport.leased_until > moment + 2 * LEASE_MS)
    return and_(ContactImport.state == RECEIVING, over)
