"""The leaf that is true of everyone, or of nobody."""

from dataclasses import dataclass
from typing import Any

from queries.context import FilterContext
from queries.dsl import MATCH_ALL, MATCH_NONE, Query, Stated
from queries.errors import MalformedFilter
from queries.fields import Document
from queries.leaves.keys import read_tree_keys, require
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "constant"


@dataclass(frozen=True, slots=True)
class Constant(Leaf):
    """The answer itself."""

    value: bool

    def reads(self) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def matches(self, document: Document, at: Moment) -> bool:
        """Return the answer."""
        return self.value

    def search(self, at: Moment) -> Stated:
        """Return everyone or nobody."""
        return Stated(self.coarse())

    def percolate(self) -> Stated:
        """Return everyone or nobody."""
        return Stated(self.coarse())

    def coarse(self) -> Query:
        """Return everyone or nobody."""
        return MATCH_ALL if self.value else MATCH_NONE

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "value": self.value}

    def describe(self, names: Names) -> str:
        """Return `everyone` or `nobody`."""
        return "everyone" if self.value else "nobody"


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Constant:
    """Return the leaf of `{"kind": "constant", "value": true}`; raises FilterError."""
    value = require(read_tree_keys(raw, path, ("value",), shared=("kind",)), "value", path)
    if not isinstance(value, bool):
        raise MalformedFilter(f"{path}.value", value, "true or false")
    return Constant(value)
