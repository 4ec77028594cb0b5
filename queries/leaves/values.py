"""Leaves that compare a value: equal, one or all of several, exactly a set, order and ranges.

In v1 `;` joins the operands of SET_ operators; EQ and NEQ take it literally, save for enumerations, whose value may
hold several options itself.
"""

from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.conditions import AllOf, AnyOf, Between, Compares, Condition, Equals
from queries.context import FilterContext
from queries.errors import BadOperand
from queries.leaves.conditional import ConditionLeaf, Given, Spelling
from queries.leaves.history import EverLeaf
from queries.leaves.keys import read_choice, read_flag, read_missing, read_property, read_tree_keys, require
from queries.leaves.operands import read_alternatives, read_one, read_scalar, read_several, split

KIND = "value"
V1 = {
    "EQ": "eq",
    "NEQ": "neq",
    "SET_ANY": "any",
    "SET_NOT_ANY": "none",
    "SET_ALL": "all",
    "SET_NOT_ALL": "not-all",
    "SET_EQ": "exactly",
    "SET_NEQ": "not-exactly",
    "LT": "lt",
    "LTE": "lte",
    "GT": "gt",
    "GTE": "gte",
    "BETWEEN": "between",
    "NOT_BETWEEN": "not-between",
}
OPERATORS = {tree: v1 for v1, tree in V1.items()}
NEGATIVE = {
    "neq": "eq",
    "none": "any",
    "not-all": "all",
    "not-exactly": "exactly",
    "not-between": "between",
}
ORDER = ("lt", "lte", "gt", "gte", "between", "not-between")
ORDERED = (PropertyType.STRING, PropertyType.NUMBER, PropertyType.DATE, PropertyType.DATETIME)
_SINGLE = ("eq", "neq", "lt", "lte", "gt", "gte")
_RANGE = ("between", "not-between")
_TREE_KEYS = {**dict.fromkeys(_SINGLE, ("value",)), **dict.fromkeys(_RANGE, ("low", "high"))}


def operators_of(type: PropertyType) -> tuple[str, ...]:
    """Return the tree operators that a property type takes."""
    return tuple(each for each in OPERATORS if type in ORDERED or each not in ORDER)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> ConditionLeaf:
    """Return the leaf of `{"kind": "value", …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    operator = read_choice(raw, path, "op", operators_of(definition.type))
    wanted = _TREE_KEYS.get(operator, ("values",))
    keys = read_tree_keys(raw, path, (*wanted, "ever"))
    if wanted == ("values",):
        given = read_several(require(keys, "values", path), f"{path}.values")
    else:
        given = tuple(read_scalar(require(keys, key, path), f"{path}.{key}") for key in wanted)
    spelling = Spelling(operator, OPERATORS[operator], wanted, given, joined=wanted == ("values",))
    return _leaf(definition, spelling, read_missing(raw, path), read_flag(keys, path, "ever"), path)


def from_v1(keys: dict[str, Any], definition: Definition, operator: str, path: str) -> ConditionLeaf:
    """Return the leaf of a v1 operator of `V1`; raises FilterError."""
    tree_operator = V1[operator]
    wanted = _TREE_KEYS.get(tree_operator, ("values",))
    if tree_operator in _RANGE:
        ends = ("rangeStart", "rangeEnd")
        given = tuple(read_scalar(require(keys, key, path), f"{path}.{key}") for key in ends)
    elif wanted == ("value",):
        given = (read_scalar(require(keys, "value", path), f"{path}.value"),)
    else:
        given = split(require(keys, "value", path), f"{path}.value")
    spelling = Spelling(tree_operator, operator, wanted, given, joined=wanted == ("values",))
    return _leaf(definition, spelling, False, read_flag(keys, path, "checkPastVersions"), path)


def _leaf(definition: Definition, spelling: Spelling, missing: bool, ever: bool, path: str) -> ConditionLeaf:
    negative = spelling.operator in NEGATIVE
    operator = NEGATIVE.get(spelling.operator, spelling.operator)
    kind, condition = _condition(definition, operator, spelling.given, f"{path}.value")
    made = EverLeaf if ever else ConditionLeaf
    return made(KIND, definition.name, definition.type, kind, condition, negative, missing, spelling)


def _condition(definition: Definition, operator: str, given: tuple[Given, ...], path: str) -> tuple[str, Condition]:
    """Return the kind of field to look at and the condition, for a positive operator."""
    kind = fields.kind(definition)
    if operator == "between":
        return kind, _between(definition, given, path)
    if operator in ORDER:
        return kind, Compares(operator, read_one(definition, given[0], path))
    if kind == "e":
        return _set_condition(definition, operator, given, path)
    return kind, _scalar_condition(definition, operator, given, path)


def _between(definition: Definition, given: tuple[Given, ...], path: str) -> Between:
    low, high = (read_one(definition, each, path) for each in given)
    if low > high:  # type: ignore[operator]
        raise BadOperand(path, given[0], f"is above the end of the range, {given[1]!r}", "Send the lower end first")
    return Between(low, high)


def _set_condition(definition: Definition, operator: str, given: tuple[Given, ...], path: str) -> tuple[str, Condition]:
    operands = _set_operands(definition, operator, given, path)
    if operator in ("eq", "exactly"):
        return fields.EXACT_SET, Equals(fields.set_term(operands))
    return "e", AnyOf(operands) if operator == "any" else AllOf(operands)


def _set_operands(definition: Definition, operator: str, given: tuple[Given, ...], path: str) -> frozenset[Any]:
    """Return the internal values asked for; a boolean's EQ names one value, a semicolon taken literally."""
    if operator == "eq" and definition.type is PropertyType.BOOL:
        return frozenset({read_one(definition, given[0], path)})
    return read_alternatives(definition, split(given[0], path) if operator == "eq" else given, path)


def _scalar_condition(definition: Definition, operator: str, given: tuple[Given, ...], path: str) -> Condition:
    """Return a condition on a property with one value: a set to be held whole holds at most that value."""
    if operator == "eq":
        return Equals(read_one(definition, given[0], path))
    operands = read_alternatives(definition, given, path)
    return AnyOf(operands) if operator == "any" or len(operands) == 1 else AllOf(operands)
