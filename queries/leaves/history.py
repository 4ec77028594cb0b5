"""Leaves about what a property has ever been: its value now or an earlier one (v1's `checkPastVersions`).

The negative ones ask that it has never been so. A contact that never had a value is one without a value. History is
complete from the day on which the property's versions are kept.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from queries import fields
from queries.conditions import AllOf, AnyOf, Condition
from queries.dsl import MATCH_ALL, Query, Stated, any_of, but_not, known, none_of, term
from queries.fields import Document
from queries.leaves.conditional import ConditionLeaf
from queries.moments import Moment
from queries.text_conditions import Contains, EndsWith, HasWords, MatchesPattern, StartsWith


@dataclass(frozen=True, slots=True)
class EverLeaf(ConditionLeaf):
    """The condition holds for the value or an earlier one; when negative, for none of them."""

    ever: ClassVar[bool] = True

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether any version, or no version, answers the condition."""
        versions = self._versions(document)
        if not versions:
            return self.missing
        return any(self.condition.matches(value) for value in versions) != self.negative

    def search(self, at: Moment) -> Stated:
        """Return the condition's query over the value and the earlier ones."""
        now = self.condition.search(fields.path(self.field_kind, self.name))
        before = _search_past(self.condition, fields.history_path(self.field_kind, self.name), self.name)
        return self._framed(now, before)

    def percolate(self) -> Stated:
        """Return the same; needles leave traces of the present value only."""
        now = self.condition.percolate(fields.path(self.field_kind, self.name), self.name)
        before = _percolate_past(self.condition, fields.history_path(self.field_kind, self.name), self.name)
        return self._framed(now, before)

    def coarse(self) -> Query:
        """Return whether there is or was a value."""
        return MATCH_ALL if self.missing else _ever_known(self.name)

    def seen(self, document: Document, at: Moment) -> Any:
        """Return all versions, the present one first, None where there was never one."""
        return self._versions(document) or None

    def _versions(self, document: Document) -> list[Any]:
        """Return every value that the property has or had, each in the form that the condition asks."""
        present = document.get(self.field_kind, {}).get(self.name)
        now = [] if present is None else [present]
        past = document.get(fields.HISTORY, {})
        if self.field_kind != "e":
            return [*now, *past.get(self.field_kind, {}).get(self.name, [])]
        return [*now, *(term.split(";") for term in past.get(fields.EXACT_SET, {}).get(self.name, []))]

    def _framed(self, now: Stated, before: Stated) -> Stated:
        had = _ever_known(self.name)
        exact = now.exact and before.exact
        if self.negative and not exact:
            return Stated(self.coarse(), False)
        held = any_of((now.query, before.query))
        query = but_not(had, held) if self.negative else held
        return Stated(any_of((query, none_of(had))) if self.missing else query, exact)


def _ever_known(name: str) -> Query:
    return any_of((known(name), term(fields.PAST, name)))


def _search_past(condition: Condition, field: str, name: str) -> Stated:
    """Return the condition over earlier values, of which an index holds one bag and not one list a version."""
    match condition:
        case HasWords() | MatchesPattern():
            return Stated(term(fields.PAST, name), False)
        case AllOf(operands):
            return Stated(condition.search(field).query, len(operands) == 1)
    return condition.search(field)


def _percolate_past(condition: Condition, field: str, name: str) -> Stated:
    if isinstance(condition, Contains | StartsWith | EndsWith):
        return Stated(term(fields.PAST, name), False)
    if isinstance(condition, AnyOf):
        return condition.percolate(field, name)
    return _search_past(condition, field, name)
