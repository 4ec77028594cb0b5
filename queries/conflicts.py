"""Clauses that exclude or complete each other: what makes an AND nobody and an OR everybody.

Only certain cases are found: a clause beside its opposite, a value asked of a property that must have none, single
values that other clauses of the same property refuse, ranges without overlap.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from queries import fields
from queries.catalogue import PropertyType
from queries.conditions import AnyOf, Between, Compares, Equals
from queries.leaves.compare import Comparison
from queries.leaves.conditional import ConditionLeaf
from queries.leaves.dates import VALUE, DateLeaf
from queries.leaves.identity import Identity
from queries.leaves.membership import ListMembership
from queries.leaves.presence import Presence
from queries.nodes import And, Leaf, Node, Not, Or


class Literal(NamedTuple):
    """A question and whether it is denied: `unknown` is `known` denied, `not in list` is `in list` denied."""

    question: str
    denied: bool
    leaf: Leaf


_DENIALS = {"unknown": "known", "anonymous": "identified", "without-cookie": "with-cookie"}


def conflict(below: Sequence[Node]) -> str | None:
    """Return why no contact can meet all of these, None where nothing is known against it."""
    literals = list(_literals(below, And))
    opposite = _opposite(literals)
    if opposite is not None:
        return f"A clause and its opposite cannot both be true: {opposite}"
    return _absent_but_asked(literals) or _values_refused(literals)


def complement(below: Sequence[Node]) -> str | None:
    """Return why every contact meets one of these, None where that is not known."""
    opposite = _opposite(list(_literals(below, Or)))
    return None if opposite is None else f"A clause or its opposite is true of everyone: {opposite}"


def _literals(below: Iterable[Node], group: type[And] | type[Or]) -> Iterator[Literal]:
    for child in below:
        match child:
            case And(inner) | Or(inner) if isinstance(child, group) or len(inner) == 1:
                yield from _literals(inner, group)
            case Not(Leaf() as leaf):
                literal = _literal(leaf)
                yield literal._replace(denied=not literal.denied)
            case Leaf():
                yield _literal(child)


def _literal(leaf: Leaf) -> Literal:
    match leaf:
        case Presence(name, type, operator) if operator in _DENIALS:
            return Literal(_question(Presence(name, type, _DENIALS[operator])), True, leaf)
        case Identity(operator) if operator in _DENIALS:
            return Literal(_question(Identity(_DENIALS[operator])), True, leaf)
        case ListMembership(list_id, True, dynamic):
            return Literal(_question(ListMembership(list_id, False, dynamic)), True, leaf)
    return Literal(_question(leaf), False, leaf)


def _question(leaf: Leaf) -> str:
    return json.dumps(leaf.normal(), sort_keys=True)


def _opposite(literals: Iterable[Literal]) -> str | None:
    """Return what is both asked and denied."""
    asked: dict[str, bool] = {}
    for literal in literals:
        if asked.setdefault(literal.question, literal.denied) != literal.denied:
            return _short(literal.leaf)
    return None


def _absent_but_asked(literals: Sequence[Literal]) -> str | None:
    unknown = {
        literal.leaf.name for literal in literals if isinstance(literal.leaf, Presence) and _says_unknown(literal)
    }
    for literal in literals:
        name = _needs_value(literal)
        if name in unknown:
            return f"{name} must have no value and one that is asked for"
    return None


def _says_unknown(literal: Literal) -> bool:
    leaf = literal.leaf
    return isinstance(leaf, Presence) and (leaf.operator, literal.denied) in (("unknown", True), ("known", True))


def _needs_value(literal: Literal) -> str | None:
    """Return the property that must have a value for a clause to be true."""
    match literal.leaf:
        case Presence(name, _, "blank" | "not-blank") | Presence(name, _, "known") if not literal.denied:
            return name
        case ConditionLeaf(missing=False, ever=False, name=name) if not literal.denied:
            return name
        case DateLeaf(missing=False, of=of, name=name) if of == VALUE and not literal.denied:
            return name
        case Comparison(missing=False, name=name) if not literal.denied:
            return name
    return None


def _values_refused(literals: Sequence[Literal]) -> str | None:
    """Return the property whose clauses cannot be met by one value."""
    grouped: dict[tuple[str, str], list[ConditionLeaf]] = {}
    for literal in literals:
        leaf = literal.leaf
        if isinstance(leaf, ConditionLeaf) and not (literal.denied or leaf.missing or leaf.ever):
            grouped.setdefault((leaf.name, "e" if leaf.field_kind == "x" else leaf.field_kind), []).append(leaf)
    for (name, _), clauses in grouped.items():
        if _no_value_left(clauses) or _ranges_apart(clauses):
            return f"No value of {name} meets all of these clauses"
    return None


def _no_value_left(clauses: Sequence[ConditionLeaf]) -> bool:
    candidates = next((found for clause in clauses if (found := _only_values(clause)) is not None), None)
    if candidates is None:
        return False
    return not any(all(_accepts(clause, value) for clause in clauses) for value in candidates)


def _only_values(clause: ConditionLeaf) -> list[Any] | None:
    """Return the only values that meet a clause: for enumerations, sets of options."""
    if clause.negative:
        return None
    condition = clause.condition
    if clause.field_kind == fields.EXACT_SET and isinstance(condition, Equals):
        return [str(condition.operand).split(";")]
    if clause.field_kind == "e":
        single = isinstance(condition, AnyOf) and clause.type is PropertyType.BOOL
        return [[value] for value in condition.normal()[1]] if single else None
    if isinstance(condition, Equals):
        return [condition.operand]
    return list(condition.operands) if isinstance(condition, AnyOf) else None


def _accepts(clause: ConditionLeaf, value: Any) -> bool:
    whole = clause.field_kind == fields.EXACT_SET
    return clause.condition.matches(fields.set_term(frozenset(value)) if whole else value) != clause.negative


def _ranges_apart(clauses: Sequence[ConditionLeaf]) -> bool:
    """Say whether two ranges of the same property have no value in common."""
    ranges = [clause.condition for clause in clauses if not clause.negative]
    return any(_apart(one, other) or _apart(other, one) for one, other in combinations(ranges, 2))


def _apart(below: Any, above: Any) -> bool:
    """Say whether everything in one range is below everything in another."""
    high, high_included = _upper(below)
    low, low_included = _lower(above)
    if high is None or low is None:
        return False
    return bool(high < low or (high == low and not (high_included and low_included)))


def _upper(condition: Any) -> tuple[Any, bool]:
    match condition:
        case Compares("lt" | "lte" as relation, operand):
            return operand, relation == "lte"
        case Between(_, high):
            return high, True
    return None, False


def _lower(condition: Any) -> tuple[Any, bool]:
    match condition:
        case Compares("gt" | "gte" as relation, operand):
            return operand, relation == "gte"
        case Between(low, _):
            return low, True
    return None, False


def _short(leaf: Leaf) -> str:
    told = leaf.render_tree()
    return " ".join(str(told[key]) for key in ("field", "kind", "op", "list") if key in told)
