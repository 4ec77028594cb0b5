"""Leaves about the last or next n units, or further off: v1's WITHIN_TIME, and more units in the tree.

`n` days PAST is true when the local day lies in [today - n, today]; reversed, when it is before today - n.
"""

from typing import Any

from queries.catalogue import Definition
from queries.context import FilterContext
from queries.errors import BadOperand, MissingKey
from queries.leaves.dates import VALUE, DateLeaf, make_date_leaf, read_date_leaf
from queries.leaves.keys import read_choice, read_flag, read_tree_keys, read_whole
from queries.windows import FUTURE, PAST, UNITS, Relative

KIND = "relative"
OPERATORS = ("within", "beyond")
V1 = ("WITHIN_TIME", "WITHIN_TIME_REVERSE", "LAST_N_DAYS")
V1_KEYS = ("withinLastTime", "withinLastTimeUnit", "withinLastDays", "withinTimeMode", "reverseWithinTimeWindow")
MAX_COUNT = 100_000
_MODES = {"PAST": PAST, "FUTURE": FUTURE}


class RelativeLeaf(DateLeaf):
    """A leaf about the last or next n units, which v1 can say of a property's value."""

    __slots__ = ()

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter object; v1 knows neither changes, zones nor missing values."""
        window = self.window
        if self.of != VALUE or self.missing or self.zone is not None or not isinstance(window, Relative):
            return None
        return {
            "filterFamily": "PropertyValue",
            "operator": "WITHIN_TIME",
            "property": self.name,
            "type": self.type.value,
            "value": "",
            **window_to_v1(window),
            "checkPastVersions": False,
        }


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> DateLeaf:
    """Return the leaf of `{"kind": "relative", …}`; raises FilterError."""
    keys = read_tree_keys(raw, path, ("of", "zone", "direction", "n", "unit"))
    return _saying_v1(read_date_leaf(raw, path, context, keys, read_relative(raw, path)))


def read_relative(raw: dict[str, Any], path: str) -> Relative:
    """Return the window of an object with `op`, `direction`, `n` and `unit`; raises FilterError."""
    beyond = read_choice(raw, path, "op", OPERATORS) == "beyond"
    direction = read_choice(raw, path, "direction", (PAST, FUTURE))
    unit = read_choice(raw, path, "unit", UNITS)
    return Relative(direction, beyond, read_whole(raw, path, "n", 0, MAX_COUNT), unit)


def from_v1(keys: dict[str, Any], definition: Definition, operator: str, path: str) -> DateLeaf:
    """Return the leaf of WITHIN_TIME, of its older spellings, or of our own LAST_N_DAYS; raises FilterError."""
    window = window_from_v1(keys, operator, path)
    return _saying_v1(make_date_leaf(KIND, definition, VALUE, window, False, None, path))


def window_from_v1(keys: dict[str, Any], operator: str, path: str) -> Relative:
    """Return the window of the keys `V1_KEYS`; raises FilterError."""
    mode = read_choice({"withinTimeMode": "PAST", **keys}, path, "withinTimeMode", tuple(_MODES))
    given = str(keys.get("withinLastTimeUnit", "DAYS")).lower()
    plural = given if given.endswith("s") else f"{given}s"
    unit = read_choice({"withinLastTimeUnit": plural}, path, "withinLastTimeUnit", UNITS)
    reverse = read_flag(keys, path, "reverseWithinTimeWindow") or operator == "WITHIN_TIME_REVERSE"
    return Relative(_MODES[mode], reverse, _count(keys, path, unit), unit)


def window_to_v1(window: Relative) -> dict[str, Any]:
    """Return a window as v1 says it."""
    unit = window.unit.upper()
    return {
        "withinLastTime": window.count,
        "withinLastTimeUnit": unit,
        **({"withinLastDays": window.count} if unit == "DAYS" else {}),
        "withinTimeMode": window.direction.upper(),
        "reverseWithinTimeWindow": window.beyond,
    }


def _count(keys: dict[str, Any], path: str, unit: str) -> int:
    """Return n, which `withinLastDays` repeats in normalised filters and stands for in old ones."""
    spellings = [key for key in ("withinLastTime", "withinLastDays") if key in keys]
    if not spellings:
        raise MissingKey(path, "withinLastTime")
    counts = [read_whole(keys, path, key, 0, MAX_COUNT) for key in spellings]
    if "withinLastDays" in keys and (unit != "days" or counts[0] != counts[-1]):
        problem = f"is not what withinLastTime says, {counts[0]} {unit}"
        raise BadOperand(f"{path}.withinLastDays", keys["withinLastDays"], problem, "Leave withinLastDays out")
    return counts[0]


def _saying_v1(leaf: DateLeaf) -> RelativeLeaf:
    return RelativeLeaf(leaf.kind, leaf.name, leaf.type, leaf.of, leaf.window, leaf.missing, leaf.zone)
