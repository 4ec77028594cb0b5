"""Imports a file of this machine and waits for it: its rows are stored, worked off here, and their outcomes written."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from indexer.imports.columns import Columns, load_properties, map_columns
from indexer.imports.errors import ImportRefused
from indexer.imports.receive import open_import, receive
from indexer.imports.run import work_page
from records import imports
from records.errors import ImportEnded
from records.imports import Told
from records.models import ContactImport
from records.session import Database

PAUSE_SECONDS = 0.1
"""How long to wait while another process writes the import's next page."""

Report = Callable[[Iterable[Told]], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a file: rows by outcome, its columns, and whether somebody cancelled it."""

    counts: Counter[str]
    columns: Columns
    cancelled: bool


def import_csv(
    database: Database, portal_id: int, path: Path, outcomes: Path, progress: Progress = lambda done, total: None
) -> Summary:
    """Import a CSV file into a portal: upsert by e-mail; rows without one create contacts.

    `outcomes` is the file to write row numbers, outcomes, vids and reasons to; `progress` is told how many rows are
    done and how many there are. Ctrl-C cancels the import; after a crash, background work brings it to its end.
    Raises ImportRefused before anything is changed, and OSError.
    """
    if outcomes.exists() and outcomes.samefile(path):
        raise ImportRefused(str(path), "is also the file for the outcomes; choose another one")
    with path.open("rb") as binary, open_import(database, portal_id, binary, str(path)) as file:
        with database.read() as session:
            columns = map_columns(file.header, load_properties(session, portal_id))
        with _report(outcomes) as report:
            import_id = receive(database, portal_id, path.name, file)
            job = _work_off(database, portal_id, import_id, report, progress)
    return Summary(Counter(job.counts), columns, job.state == imports.CANCELLED)


def _work_off(database: Database, portal_id: int, import_id: int, report: Report, progress: Progress) -> ContactImport:
    """Write pages until the import is at its end, and return it then; Ctrl-C cancels it."""
    try:
        told = 0
        while True:
            worked = work_page(database, portal_id)
            with database.read() as session:
                job = imports.get_import(session, portal_id, import_id)
                report(imports.read_outcomes(session, job, told))
            told = job.cursor
            progress(job.worked, job.total)
            if job.state != imports.PROCESSING:
                return job
            if not worked:
                time.sleep(PAUSE_SECONDS)
    except KeyboardInterrupt:
        with suppress(ImportEnded):
            database.transact(lambda session: imports.cancel_import(session, portal_id, import_id))
        raise


@contextmanager
def _report(outcomes: Path) -> Iterator[Report]:
    """Open the outcome file and yield what adds to it."""
    with outcomes.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "outcome", "vid", "reason"))
        yield writer.writerows
