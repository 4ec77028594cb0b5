"""Leaves about lists: whether a contact is in one, and whether it was pinned into or out of one.

Membership of a static list and pins are marks in the contact's document (design rule 9). A smart list is not asked
there: `queries.inline` puts its criteria in the leaf's place before anything is compiled or evaluated.
"""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import Stated, none_of, term
from queries.errors import UnknownList
from queries.fields import Document
from queries.leaves.keys import ECHOED, read_choice, read_keys, read_list_id, read_operator, read_tree_keys, require
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "list"
OPERATORS = ("IN_LIST", "NOT_IN_LIST")
_TREE_OPERATORS = ("in", "not-in")


class NotInlined(TypeError):
    """A smart list was asked for before its criteria were put in its place: a mistake of the caller's."""


@dataclass(frozen=True, slots=True)
class ListMembership(Leaf):
    """The contact is, or is not, in the list."""

    list_id: int
    negative: bool
    dynamic: bool = False

    def reads(self) -> frozenset[str]:
        """Return the mark of the static list; of a smart one nothing, because its criteria are read."""
        return frozenset() if self.dynamic else frozenset({self._mark})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the mark is there, or is not there."""
        return (self._mark in document[fields.MARKS]) != self.negative

    def search(self, at: Moment) -> Stated:
        """Return a term query over the marks."""
        return self.percolate()

    def percolate(self) -> Stated:
        """Return a term query over the marks."""
        asked = term(fields.MARKS, self._mark)
        return Stated(none_of(asked) if self.negative else asked)

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "op": _TREE_OPERATORS[self.negative], "list": self.list_id}

    def render_v1(self) -> dict[str, Any]:
        """Return the normalised v1 filter object."""
        return {
            "filterFamily": "ListMembership",
            "operator": OPERATORS[self.negative],
            "list": self.list_id,
            "dynamicList": self.dynamic,
            "value": str(self.list_id),
            **ECHOED,
        }

    def describe(self, names: Names) -> str:
        """Return such as `is in list "Customers"`."""
        return f"is {'not ' if self.negative else ''}in {names.of_list(self.list_id)}"

    def seen(self, document: Document, at: Moment) -> Any:
        """Return the marks of the contact."""
        return list(document[fields.MARKS])

    @property
    def _mark(self) -> str:
        if self.dynamic:
            raise NotInlined(f"list {self.list_id} is dynamic; inline it first")
        return fields.static_list_mark(self.list_id)


@dataclass(frozen=True, slots=True)
class Pinned(Leaf):
    """The contact was pinned `in` or `out` of a smart list by hand. Only inlining makes this leaf."""

    pinned_list: int
    direction: str

    def reads(self) -> frozenset[str]:
        """Return the pin's mark."""
        return frozenset({fields.pin_mark(self.pinned_list, self.direction)})

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the pin is there."""
        return fields.pin_mark(self.pinned_list, self.direction) in document[fields.MARKS]

    def search(self, at: Moment) -> Stated:
        """Return a term query over the marks."""
        return self.percolate()

    def percolate(self) -> Stated:
        """Return a term query over the marks."""
        return Stated(term(fields.MARKS, fields.pin_mark(self.pinned_list, self.direction)))

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf as an explanation shows it; no filter can be written with it."""
        return {"kind": "pin", "op": self.direction, "list": self.pinned_list}

    def describe(self, names: Names) -> str:
        """Return such as `is pinned out of list "Customers"`."""
        return f"is pinned {'into' if self.direction == 'in' else 'out of'} {names.of_list(self.pinned_list)}"


def parse_v1(raw: dict[str, Any], path: str, context: FilterContext) -> ListMembership:
    """Return the leaf of a ListMembership filter object; raises FilterError.

    `dynamicList` is the server's to say; what a client sends there is not believed.
    """
    operator = read_operator(raw, path, OPERATORS)
    keys = read_keys(raw, path, ("list", "value", "type", "dynamicList"))
    return _leaf(_read_list(keys, path), operator == "NOT_IN_LIST", f"{path}.list", context)


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> ListMembership:
    """Return the leaf of `{"kind": "list", "op": "in", "list": 12}`; raises FilterError."""
    operator = read_choice(raw, path, "op", _TREE_OPERATORS)
    keys = read_tree_keys(raw, path, ("list",), shared=("kind", "op"))
    list_id = read_list_id(require(keys, "list", path), f"{path}.list")
    return _leaf(list_id, operator == "not-in", f"{path}.list", context)


def _leaf(list_id: int, negative: bool, path: str, context: FilterContext) -> ListMembership:
    dynamic = context.lists.get(list_id)
    if dynamic is None:
        raise UnknownList(path, list_id, "does not exist")
    return ListMembership(list_id, negative, dynamic)


def _read_list(keys: dict[str, Any], path: str) -> int:
    """Return the id under `list`, or under `value`, which repeats it in normalised filters."""
    value = keys.get("value", "")
    list_id = read_list_id(require({"list": value or None, **keys}, "list", path), f"{path}.list")
    if value != "" and read_list_id(value, f"{path}.value") != list_id:
        raise UnknownList(f"{path}.value", value, f"is not the list {list_id} that the filter names")
    return list_id
