"""Leaves about who a contact is to us: identified by an e-mail address or anonymous, known by a cookie or not."""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import Stated, term
from queries.fields import Document
from queries.leaves.keys import read_choice, read_tree_keys
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "identity"
OPERATORS = ("identified", "anonymous", "with-cookie", "without-cookie")
_SAID = {
    "identified": "is identified by an e-mail address",
    "anonymous": "is anonymous",
    "with-cookie": "is known by a cookie",
    "without-cookie": "is known by no cookie",
}


@dataclass(frozen=True, slots=True)
class Identity(Leaf):
    """The contact has an e-mail address, or a visitor token, or has none."""

    operator: str

    def reads(self) -> frozenset[str]:
        """Return what a change of e-mails or tokens is called."""
        return frozenset({fields.IDENTIFIED if self._by_email else fields.TOKENS})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether there is one as asked."""
        return bool(self.seen(document, at)) == (self.operator in ("identified", "with-cookie"))

    def search(self, at: Moment) -> Stated:
        """Return a query over the flag or the number of tokens."""
        return self.percolate()

    def percolate(self) -> Stated:
        """Return a query over the flag or the number of tokens."""
        if self._by_email:
            return Stated(term(fields.IDENTIFIED, self.operator == "identified"))
        bounds = {"gte": 1} if self.operator == "with-cookie" else {"lt": 1}
        return Stated({"range": {fields.TOKENS: bounds}})

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "op": self.operator}

    def describe(self, names: Names) -> str:
        """Return such as `is anonymous`."""
        return _SAID[self.operator]

    def seen(self, document: Document, at: Moment) -> Any:
        """Return whether there is an e-mail, or how many tokens there are."""
        return document[fields.IDENTIFIED if self._by_email else fields.TOKENS]

    @property
    def _by_email(self) -> bool:
        return self.operator in ("identified", "anonymous")


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Identity:
    """Return the leaf of `{"kind": "identity", "op": "identified"}`; raises FilterError."""
    read_tree_keys(raw, path, shared=("kind", "op"))
    return Identity(read_choice(raw, path, "op", OPERATORS))
