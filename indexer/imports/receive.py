"""Takes a file in: it is checked first, then its rows are stored, from where any worker writes them as contacts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import BinaryIO

from indexer.imports.columns import Columns, Properties, load_properties, map_columns
from indexer.imports.errors import ImportRefused
from indexer.imports.reader import CsvFile, Record, open_csv
from records import imports
from records.imports import Stored
from records.session import Database

PAGE = 500
"""Rows that are written in one transaction, at most."""

PAGE_CHARACTERS = 1_000_000
"""A page ends early with the row that fills this; a row alone may not have more."""

PAGES_AT_ONCE = 20
"""Pages that are stored in one transaction, so that nobody waits long for one."""


@contextmanager
def open_import(database: Database, portal_id: int, binary: BinaryIO, name: str) -> Iterator[CsvFile]:
    """Open a CSV file to be imported into a portal; `name` is what refusals and the import call it.

    Raises ImportRefused for one that cannot be imported at all.
    """
    with database.read() as session:
        properties = load_properties(session, portal_id)
    with open_csv(binary, name, partial(_known, properties)) as file:
        _check_header(name, file.header, map_columns(file.header, properties))
        yield file


def receive(database: Database, portal_id: int, name: str, file: CsvFile) -> int:
    """Store the rows of an opened file and return the id of the import, which is then to be worked on."""
    import_id = database.transact(lambda session: imports.begin_import(session, portal_id, name, file.header))
    pages = _pages(file.records())
    while block := list(islice(pages, PAGES_AT_ONCE)):
        database.transact(_storing(portal_id, import_id, block))
    database.transact(lambda session: imports.end_receiving(session, portal_id, import_id))
    return import_id


def _storing(portal_id: int, import_id: int, block: Sequence[Sequence[Stored]]) -> Callable[..., None]:
    return lambda session: imports.store_pages(session, portal_id, import_id, block)


def _known(properties: Properties, header: Sequence[str]) -> int:
    columns = map_columns(header, properties)
    return len(columns.mapped) + len(columns.read_only)


def _check_header(name: str, header: Sequence[str], columns: Columns) -> None:
    shown = ", ".join(repr(heading[:40]) for heading in header[:8])
    if any("@" in heading for heading in header):
        raise ImportRefused(name, f"has no header: its first line is {shown}; put the names of properties above it")
    if not columns.mapped:
        problem = f"no heading names a property that can be written: {shown}; use names such as email, firstname"
        raise ImportRefused(name, problem)


def _pages(records: Iterable[Record]) -> Iterator[list[Stored]]:
    page: list[Stored] = []
    characters = 0
    for record in records:
        stored = _stored(record)
        page.append(stored)
        characters += sum(map(len, stored[1]))
        if len(page) == PAGE or characters >= PAGE_CHARACTERS:
            yield page
            page, characters = [], 0
    if page:
        yield page


def _stored(record: Record) -> Stored:
    size = sum(map(len, record.cells))
    if size > PAGE_CHARACTERS:
        return record.number, (), f"has {size} characters; a row may have {PAGE_CHARACTERS}"
    return record.number, record.cells, record.problem
