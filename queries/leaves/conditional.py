"""The leaf that most families read into: a property has a value for which a condition holds, or does not hold.

A positive and a negative operator differ only in `negative`; what either says of a contact without the value is
`missing`, which is False (no match) in v1.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from queries import fields
from queries.catalogue import PropertyType
from queries.conditions import Condition
from queries.dsl import Query, Stated
from queries.fields import Document
from queries.leaves import framing
from queries.leaves.keys import ECHOED
from queries.leaves.words import Phrase, said
from queries.moments import Moment
from queries.nodes import Leaf, Names

Given = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a leaf was written: its tree operator, its v1 operator if it has one, and its operands as they were given."""

    operator: str
    v1: str | None
    keys: tuple[str, ...]
    given: tuple[Given, ...]
    joined: bool = False

    def tree(self) -> dict[str, Any]:
        """Return operator and operands as a filter tree has them."""
        if self.keys == ("values",):
            return {"op": self.operator, "values": list(self.given)}
        return {"op": self.operator, **dict(zip(self.keys, self.given, strict=True))}

    def in_v1(self) -> dict[str, Any] | None:
        """Return operator and operands as v1 has them: several joined by `;`, which no joined one may hold."""
        if self.v1 is None:
            return None
        if self.keys == ("low", "high"):
            return {"operator": self.v1, "value": "", "rangeStart": self.given[0], "rangeEnd": self.given[1]}
        if self.joined and any(";" in str(each) or each == "" for each in self.given):
            return None
        return {
            "operator": self.v1,
            "value": self.given[0] if len(self.given) == 1 else ";".join(map(_text, self.given)),
        }


@dataclass(frozen=True, slots=True)
class ConditionLeaf(Leaf):
    """The property has a value for which the condition holds, or, when negative, does not hold.

    `spelling` is how the client wrote it, kept for the echo; it takes no part in comparison.
    """

    family: str
    name: str
    type: PropertyType
    field_kind: str
    condition: Condition
    negative: bool
    missing: bool
    spelling: Spelling = field(compare=False)

    ever: ClassVar[bool] = False

    def reads(self) -> frozenset[str]:
        """Return the property's name."""
        return frozenset({self.name})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether there is a value that answers the condition as asked."""
        value = document.get(self.field_kind, {}).get(self.name)
        if value is None:
            return self.missing
        return self.condition.matches(value) != self.negative

    def search(self, at: Moment) -> Stated:
        """Return the condition's query; a negative one also asks that there is a value."""
        asked = self.condition.search(fields.path(self.field_kind, self.name))
        return framing.searched(self.name, asked, self.negative, self.missing)

    def percolate(self) -> Stated:
        """Return the condition's query over a percolated contact."""
        asked = self.condition.percolate(fields.path(self.field_kind, self.name), self.name)
        return framing.percolated(self.name, asked, self.negative, self.missing)

    def coarse(self) -> Query:
        """Return whether there is a value."""
        return framing.with_value(self.name, self.missing)

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        missing = framing.rendered(self.missing)
        ever = {"ever": True} if self.ever else {}
        return {"kind": self.family, "field": self.name, **self.spelling.tree(), "missing": missing, **ever}

    def render_v1(self) -> dict[str, Any] | None:
        """Return the normalised v1 filter object; v1 has no rule for missing values but no match."""
        operands = self.spelling.in_v1()
        if operands is None or self.missing:
            return None
        described = {"filterFamily": "PropertyValue", "property": self.name, "type": self.type.value}
        return described | ECHOED | operands | {"checkPastVersions": self.ever}

    def normal(self) -> dict[str, Any]:
        """Return the question with its operands as documents hold them."""
        return {
            "kind": "condition",
            "field": self.name,
            "in": self.field_kind,
            "asks": self.condition.normal(),
            "negative": self.negative,
            "missing": self.missing,
            "ever": self.ever,
        }

    def describe(self, names: Names) -> str:
        """Return such as `last name is Page`."""
        phrase = Phrase(names.label(self.name), self.spelling.operator, self.spelling.given, self.type)
        return said(phrase, self.ever, self.missing)

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the value as it is compared."""
        value = document.get(self.field_kind, {}).get(self.name)
        return value.split(";") if self.field_kind == fields.EXACT_SET and value is not None else value

    def missing_applies(self, document: Document) -> bool:
        """Return whether there is no value."""
        return self.seen(document, Moment(0)) is None


def _text(given: Given) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)
