"""Leaves that look inside a text: contains, starts, ends, whole words, regular expressions.

In v1 `;` joins alternatives, of which one must be met. Words and regular expressions are the tree's own.
"""

from typing import Any

from queries.catalogue import Definition, PropertyType
from queries.conditions import Condition
from queries.context import FilterContext
from queries.errors import BadOperand, UnsupportedFilter
from queries.leaves.conditional import ConditionLeaf, Given, Spelling
from queries.leaves.history import EverLeaf
from queries.leaves.keys import read_choice, read_flag, read_missing, read_property, read_tree_keys, require
from queries.leaves.operands import read_needles, read_several, read_text, split
from queries.text_conditions import NEEDLES, HasWords, MatchesPattern, check_pattern, read_phrase

KIND = "text"
V1 = {
    "CONTAINS": "contains",
    "DOESNT_CONTAIN": "not-contains",
    "STR_STARTS_WITH": "starts",
    "STR_ENDS_WITH": "ends",
}
OPERATORS = tuple(f"{negation}{each}" for each in (*NEEDLES, "words", "regex") for negation in ("", "not-"))
_V1_OF = {tree: v1 for v1, tree in V1.items()}
_NEGATION = "not-"


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> ConditionLeaf:
    """Return the leaf of `{"kind": "text", …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    if definition.type is not PropertyType.STRING:
        raise UnsupportedFilter(f"{path}.kind", KIND, f"kind text for properties of type string, not {definition.name}")
    operator = read_choice(raw, path, "op", OPERATORS)
    wanted = ("value",) if operator.endswith("regex") else ("values",)
    keys = read_tree_keys(raw, path, (*wanted, "ever"))
    given = _given(keys, wanted[0], path)
    spelling = Spelling(operator, _V1_OF.get(operator), wanted, given, joined=True)
    return _leaf(definition, spelling, read_missing(raw, path), read_flag(keys, path, "ever"), f"{path}.{wanted[0]}")


def from_v1(keys: dict[str, Any], definition: Definition, operator: str, path: str) -> ConditionLeaf:
    """Return the leaf of a v1 operator of `V1`; raises FilterError."""
    given = split(require(keys, "value", path), f"{path}.value")
    spelling = Spelling(V1[operator], operator, ("values",), given, joined=True)
    return _leaf(definition, spelling, False, read_flag(keys, path, "checkPastVersions"), f"{path}.value")


def _given(keys: dict[str, Any], key: str, path: str) -> tuple[Given, ...]:
    value = require(keys, key, path)
    if key == "values":
        return read_several(value, f"{path}.values")
    if not isinstance(value, str):
        raise BadOperand(f"{path}.value", value, "is no text", "Send a regular expression as text")
    return (value,)


def _leaf(definition: Definition, spelling: Spelling, missing: bool, ever: bool, path: str) -> ConditionLeaf:
    negative = spelling.operator.startswith(_NEGATION)
    condition = _condition(spelling.operator.removeprefix(_NEGATION), spelling.given, path)
    made = EverLeaf if ever else ConditionLeaf
    return made(KIND, definition.name, definition.type, "s", condition, negative, missing, spelling)


def _condition(operator: str, given: tuple[Given, ...], path: str) -> Condition:
    if operator == "words":
        return HasWords(tuple(_phrase(each, path) for each in given))
    if operator == "regex":
        check_pattern(str(given[0]), path)
        read_text(given[0], path)
        return MatchesPattern(str(given[0]))
    return NEEDLES[operator](read_needles(given, path))


def _phrase(given: Given, path: str) -> tuple[str, ...]:
    [needle] = read_needles((given,), path)
    phrase = read_phrase(needle)
    if not phrase:
        raise BadOperand(path, given, "has no letter or digit", "Send at least one word")
    return phrase
