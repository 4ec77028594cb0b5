"""Leaves about days of the calendar: on, before, after, between, told in the zone of the leaf, else of the list."""

from datetime import date
from typing import Any

from queries.context import FilterContext
from queries.errors import BadOperand
from queries.leaves.dates import DateLeaf, read_date_leaf
from queries.leaves.keys import read_choice, read_tree_keys, require
from queries.windows import DAY_OPERATORS, LocalDays

KIND = "day"


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> DateLeaf:
    """Return the leaf of `{"kind": "day", …}`; raises FilterError."""
    operator = read_choice(raw, path, "op", DAY_OPERATORS)
    wanted = ("low", "high") if operator == "between" else ("value",)
    keys = read_tree_keys(raw, path, ("of", "zone", *wanted))
    days = [_read_day(require(keys, key, path), f"{path}.{key}") for key in wanted]
    if days[0] > days[-1]:
        raise BadOperand(f"{path}.low", keys["low"], f"is after the end, {keys['high']}", "Send the earlier day first")
    return read_date_leaf(raw, path, context, keys, _window(operator, days[0], days[-1]))


def _window(operator: str, first: int, last: int) -> LocalDays:
    match operator:
        case "before":
            return LocalDays(operator, None, first - 1)
        case "after":
            return LocalDays(operator, first + 1, None)
    return LocalDays(operator, first, last)


def _read_day(given: object, path: str) -> int:
    """Return a day given as `2019-05-04` (RFC 3339 full-date)."""
    try:
        if isinstance(given, str) and len(given) == len("2019-05-04"):
            return date.fromisoformat(given).toordinal()
    except ValueError:
        pass
    raise BadOperand(path, given, "is no day of the calendar", "Send a day like 2019-05-04")
