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
from typing import BinaryIO, TextIO

from indexer.imports.errors import ImportRefused

DELIMITERS = (",", ";", "\t", "|")

_CHUNK = 1 << 20
_FOREIGN = {
    codecs.BOM_UTF16_LE: "in UTF-16",
    codecs.BOM_UTF16_BE: "in UTF-16",
    b"PK\x03\x04": "an Excel workbook or another zip archive and no CSV file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind and no CSV file",
}
"""How files begin that are often taken for CSV -> what they are."""

_LONGEST_SIGNATURE = max(map(len, _FOREIGN))


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
        self._lines = csv.reader(text, delimiter=delimiter)

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
        if cells is None:
            return None
        if any("\0" in cell for cell in cells):
            return Record(number, (), "holds a NUL character; remove it")
        return Record(number, cells)


@contextmanager
def open_csv(binary: BinaryIO, name: str, known: Callable[[Sequence[str]], int]) -> Iterator[CsvFile]:
    """Read a CSV file that is in UTF-8, with or without a byte order mark; `name` is what refusals call it.

    The delimiter is the one of `,` `;` tab `|` with which the header has most known headings, as counted by `known`.
    Raises ImportRefused for another encoding or kind of file, and for one without a header.
    """
    _check_encoding(binary, name)
    binary.seek(0)
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    try:
        sample = text.read(_CHUNK)
        text.seek(0)
        header, delimiter = max(
            ((_header(sample, delimiter), delimiter) for delimiter in DELIMITERS),
            key=lambda found: (known(found[0]), len(found[0])),
        )
        _check_header(name, header)
        yield CsvFile(text, header, delimiter)
    finally:
        text.detach()


def _header(sample: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _check_header(name: str, header: Sequence[str]) -> None:
    if not any(header):
        raise ImportRefused(name, "the first line holds no headings; put the names of properties there")
    if any("\0" in heading for heading in header):
        raise ImportRefused(name, "the first line holds NUL characters, as UTF-16 does; save the file as 'CSV UTF-8'")


def _check_encoding(binary: BinaryIO, name: str) -> None:
    """Read the whole file once, so that a wrong encoding is told before anything is changed."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    binary.seek(0)
    beginning = binary.read(_LONGEST_SIGNATURE)
    for signature, kind in _FOREIGN.items():
        if beginning.startswith(signature):
            raise ImportRefused(name, f"is {kind}; save it as 'CSV UTF-8'")
    binary.seek(0)
    offset = 0
    while chunk := binary.read(_CHUNK):
        _decode(name, decoder, chunk, offset)
        offset += len(chunk)
    _decode(name, decoder, b"", offset, final=True)


def _decode(name: str, decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, final: bool = False) -> None:
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        place = offset - pending + error.start + 1
        wrong = error.object[error.start]
        problem = f"is not in UTF-8 (byte 0x{wrong:02x} is number {place}); save it as 'CSV UTF-8'"
        raise ImportRefused(name, problem) from None
