"""Leaves about this, the last or the next day, week, month, quarter or year, so far or whole, fiscal or not."""

from typing import Any

from queries.context import FilterContext
from queries.leaves.dates import DateLeaf, read_date_leaf
from queries.leaves.keys import read_choice, read_tree_keys, read_whole
from queries.windows import CALENDAR_OPERATORS, CALENDAR_UNITS, Calendar

KIND = "calendar"


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> DateLeaf:
    """Return the leaf of `{"kind": "calendar", …}`; raises FilterError."""
    keys = read_tree_keys(raw, path, ("of", "zone", "unit", "fiscalStart"))
    return read_date_leaf(raw, path, context, keys, read_calendar(raw, path))


def read_calendar(raw: dict[str, Any], path: str) -> Calendar:
    """Return the window of an object with `op`, `unit` and perhaps `fiscalStart`; raises FilterError."""
    operator = read_choice(raw, path, "op", CALENDAR_OPERATORS)
    unit = read_choice(raw, path, "unit", CALENDAR_UNITS)
    fiscal = read_whole(raw, path, "fiscalStart", 1, 12) if raw.get("fiscalStart") is not None else 1
    return Calendar(operator, unit, fiscal if unit in ("quarter", "year") else 1)
