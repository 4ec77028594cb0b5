"""Leaves about how many values a multiple-choice property has. One without a value has none to count."""

from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.conditions import Between, Compares, Condition, Equals
from queries.context import FilterContext
from queries.errors import BadOperand, UnsupportedFilter
from queries.leaves.conditional import ConditionLeaf, Spelling
from queries.leaves.keys import read_choice, read_missing, read_property, read_tree_keys, read_whole
from queries.leaves.words import Phrase, said
from queries.nodes import Names

KIND = "count"
OPERATORS = ("eq", "neq", "lt", "lte", "gt", "gte", "between", "not-between")
MAX_COUNT = 10_000
_NEGATIVE = {"neq": "eq", "not-between": "between"}


class CountLeaf(ConditionLeaf):
    """The number of a property's values answers the condition."""

    __slots__ = ()

    def describe(self, names: Names) -> str:
        """Return such as `number of interests is at least 2`."""
        label = f"number of {names.label(self.name)}"
        return said(Phrase(label, self.spelling.operator, self.spelling.given, None), missing=self.missing)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> CountLeaf:
    """Return the leaf of `{"kind": "count", …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    _check_multiple(definition, path)
    operator = read_choice(raw, path, "op", OPERATORS)
    wanted = ("low", "high") if operator.endswith("between") else ("value",)
    keys = read_tree_keys(raw, path, wanted)
    given = tuple(read_whole(keys, path, key, 0, MAX_COUNT) for key in wanted)
    condition = _condition(_NEGATIVE.get(operator, operator), given, path)
    spelling = Spelling(operator, None, wanted, given)
    missing = read_missing(raw, path)
    negative = operator in _NEGATIVE
    return CountLeaf(KIND, definition.name, definition.type, fields.COUNT, condition, negative, missing, spelling)


def _condition(operator: str, given: tuple[int, ...], path: str) -> Condition:
    if operator == "between":
        if given[0] > given[1]:
            raise BadOperand(f"{path}.low", given[0], f"is above {given[1]}", "Send the lower end first")
        return Between(given[0], given[1])
    return Equals(given[0]) if operator == "eq" else Compares(operator, given[0])


def _check_multiple(definition: Definition, path: str) -> None:
    if not definition.multiple:
        wanted = f"{PropertyType.ENUMERATION.value} properties of several values (checkbox)"
        raise UnsupportedFilter(f"{path}.field", definition.name, wanted)
