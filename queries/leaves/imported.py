"""Leaves about imports: whether a row of an import was for the contact (v1's family Import).

A contact carries the id of each import as a mark. By which kind of way it came at all is a property,
`hs_analytics_source_data_1`.
"""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import Stated, none_of, term
from queries.errors import BadOperand
from queries.fields import Document
from queries.leaves.keys import ECHOED, read_choice, read_keys, read_operator, read_tree_keys, read_whole
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "import"
OPERATORS = ("IN_IMPORT", "NOT_IN_IMPORT")
MAX_ID = 2**53
_TREE_OPERATORS = ("in", "not-in")


@dataclass(frozen=True, slots=True)
class Imported(Leaf):
    """A row of the import was, or was not, for the contact."""

    import_id: int
    negative: bool

    def reads(self) -> frozenset[str]:
        """Return the import's mark."""
        return frozenset({fields.import_mark(self.import_id)})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the mark is there, or is not there."""
        return (fields.import_mark(self.import_id) in document[fields.MARKS]) != self.negative

    def search(self, at: Moment) -> Stated:
        """Return a term query over the marks."""
        return self.percolate()

    def percolate(self) -> Stated:
        """Return a term query over the marks."""
        asked = term(fields.MARKS, fields.import_mark(self.import_id))
        return Stated(none_of(asked) if self.negative else asked)

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "op": _TREE_OPERATORS[self.negative], "import": self.import_id}

    def render_v1(self) -> dict[str, Any]:
        """Return the normalised v1 filter object."""
        told = {"filterFamily": "Import", "operator": OPERATORS[self.negative]}
        return {**told, "import": self.import_id, "value": str(self.import_id), **ECHOED}

    def describe(self, names: Names) -> str:
        """Return such as `came with import 7`."""
        return f"{'did not come' if self.negative else 'came'} with import {self.import_id}"

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the marks of the contact."""
        return list(document[fields.MARKS])


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Imported:
    """Return the leaf of `{"kind": "import", "op": "in", "import": 7}`; raises FilterError."""
    operator = read_choice(raw, path, "op", _TREE_OPERATORS)
    keys = read_tree_keys(raw, path, ("import",), shared=("kind", "op"))
    return Imported(read_whole(keys, path, "import", 1, MAX_ID), operator == "not-in")


def parse_v1(raw: dict[str, Any], path: str, context: FilterContext) -> Imported:
    """Return the leaf of an Import filter object, whose `value` repeats the id; raises FilterError."""
    operator = read_operator(raw, path, OPERATORS)
    keys = read_keys(raw, path, ("import", "value", "type"))
    import_id = read_whole({"import": keys.get("value"), **keys}, path, "import", 1, MAX_ID)
    if str(keys.get("value", import_id)) != str(import_id):
        problem = f"is not the import {import_id} that the filter names"
        raise BadOperand(f"{path}.value", keys["value"], problem, "Leave value out")
    return Imported(import_id, operator == "NOT_IN_IMPORT")
