"""Turns one record of a CSV file into the values of a contact, or into the reasons why it cannot be one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.imports.columns import Column, Columns, fold
from indexer.imports.reader import Record
from queries.catalogue import Definition, PropertyType
from queries.values import InvalidValue, check_value, email_key

EMAIL = "email"
_SEVERAL = " ::: "
"""What Google Contacts writes between several values of one cell; the first is taken."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be written: its number, checked values by property, and its e-mail's identity if it has one."""

    number: int
    values: dict[str, str]
    key: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be written, with the reason in words."""

    number: int
    reason: str


@dataclass(slots=True)
class _Reading:
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_row(record: Record, columns: Columns) -> Row | BadRow:
    """Return the contact's values of a record. Empty cells are left out: they change nothing."""
    problem = record.problem or _shape_problem(record.cells, columns)
    if problem:
        return BadRow(record.number, problem)
    reading = _Reading()
    for column in columns.mapped:
        if column.position < len(record.cells):
            _read_cell(reading, column, record.cells[column.position].strip())
    if reading.problems:
        return BadRow(record.number, "; ".join(reading.problems))
    if not reading.values:
        return BadRow(record.number, "has no value in any column that is imported")
    email = reading.values.get(EMAIL)
    return Row(record.number, reading.values, email_key(email) if email else None)


def _shape_problem(cells: Sequence[str], columns: Columns) -> str:
    if any(cells[columns.width :]):
        return f"has {len(cells)} cells where the header has {columns.width}; quote cells that hold the delimiter"
    return ""


def _read_cell(reading: _Reading, column: Column, cell: str) -> None:
    """Take a cell; of several columns of one property the first that has a value counts."""
    if not cell or column.definition.name in reading.values:
        return
    try:
        value = check_value(column.definition, _written(column, cell.split(_SEVERAL)[0]))
    except InvalidValue as problem:
        reading.problems.append(problem.message)
        return
    if value:
        reading.values[column.definition.name] = value


def _written(column: Column, cell: str) -> str:
    """Return a cell as values are written: option labels as internal values, times without a zone as UTC."""
    if column.options:
        return _option(column, cell)
    if column.definition.type is PropertyType.DATETIME and _DAY.fullmatch(cell):
        return f"{cell}T00:00Z"
    if _is_time(column.definition) and _LOCAL.fullmatch(cell):
        return f"{cell}Z"
    return cell


def _option(column: Column, cell: str) -> str:
    if not column.definition.multiple:
        return column.options.get(fold(cell), cell)
    return ";".join(column.options.get(fold(part), part.strip()) for part in cell.split(";"))


def _is_time(definition: Definition) -> bool:
    return definition.type in (PropertyType.DATE, PropertyType.DATETIME)
