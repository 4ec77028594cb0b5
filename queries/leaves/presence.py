"""Leaves about whether there is a value: known, unknown, and blank, which is a value of white space only."""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.catalogue import Definition, PropertyType
from queries.context import FilterContext
from queries.dsl import Query, Stated, but_not, known, none_of, term
from queries.fields import Document
from queries.leaves.keys import ECHOED, read_choice, read_property, read_tree_keys
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "presence"
V1 = {"IS_EMPTY": "unknown", "IS_NOT_EMPTY": "known", "NOT_HAS_PROPERTY": "unknown", "HAS_PROPERTY": "known"}
OPERATORS = ("known", "unknown", "blank", "not-blank")
_V1_OF = {"unknown": "IS_EMPTY", "known": "IS_NOT_EMPTY"}
_SAID = {
    "known": "has a value",
    "unknown": "has no value",
    "blank": "is blank",
    "not-blank": "is not blank",
}


@dataclass(frozen=True, slots=True)
class Presence(Leaf):
    """The property has a value, has none, has a blank one, or one that is not blank; an empty text is none."""

    name: str
    type: PropertyType
    operator: str

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the name is among the known or blank ones as asked."""
        known_here = self.name in document[fields.KNOWN]
        match self.operator:
            case "known":
                return known_here
            case "unknown":
                return not known_here
        return known_here and (self.name in document[fields.BLANK]) == (self.operator == "blank")

    def search(self, at: Moment) -> Stated:
        """Return term queries over the known and blank names."""
        return Stated(none_of(known(self.name)) if self.operator == "unknown" else self._with_value())

    def percolate(self) -> Stated:
        """Return the same with a term for an unknown name."""
        return Stated(term(fields.MISSING, self.name) if self.operator == "unknown" else self._with_value())

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "field": self.name, "op": self.operator}

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter object; v1 does not know blank."""
        if self.operator not in _V1_OF:
            return None
        return {
            "filterFamily": "PropertyValue",
            "operator": _V1_OF[self.operator],
            "property": self.name,
            "type": self.type.value,
            "value": "",
            **ECHOED,
        }

    def describe(self, names: Names) -> str:
        """Return such as `phone has a value`."""
        return f"{names.label(self.name)} {_SAID[self.operator]}"

    def seen(self, document: Document, at: Moment) -> Any:
        """Return what there is: unknown, blank or known."""
        if self.name not in document[fields.KNOWN]:
            return "unknown"
        return "blank" if self.name in document[fields.BLANK] else "known"

    def _with_value(self) -> Query:
        blank = term(fields.BLANK, self.name)
        return {"known": known(self.name), "blank": blank}.get(self.operator) or but_not(known(self.name), blank)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Presence:
    """Return the leaf of `{"kind": "presence", …}`; raises FilterError."""
    definition = read_property(raw, path, context)
    read_tree_keys(raw, path, shared=("kind", "field", "op"))
    return Presence(definition.name, definition.type, read_choice(raw, path, "op", OPERATORS))


def from_v1(keys: dict[str, Any], definition: Definition, operator: str, path: str) -> Presence:
    """Return the leaf of a v1 operator of `V1`; its value says nothing."""
    return Presence(definition.name, definition.type, V1[operator])
