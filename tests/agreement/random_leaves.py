"""Makes random leaves in the spelling of a filter tree, one maker for each kind that is registered."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from queries.catalogue import PropertyType
from queries.fields import BUCKETS
from queries.leaves import (
    anniversary,
    calendar,
    compare,
    constant,
    count,
    day,
    form,
    fulltext,
    identity,
    imported,
    membership,
    presence,
    relative,
    sample,
    text,
    values,
)
from queries.leaves.dates import INSTANTS
from queries.moments import utc_day
from queries.windows import CALENDAR_OPERATORS, CALENDAR_UNITS, DAY_OPERATORS, HOURS, UNITS
from tests.agreement.alphabet import EMAILS, FORMS, IMPORTS, PAGES, WORDS, ZONES, Alphabet
from tests.support.filter_cases import CATALOGUE

Raw = dict[str, Any]

TEXTS = tuple(name for name, known in CATALOGUE.definitions.items() if known.type is PropertyType.STRING)
DATED = tuple(name for name, known in CATALOGUE.definitions.items() if known.type in INSTANTS)
COUNTED = tuple(name for name, known in CATALOGUE.definitions.items() if known.multiple)
PATTERNS = ("^a", "b$", "a|ß", "[0-9]+", "É", r"\bada\b", ".", "^$", "(a+)+b", r"\*", "x{3}", r"\s")
SEEDS = ("", "", "x", "ß")
ORDERED_PAIRS = (("amount", "limit"), ("day", "moment"))
OTHER_PAIRS = (("text", "nick"), ("tags", "marks_of"), ("flag", "agreed"))


def _value(a: Alphabet) -> Raw:
    name = a.pick(CATALOGUE.names)
    operator = a.pick(values.operators_of(CATALOGUE.definitions[name].type))
    return _of(values.KIND, name, operator, a) | _ever(a) | _operands(name, operator, a)


def _operands(name: str, operator: str, a: Alphabet) -> Raw:
    if operator.endswith("between"):
        low, high = sorted((a.value(name), a.value(name)))
        return {"low": low, "high": high}
    if operator in ("eq", "neq", *values.ORDER):
        return {"value": a.value(name)}
    return {"values": [a.value(name) for _ in range(a.pick((1, 2, 3)))] + _many(a)}


def _text(a: Alphabet) -> Raw:
    operator = a.pick(text.OPERATORS)
    asked = _of(text.KIND, a.pick(TEXTS), operator, a) | _ever(a)
    if operator.endswith("regex"):
        return asked | {"value": a.pick(PATTERNS)}
    return asked | {"values": [a.needle() for _ in range(a.pick((1, 1, 2, 3)))] + _many(a)}


def _presence(a: Alphabet) -> Raw:
    return {"kind": presence.KIND, "field": a.pick(CATALOGUE.names), "op": a.pick(presence.OPERATORS)}


def _relative(a: Alphabet) -> Raw:
    unit = a.pick(UNITS)
    span = {"direction": a.pick(("past", "future")), "n": a.pick((0, 1, 3, 7, 30, 365, 100_000)), "unit": unit}
    return _dated(relative.KIND, a.pick(("within", "beyond")), a, needs_hours=unit == HOURS) | span


def _calendar(a: Alphabet) -> Raw:
    span = {"unit": a.pick(CALENDAR_UNITS), "fiscalStart": a.pick((1, 1, 2, 4, 12))}
    return _dated(calendar.KIND, a.pick(CALENDAR_OPERATORS), a) | span


def _day(a: Alphabet) -> Raw:
    operator = a.pick(DAY_OPERATORS)
    first, last = sorted((_some_day(a), _some_day(a)))
    return _dated(day.KIND, operator, a) | ({"low": first, "high": last} if operator == "between" else {"value": first})


def _anniversary(a: Alphabet) -> Raw:
    first = a.pick((0, -1, -3, -30, 1, -366))
    span = {"low": first, "high": first + a.pick((0, 1, 7, 60, 364))}
    return _of(anniversary.KIND, a.pick(DATED), "within", a) | span | _zone(a)


def _compare(a: Alphabet) -> Raw:
    pair = a.pick((*ORDERED_PAIRS, *OTHER_PAIRS))
    name, other = a.chance.sample(pair, 2)
    operators = ("eq", "neq", "lt", "lte", "gt", "gte") if pair in ORDERED_PAIRS else ("eq", "neq")
    return _of(compare.KIND, name, a.pick(operators), a) | {"other": other}


def _count(a: Alphabet) -> Raw:
    operator, number = a.pick(count.OPERATORS), a.pick((0, 1, 2, 3))
    span = {"low": number, "high": number + 1} if operator.endswith("between") else {"value": number}
    return _of(count.KIND, a.pick(COUNTED), operator, a) | span


def _list(a: Alphabet) -> Raw:
    return {"kind": membership.KIND, "op": a.pick(("in", "not-in")), "list": a.pick(a.lists)}


def _sample(a: Alphabet) -> Raw:
    low = a.chance.randrange(BUCKETS)
    return {"kind": sample.KIND, "low": low, "high": a.chance.randint(low + 1, BUCKETS), "seed": a.pick(SEEDS)}


def _search(a: Alphabet) -> Raw:
    email = a.pick(EMAILS)
    words = " ".join(a.several(WORDS, 2))
    return {"kind": fulltext.KIND, "value": a.pick((words, email, email[: a.chance.randint(1, 8)], f"{words} {email}"))}


def _form(a: Alphabet) -> Raw:
    low = a.pick((1, 1, 1, 2, 3))
    asked: Raw = {"kind": form.KIND, "op": a.pick(("sent", "sent", "not-sent")), "min": low}
    asked |= {"form": a.pick(FORMS)} if a.often(0.6) else {}
    asked |= {"page": a.pick(PAGES)} if a.often(0.3) else {}
    asked |= {"max": low + a.pick((0, 1, 3))} if a.often(0.2) else {}
    return asked | ({"window": _window(a)} | _zone(a) if a.often(0.6) else {})


def _window(a: Alphabet) -> Raw:
    first, last = sorted((a.instant(), a.instant()))
    return a.pick(
        (
            {"op": "span", "after": first, "before": last},
            {"op": "span", a.pick(("after", "before")): first},
            {"op": a.pick(("within", "beyond")), "n": a.pick((0, 1, 7, 30, 365)), "unit": a.pick(UNITS)},
            {"op": a.pick(CALENDAR_OPERATORS), "unit": a.pick(CALENDAR_UNITS)},
        )
    )


def _import(a: Alphabet) -> Raw:
    return {"kind": imported.KIND, "op": a.pick(("in", "not-in")), "import": a.pick(IMPORTS)}


def _identity(a: Alphabet) -> Raw:
    return {"kind": identity.KIND, "op": a.pick(identity.OPERATORS)}


def _constant(a: Alphabet) -> Raw:
    return {"kind": constant.KIND, "value": a.often(0.5)}


MAKERS: Mapping[str, Callable[[Alphabet], Raw]] = {
    values.KIND: _value,
    text.KIND: _text,
    presence.KIND: _presence,
    relative.KIND: _relative,
    calendar.KIND: _calendar,
    day.KIND: _day,
    anniversary.KIND: _anniversary,
    compare.KIND: _compare,
    count.KIND: _count,
    membership.KIND: _list,
    sample.KIND: _sample,
    fulltext.KIND: _search,
    identity.KIND: _identity,
    form.KIND: _form,
    imported.KIND: _import,
    constant.KIND: _constant,
}
"""`kind` of a leaf -> what makes a random one; the few that it makes in vain are refused by the parser."""


def _many(a: Alphabet) -> list[str]:
    """Return, now and then, more operands than engines take clauses."""
    return [str(number) for number in range(a.pick((70, 600, 990)))] if a.often(0.01) else []


def _of(kind: str, name: str, operator: str, a: Alphabet) -> Raw:
    return {"kind": kind, "field": name, "op": operator, "missing": a.pick(("no-match", "match"))}


def _ever(a: Alphabet) -> Raw:
    return {"ever": True} if a.often(0.25) else {}


def _dated(kind: str, operator: str, a: Alphabet, needs_hours: bool = False) -> Raw:
    if a.often(0.3):
        return _of(kind, a.pick(CATALOGUE.names), operator, a) | {"of": "changed"} | _zone(a)
    return _of(kind, "moment" if needs_hours else a.pick(DATED), operator, a) | _zone(a)


def _zone(a: Alphabet) -> Raw:
    return {"zone": a.pick(ZONES)} if a.often(0.3) else {}


def _some_day(a: Alphabet) -> str:
    return date.fromordinal(utc_day(a.instant())).isoformat()
