"""Leaves of the family ListMembership: whether a contact is in a static list.

Membership is a mark in the contact's document (design rule 9). NOT_IN_LIST also matches contacts that are in
no list at all.
"""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.errors import UnknownList
from queries.fields import Document
from queries.leaves.keys import ECHOED, read_keys, read_list_id, read_operator, require

OPERATORS = ("IN_LIST", "NOT_IN_LIST")


@dataclass(frozen=True, slots=True)
class ListMembership:
    """The contact is, or is not, in the static list."""

    list_id: int
    negative: bool

    def reads(self) -> frozenset[str]:
        """Return `marks`, where static membership stands."""
        return frozenset({fields.MARKS})

    def compile(self) -> dict[str, Any]:
        """Return a term query over the marks."""
        term = {"term": {fields.MARKS: fields.static_list_mark(self.list_id)}}
        return {"bool": {"must_not": [term]}} if self.negative else term

    def matches(self, document: Document) -> bool:
        """Return whether the mark is there, or is not there."""
        return (fields.static_list_mark(self.list_id) in document[fields.MARKS]) != self.negative

    def render(self) -> dict[str, Any]:
        """Return the normalised v1 filter object."""
        return {
            "filterFamily": "ListMembership",
            "operator": OPERATORS[self.negative],
            "list": self.list_id,
            "dynamicList": False,
            "value": str(self.list_id),
            **ECHOED,
        }


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> ListMembership:
    """Return the leaf of a ListMembership filter object; raises FilterError."""
    operator = read_operator(raw, path, OPERATORS)
    keys = read_keys(raw, path, ("list", "value", "type"))
    list_id = _read_list(keys, path)
    _check_list(list_id, f"{path}.list", context)
    return ListMembership(list_id, operator == "NOT_IN_LIST")


def _read_list(keys: dict[str, Any], path: str) -> int:
    """Return the id under `list`, or under `value`, which repeats it in normalised filters."""
    value = keys.get("value", "")
    list_id = read_list_id(require({"list": value or None, **keys}, "list", path), f"{path}.list")
    if value != "" and read_list_id(value, f"{path}.value") != list_id:
        raise UnknownList(f"{path}.value", value, f"is not the list {list_id} that the filter names")
    return list_id


def _check_list(list_id: int, path: str, context: FilterContext) -> None:
    dynamic = context.lists.get(list_id)
    if dynamic is None:
        raise UnknownList(path, list_id, "does not exist")
    if dynamic:
        raise UnknownList(path, list_id, "is dynamic, which filters do not take")
