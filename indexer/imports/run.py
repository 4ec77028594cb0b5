"""Works imports off, a page of rows in one transaction: contacts, what became of the rows, and how far the work is.

The same steps are taken by background work, for files that came over HTTP, and by `contacts import` for its own.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from indexer.imports.batches import Outcome, Target, write_batch, write_singly
from indexer.imports.columns import load_properties, map_columns
from indexer.imports.reader import Record
from indexer.imports.rows import BadRow, Row, read_row
from indexer.runtime import Runtime
from records import imports
from records.errors import ContactExists
from records.models import ContactImport, ImportPage
from records.session import Database

ATTEMPTS = 5

Writer = Callable[[Session, Target, Sequence[Row]], list[Outcome]]


def step(runtime: Runtime, portal_id: int) -> bool:
    """Write one page of the portal's oldest import and return whether anything was done."""
    return work_page(runtime.database, portal_id)


def work_page(database: Database, portal_id: int) -> bool:
    """Write the next page of the portal's oldest import that nobody works on; return False where there is none.

    Where somebody else creates a contact with one of the e-mails meanwhile, the page is written again and updates it.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return database.transact(lambda session: _work_page(session, portal_id, write_batch))
        except ContactExists:
            continue
    return database.transact(lambda session: _work_page(session, portal_id, write_singly))


def _work_page(session: Session, portal_id: int, write: Writer) -> bool:
    job = imports.lock_next(session, portal_id)
    if job is None:
        return imports.forget_abandoned(session, portal_id) or imports.forget_rows(session, portal_id)
    page = imports.next_page(session, job)
    if page is None:
        imports.end_import(session, job, imports.DONE)
        return True
    outcomes = _import_page(session, job, page, write)
    told = [(item.number, item.result, item.vid, item.reason) for item in outcomes]
    imports.end_page(session, job, page, told, _count(outcomes))
    return True


def _import_page(session: Session, job: ContactImport, page: ImportPage, write: Writer) -> list[Outcome]:
    columns = map_columns(job.header, load_properties(session, job.portal_id))
    rows = [read_row(Record(*stored), columns) for stored in page.records]
    good = [row for row in rows if isinstance(row, Row)]
    failed = [Outcome(row.number, "failed", reason=row.reason) for row in rows if isinstance(row, BadRow)]
    written = write(session, Target(job.portal_id, job.import_id, job.name), good) if good else []
    return sorted([*failed, *written], key=lambda outcome: outcome.number)


def _count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.result] = counts.get(outcome.result, 0) + 1
    return counts
