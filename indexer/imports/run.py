"""The import itself: a file goes through in batches, each row's outcome is written beside it, memory stays flat."""

import csv
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from indexer.imports.batches import Outcome, Result, Target, write_batch
from indexer.imports.columns import Columns, Properties, load_properties, map_columns
from indexer.imports.errors import ImportRefused
from indexer.imports.reader import CsvFile, Record, open_csv
from indexer.imports.rows import BadRow, Row, read_row
from records.session import Database
from records.writes import Source

IMPORT = "IMPORT"
BATCH = 500
"""Rows in one transaction."""

Report = Callable[[Sequence[Outcome]], None]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a file: rows by outcome, and its columns."""

    counts: Counter[Result]
    columns: Columns


def import_csv(
    database: Database, portal_id: int, path: Path, outcomes: Path, progress: Progress = lambda position: None
) -> Summary:
    """Import a CSV file into a portal: upsert by e-mail; rows without one create contacts.

    `outcomes` is the file to write row numbers, outcomes, vids and reasons to; `progress` is told the bytes taken in.
    Raises ImportRefused before anything is changed, and OSError.
    """
    with database.read() as session:
        properties = load_properties(session, portal_id)
    target = Target(portal_id, Source(IMPORT, uuid.uuid4().hex), (IMPORT, path.name))
    with _open(path, properties) as (file, columns), _report(path, outcomes) as report:
        counts: Counter[Result] = Counter()
        for batch in _batches(file.records()):
            done = _import_batch(database, target, columns, batch)
            report(done)
            counts.update(outcome.result for outcome in done)
            progress(file.position)
        return Summary(counts, columns)


@contextmanager
def _open(path: Path, properties: Properties) -> Iterator[tuple[CsvFile, Columns]]:
    def known(header: Sequence[str]) -> int:
        columns = map_columns(header, properties)
        return len(columns.mapped) + len(columns.read_only)

    with open_csv(path, known) as file:
        columns = map_columns(file.header, properties)
        _check_header(path, file.header, columns)
        yield file, columns


def _check_header(path: Path, header: Sequence[str], columns: Columns) -> None:
    shown = ", ".join(repr(heading[:40]) for heading in header[:8])
    if any("@" in heading for heading in header):
        raise ImportRefused(path, f"has no header: its first line is {shown}; put the names of properties above it")
    if not columns.mapped:
        problem = f"no heading names a property that can be written: {shown}; use names such as email, firstname"
        raise ImportRefused(path, problem)


@contextmanager
def _report(path: Path, outcomes: Path) -> Iterator[Report]:
    """Open the outcome file and yield what adds to it; raises ImportRefused where it would overwrite the import."""
    if outcomes.exists() and outcomes.samefile(path):
        raise ImportRefused(path, "is also the file for the outcomes; choose another one")
    with outcomes.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "outcome", "vid", "reason"))

        def report(done: Sequence[Outcome]) -> None:
            writer.writerows((item.number, item.result, item.vid, item.reason) for item in done)

        yield report


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _import_batch(database: Database, target: Target, columns: Columns, records: Sequence[Record]) -> list[Outcome]:
    rows = [read_row(record, columns) for record in records]
    good = [row for row in rows if isinstance(row, Row)]
    failed = [Outcome(row.number, "failed", reason=row.reason) for row in rows if isinstance(row, BadRow)]
    written = write_batch(database, target, good) if good else []
    return sorted([*failed, *written], key=lambda outcome: outcome.number)
