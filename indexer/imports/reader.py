"""Reads CSV files as a stream: the encoding checked first, the delimiter found, one record at a time.

Python's csv module takes a record of any number of lines, but no cell over 131,072 characters; a quote that is never
closed therefore costs the lines up to there and not the rest of the file.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from indexer.imports.errors import ImportRefused

DELIMITERS = (",", ";", "\t", "|")

_CHUNK = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number, the header being 1 as in a spreadsheet; its cells, or why it cannot be read."""

    number: int
    cells: Sequence[str]
    problem: str = ""


class CsvFile:
    """An open CSV file: its header, and the records below it as they are read."""

    def __init__(self, text: TextIO, header: Sequence[str], delimiter: str) -> None:
        """`text` stands at the file's beginning; `header` is its first record, read with `delimiter`."""
        self.header = header
        self.delimiter = delimiter
        self._binary = text.buffer
        self._lines = csv.reader(text, delimiter=delimiter)

    @property
    def position(self) -> int:
        """How many bytes of the file have been taken in."""
        return self._binary.tell()

    def records(self) -> Iterator[Record]:
        """Yield the records below the header that hold any text; blank ones only count."""
        next(self._lines)
        number = 1
        while (record := self._next(number + 1)) is not None:
            number += 1
            if record.problem or any(cell.strip() for cell in record.cells):
                yield record

    def _next(self, number: int) -> Record | None:
        first = self._lines.line_num + 1
        try:
            cells = next(self._lines, None)
        except csv.Error as error:
            lines = f"lines {first} to {self._lines.line_num} cannot be read"
            return Record(number, (), f"{lines}: {error}; is a quote opened there and never closed?")
        return None if cells is None else Record(number, cells)


@contextmanager
def open_csv(path: Path, known: Callable[[Sequence[str]], int]) -> Iterator[CsvFile]:
    """Open a CSV file that is in UTF-8, with or without a byte order mark.

    The delimiter is the one of `,` `;` tab `|` with which the header has most known headings, as counted by `known`.
    Raises ImportRefused for another encoding and for a file without a header, OSError for one that cannot be opened.
    """
    _check_encoding(path)
    with path.open(encoding="utf-8-sig", newline="") as text:
        sample = text.read(_CHUNK)
        text.seek(0)
        header, delimiter = max(
            ((_header(sample, delimiter), delimiter) for delimiter in DELIMITERS),
            key=lambda found: (known(found[0]), len(found[0])),
        )
        if not any(header):
            raise ImportRefused(path, "the first line holds no headings; put the names of properties there")
        yield CsvFile(text, header, delimiter)


def _header(sample: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _check_encoding(path: Path) -> None:
    """Read the whole file once, so that a wrong encoding is told before anything is changed."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(2) in _WIDE:
            raise ImportRefused(path, "is in UTF-16; save it as 'CSV UTF-8'")
        file.seek(0)
        while chunk := file.read(_CHUNK):
            _decode(path, decoder, chunk, file.tell() - len(chunk))
        _decode(path, decoder, b"", file.tell(), final=True)


def _decode(path: Path, decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, final: bool = False) -> None:
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        place = offset - pending + error.start + 1
        wrong = error.object[error.start]
        problem = f"is not in UTF-8 (byte 0x{wrong:02x} is number {place}); save it as 'CSV UTF-8'"
        raise ImportRefused(path, problem) from None
