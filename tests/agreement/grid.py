"""Every operator of every type, asked of a contact without a value, and with a cleared, a blank, one and many values.

A text with a `;` is one text. Numbers and dates take neither blanks nor many values; such a value stays behind where
a property's type is changed, and counts as none.
"""

from collections.abc import Iterator
from typing import Any

from queries.leaves import text, values
from queries.leaves.framing import MATCH
from tests.support.filter_cases import CATALOGUE, D0, D1, NOON, Case, Contact, leaf

STATES = ("absent", "empty", "blank", "one", "many")
HELD: dict[str, tuple[str | None, ...]] = {
    "text": (None, "", " ", "Ada", "Ada;bob"),
    "amount": (None, "", " ", "5", "5;6"),
    "flag": (None, "", " ", "true", "true;false"),
    "day": (None, "", " ", str(D0), f"{D0};{D1}"),
    "moment": (None, "", " ", str(NOON), f"{NOON};{D1}"),
    "stage": (None, "", " ", "lead", "lead;customer"),
    "tags": (None, "", " ", "a", "a;b"),
}
"""What a contact of each state holds of a property, one property for each type."""

COMPARED = {
    "text": {"nick": "ADA"},
    "amount": {"limit": "5.0"},
    "flag": {"agreed": "true"},
    "day": {"moment": str(NOON)},
    "moment": {"day": str(D0)},
    "stage": {"marks_of": "lead"},
    "tags": {"marks_of": "b;a"},
}
"""What the contact has in the other property of a comparison."""

WITHOUT_VALUE = {
    "text": ("absent", "empty"),
    "amount": ("absent", "empty", "blank", "many"),
    "flag": ("absent", "empty"),
    "day": ("absent", "empty", "blank", "many"),
    "moment": ("absent", "empty", "blank", "many"),
    "stage": ("absent", "empty"),
    "tags": ("absent", "empty"),
}


def grid_cases() -> Iterator[Case]:
    """Yield each row of each state; with the rule that a missing value matches; and of earlier values."""
    for raw, answers in ROWS:
        for state, answer in zip(STATES, answers, strict=True):
            yield Case(raw, contact_in(raw, state), answer == "y")
        if raw["kind"] != "presence":
            yield from _with_missing(raw, answers)
        if raw["kind"] in (values.KIND, text.KIND):
            yield from _ever(raw, answers)


def contact_in(raw: dict[str, Any], state: str) -> Contact:
    """Return a contact whose property is in a state."""
    name = raw["field"]
    value = HELD[name][STATES.index(state)]
    beside = COMPARED[name] if raw["kind"] == "compare" else {}
    return Contact({**beside, **({} if value is None else {name: value})})


def _with_missing(raw: dict[str, Any], answers: str) -> Iterator[Case]:
    for state, answer in zip(STATES, answers, strict=True):
        matches = answer == "y" or state in WITHOUT_VALUE[raw["field"]]
        yield Case({**raw, "missing": MATCH}, contact_in(raw, state), matches)


def _ever(raw: dict[str, Any], answers: str) -> Iterator[Case]:
    """Yield the row asked of all versions: without a past, and of a value that there was and is no more."""
    ever = {**raw, "ever": True}
    for state, answer in zip(STATES, answers, strict=True):
        yield Case(ever, contact_in(raw, state), answer == "y")
    past = str(HELD[raw["field"]][STATES.index("one")])
    yield Case(ever, Contact(past={raw["field"]: (past,)}), answers[STATES.index("one")] == "y")


def type_of(name: str) -> str:
    """Return the type of a property, an enumeration's told apart by how many values it takes."""
    definition = CATALOGUE.definitions[name]
    return f"{definition.type.value}{' of many' if definition.multiple else ''}"


ROWS: list[tuple[dict[str, Any], str]] = [
    # value of text
    (leaf("value", "text", "eq", "Ada"), "nnnyn"),
    (leaf("value", "text", "neq", "Ada"), "nnyny"),
    (leaf("value", "text", "any", ["Ada"]), "nnnyn"),
    (leaf("value", "text", "any", ["Ada", "bob"]), "nnnyn"),
    (leaf("value", "text", "none", ["Ada"]), "nnyny"),
    (leaf("value", "text", "none", ["Ada", "bob"]), "nnyny"),
    (leaf("value", "text", "all", ["Ada"]), "nnnyn"),
    (leaf("value", "text", "all", ["Ada", "bob"]), "nnnnn"),
    (leaf("value", "text", "not-all", ["Ada"]), "nnyny"),
    (leaf("value", "text", "not-all", ["Ada", "bob"]), "nnyyy"),
    (leaf("value", "text", "exactly", ["Ada"]), "nnnyn"),
    (leaf("value", "text", "exactly", ["Ada", "bob"]), "nnnnn"),
    (leaf("value", "text", "not-exactly", ["Ada"]), "nnyny"),
    (leaf("value", "text", "not-exactly", ["Ada", "bob"]), "nnyyy"),
    (leaf("value", "text", "lt", "bob"), "nnyyy"),
    (leaf("value", "text", "lte", "Ada"), "nnyyn"),
    (leaf("value", "text", "gt", "Ada"), "nnnny"),
    (leaf("value", "text", "gte", "Ada"), "nnnyy"),
    (leaf("value", "text", "between", "Ada", "bob"), "nnnyy"),
    (leaf("value", "text", "not-between", "Ada", "bob"), "nnynn"),
    # presence of text
    (leaf("presence", "text", "known"), "nnyyy"),
    (leaf("presence", "text", "unknown"), "yynnn"),
    (leaf("presence", "text", "blank"), "nnynn"),
    (leaf("presence", "text", "not-blank"), "nnnyy"),
    # text of text
    (leaf("text", "text", "contains", ["a;b", "zz"]), "nnnny"),
    (leaf("text", "text", "not-contains", ["a;b", "zz"]), "nnyyn"),
    (leaf("text", "text", "starts", ["ad"]), "nnnyy"),
    (leaf("text", "text", "not-starts", ["ad"]), "nnynn"),
    (leaf("text", "text", "ends", ["da"]), "nnnyn"),
    (leaf("text", "text", "not-ends", ["da"]), "nnyny"),
    (leaf("text", "text", "words", ["bob"]), "nnnny"),
    (leaf("text", "text", "not-words", ["bob"]), "nnyyn"),
    (leaf("text", "text", "regex", "^ada$"), "nnnyn"),
    (leaf("text", "text", "not-regex", "^ada$"), "nnyny"),
    # value of amount
    (leaf("value", "amount", "eq", 5), "nnnyn"),
    (leaf("value", "amount", "neq", 5), "nnnnn"),
    (leaf("value", "amount", "any", [5]), "nnnyn"),
    (leaf("value", "amount", "any", [5, 6]), "nnnyn"),
    (leaf("value", "amount", "none", [5]), "nnnnn"),
    (leaf("value", "amount", "none", [5, 6]), "nnnnn"),
    (leaf("value", "amount", "all", [5]), "nnnyn"),
    (leaf("value", "amount", "all", [5, 6]), "nnnnn"),
    (leaf("value", "amount", "not-all", [5]), "nnnnn"),
    (leaf("value", "amount", "not-all", [5, 6]), "nnnyn"),
    (leaf("value", "amount", "exactly", [5]), "nnnyn"),
    (leaf("value", "amount", "exactly", [5, 6]), "nnnnn"),
    (leaf("value", "amount", "not-exactly", [5]), "nnnnn"),
    (leaf("value", "amount", "not-exactly", [5, 6]), "nnnyn"),
    (leaf("value", "amount", "lt", 6), "nnnyn"),
    (leaf("value", "amount", "lte", 5), "nnnyn"),
    (leaf("value", "amount", "gt", 5), "nnnnn"),
    (leaf("value", "amount", "gte", 5), "nnnyn"),
    (leaf("value", "amount", "between", 5, 6), "nnnyn"),
    (leaf("value", "amount", "not-between", 5, 6), "nnnnn"),
    # presence of amount
    (leaf("presence", "amount", "known"), "nnnyn"),
    (leaf("presence", "amount", "unknown"), "yyyny"),
    (leaf("presence", "amount", "blank"), "nnnnn"),
    (leaf("presence", "amount", "not-blank"), "nnnyn"),
    # value of flag
    (leaf("value", "flag", "eq", True), "nnnyn"),
    (leaf("value", "flag", "neq", True), "nnyny"),
    (leaf("value", "flag", "any", [True]), "nnnyy"),
    (leaf("value", "flag", "any", [True, False]), "nnnyy"),
    (leaf("value", "flag", "none", [True]), "nnynn"),
    (leaf("value", "flag", "none", [True, False]), "nnynn"),
    (leaf("value", "flag", "all", [True]), "nnnyy"),
    (leaf("value", "flag", "all", [True, False]), "nnnny"),
    (leaf("value", "flag", "not-all", [True]), "nnynn"),
    (leaf("value", "flag", "not-all", [True, False]), "nnyyn"),
    (leaf("value", "flag", "exactly", [True]), "nnnyn"),
    (leaf("value", "flag", "exactly", [True, False]), "nnnny"),
    (leaf("value", "flag", "not-exactly", [True]), "nnyny"),
    (leaf("value", "flag", "not-exactly", [True, False]), "nnyyn"),
    # presence of flag
    (leaf("presence", "flag", "known"), "nnyyy"),
    (leaf("presence", "flag", "unknown"), "yynnn"),
    (leaf("presence", "flag", "blank"), "nnnnn"),
    (leaf("presence", "flag", "not-blank"), "nnyyy"),
    # value of day
    (leaf("value", "day", "eq", "2019-05-04"), "nnnyn"),
    (leaf("value", "day", "neq", "2019-05-04"), "nnnnn"),
    (leaf("value", "day", "any", ["2019-05-04"]), "nnnyn"),
    (leaf("value", "day", "any", ["2019-05-04", "2019-05-05"]), "nnnyn"),
    (leaf("value", "day", "none", ["2019-05-04"]), "nnnnn"),
    (leaf("value", "day", "none", ["2019-05-04", "2019-05-05"]), "nnnnn"),
    (leaf("value", "day", "all", ["2019-05-04"]), "nnnyn"),
    (leaf("value", "day", "all", ["2019-05-04", "2019-05-05"]), "nnnnn"),
    (leaf("value", "day", "not-all", ["2019-05-04"]), "nnnnn"),
    (leaf("value", "day", "not-all", ["2019-05-04", "2019-05-05"]), "nnnyn"),
    (leaf("value", "day", "exactly", ["2019-05-04"]), "nnnyn"),
    (leaf("value", "day", "exactly", ["2019-05-04", "2019-05-05"]), "nnnnn"),
    (leaf("value", "day", "not-exactly", ["2019-05-04"]), "nnnnn"),
    (leaf("value", "day", "not-exactly", ["2019-05-04", "2019-05-05"]), "nnnyn"),
    (leaf("value", "day", "lt", "2019-05-05"), "nnnyn"),
    (leaf("value", "day", "lte", "2019-05-04"), "nnnyn"),
    (leaf("value", "day", "gt", "2019-05-04"), "nnnnn"),
    (leaf("value", "day", "gte", "2019-05-04"), "nnnyn"),
    (leaf("value", "day", "between", "2019-05-04", "2019-05-05"), "nnnyn"),
    (leaf("value", "day", "not-between", "2019-05-04", "2019-05-05"), "nnnnn"),
    # presence of day
    (leaf("presence", "day", "known"), "nnnyn"),
    (leaf("presence", "day", "unknown"), "yyyny"),
    (leaf("presence", "day", "blank"), "nnnnn"),
    (leaf("presence", "day", "not-blank"), "nnnyn"),
    # relative of day
    (leaf("relative", "day", "within", direction="past", n=1, unit="days"), "nnnyn"),
    (leaf("relative", "day", "within", direction="future", n=1, unit="days"), "nnnyn"),
    (leaf("relative", "day", "beyond", direction="past", n=1, unit="days"), "nnnnn"),
    (leaf("relative", "day", "beyond", direction="future", n=1, unit="days"), "nnnnn"),
    # calendar of day
    (leaf("calendar", "day", "this", unit="month"), "nnnyn"),
    (leaf("calendar", "day", "this-so-far", unit="month"), "nnnyn"),
    (leaf("calendar", "day", "last", unit="month"), "nnnnn"),
    (leaf("calendar", "day", "next", unit="month"), "nnnnn"),
    # day of day
    (leaf("day", "day", "on", "2019-05-04"), "nnnyn"),
    (leaf("day", "day", "before", "2019-05-05"), "nnnyn"),
    (leaf("day", "day", "after", "2019-05-03"), "nnnyn"),
    (leaf("day", "day", "between", "2019-05-03", "2019-05-04"), "nnnyn"),
    # anniversary of day
    (leaf("anniversary", "day", "within", 0, 1), "nnnyn"),
    # value of moment
    (leaf("value", "moment", "eq", "2019-05-04T12:00Z"), "nnnyn"),
    (leaf("value", "moment", "neq", "2019-05-04T12:00Z"), "nnnnn"),
    (leaf("value", "moment", "any", ["2019-05-04T12:00Z"]), "nnnyn"),
    (leaf("value", "moment", "any", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnyn"),
    (leaf("value", "moment", "none", ["2019-05-04T12:00Z"]), "nnnnn"),
    (leaf("value", "moment", "none", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnnn"),
    (leaf("value", "moment", "all", ["2019-05-04T12:00Z"]), "nnnyn"),
    (leaf("value", "moment", "all", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnnn"),
    (leaf("value", "moment", "not-all", ["2019-05-04T12:00Z"]), "nnnnn"),
    (leaf("value", "moment", "not-all", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnyn"),
    (leaf("value", "moment", "exactly", ["2019-05-04T12:00Z"]), "nnnyn"),
    (leaf("value", "moment", "exactly", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnnn"),
    (leaf("value", "moment", "not-exactly", ["2019-05-04T12:00Z"]), "nnnnn"),
    (leaf("value", "moment", "not-exactly", ["2019-05-04T12:00Z", "2019-05-05T00:00Z"]), "nnnyn"),
    (leaf("value", "moment", "lt", "2019-05-05T00:00Z"), "nnnyn"),
    (leaf("value", "moment", "lte", "2019-05-04T12:00Z"), "nnnyn"),
    (leaf("value", "moment", "gt", "2019-05-04T12:00Z"), "nnnnn"),
    (leaf("value", "moment", "gte", "2019-05-04T12:00Z"), "nnnyn"),
    (leaf("value", "moment", "between", "2019-05-04T12:00Z", "2019-05-05T00:00Z"), "nnnyn"),
    (leaf("value", "moment", "not-between", "2019-05-04T12:00Z", "2019-05-05T00:00Z"), "nnnnn"),
    # presence of moment
    (leaf("presence", "moment", "known"), "nnnyn"),
    (leaf("presence", "moment", "unknown"), "yyyny"),
    (leaf("presence", "moment", "blank"), "nnnnn"),
    (leaf("presence", "moment", "not-blank"), "nnnyn"),
    # relative of moment
    (leaf("relative", "moment", "within", direction="past", n=1, unit="days"), "nnnyn"),
    (leaf("relative", "moment", "within", direction="future", n=1, unit="days"), "nnnyn"),
    (leaf("relative", "moment", "beyond", direction="past", n=1, unit="days"), "nnnnn"),
    (leaf("relative", "moment", "beyond", direction="future", n=1, unit="days"), "nnnnn"),
    # calendar of moment
    (leaf("calendar", "moment", "this", unit="month"), "nnnyn"),
    (leaf("calendar", "moment", "this-so-far", unit="month"), "nnnyn"),
    (leaf("calendar", "moment", "last", unit="month"), "nnnnn"),
    (leaf("calendar", "moment", "next", unit="month"), "nnnnn"),
    # day of moment
    (leaf("day", "moment", "on", "2019-05-04"), "nnnyn"),
    (leaf("day", "moment", "before", "2019-05-05"), "nnnyn"),
    (leaf("day", "moment", "after", "2019-05-03"), "nnnyn"),
    (leaf("day", "moment", "between", "2019-05-03", "2019-05-04"), "nnnyn"),
    # anniversary of moment
    (leaf("anniversary", "moment", "within", 0, 1), "nnnyn"),
    # value of stage
    (leaf("value", "stage", "eq", "lead"), "nnnyn"),
    (leaf("value", "stage", "neq", "lead"), "nnyny"),
    (leaf("value", "stage", "any", ["lead"]), "nnnyy"),
    (leaf("value", "stage", "any", ["lead", "customer"]), "nnnyy"),
    (leaf("value", "stage", "none", ["lead"]), "nnynn"),
    (leaf("value", "stage", "none", ["lead", "customer"]), "nnynn"),
    (leaf("value", "stage", "all", ["lead"]), "nnnyy"),
    (leaf("value", "stage", "all", ["lead", "customer"]), "nnnny"),
    (leaf("value", "stage", "not-all", ["lead"]), "nnynn"),
    (leaf("value", "stage", "not-all", ["lead", "customer"]), "nnyyn"),
    (leaf("value", "stage", "exactly", ["lead"]), "nnnyn"),
    (leaf("value", "stage", "exactly", ["lead", "customer"]), "nnnny"),
    (leaf("value", "stage", "not-exactly", ["lead"]), "nnyny"),
    (leaf("value", "stage", "not-exactly", ["lead", "customer"]), "nnyyn"),
    # presence of stage
    (leaf("presence", "stage", "known"), "nnyyy"),
    (leaf("presence", "stage", "unknown"), "yynnn"),
    (leaf("presence", "stage", "blank"), "nnnnn"),
    (leaf("presence", "stage", "not-blank"), "nnyyy"),
    # value of tags
    (leaf("value", "tags", "eq", "a"), "nnnyn"),
    (leaf("value", "tags", "neq", "a"), "nnyny"),
    (leaf("value", "tags", "any", ["a"]), "nnnyy"),
    (leaf("value", "tags", "any", ["a", "b"]), "nnnyy"),
    (leaf("value", "tags", "none", ["a"]), "nnynn"),
    (leaf("value", "tags", "none", ["a", "b"]), "nnynn"),
    (leaf("value", "tags", "all", ["a"]), "nnnyy"),
    (leaf("value", "tags", "all", ["a", "b"]), "nnnny"),
    (leaf("value", "tags", "not-all", ["a"]), "nnynn"),
    (leaf("value", "tags", "not-all", ["a", "b"]), "nnyyn"),
    (leaf("value", "tags", "exactly", ["a"]), "nnnyn"),
    (leaf("value", "tags", "exactly", ["a", "b"]), "nnnny"),
    (leaf("value", "tags", "not-exactly", ["a"]), "nnyny"),
    (leaf("value", "tags", "not-exactly", ["a", "b"]), "nnyyn"),
    # presence of tags
    (leaf("presence", "tags", "known"), "nnyyy"),
    (leaf("presence", "tags", "unknown"), "yynnn"),
    (leaf("presence", "tags", "blank"), "nnnnn"),
    (leaf("presence", "tags", "not-blank"), "nnyyy"),
    # count of tags
    (leaf("count", "tags", "eq", 2), "nnnny"),
    (leaf("count", "tags", "neq", 2), "nnyyn"),
    (leaf("count", "tags", "lt", 2), "nnyyn"),
    (leaf("count", "tags", "lte", 2), "nnyyy"),
    (leaf("count", "tags", "gt", 2), "nnnnn"),
    (leaf("count", "tags", "gte", 2), "nnnny"),
    (leaf("count", "tags", "between", 1, 2), "nnyyy"),
    (leaf("count", "tags", "not-between", 1, 2), "nnnnn"),
    # compare of text
    (leaf("compare", "text", "eq", other="nick"), "nnnyn"),
    (leaf("compare", "text", "neq", other="nick"), "nnyny"),
    # compare of amount
    (leaf("compare", "amount", "eq", other="limit"), "nnnyn"),
    (leaf("compare", "amount", "neq", other="limit"), "nnnnn"),
    (leaf("compare", "amount", "lt", other="limit"), "nnnnn"),
    (leaf("compare", "amount", "lte", other="limit"), "nnnyn"),
    (leaf("compare", "amount", "gt", other="limit"), "nnnnn"),
    (leaf("compare", "amount", "gte", other="limit"), "nnnyn"),
    # compare of flag
    (leaf("compare", "flag", "eq", other="agreed"), "nnnyn"),
    (leaf("compare", "flag", "neq", other="agreed"), "nnyny"),
    # compare of day
    (leaf("compare", "day", "eq", other="moment"), "nnnyn"),
    (leaf("compare", "day", "neq", other="moment"), "nnnnn"),
    (leaf("compare", "day", "lt", other="moment"), "nnnnn"),
    (leaf("compare", "day", "lte", other="moment"), "nnnyn"),
    (leaf("compare", "day", "gt", other="moment"), "nnnnn"),
    (leaf("compare", "day", "gte", other="moment"), "nnnyn"),
    # compare of moment
    (leaf("compare", "moment", "eq", other="day"), "nnnyn"),
    (leaf("compare", "moment", "neq", other="day"), "nnnnn"),
    (leaf("compare", "moment", "lt", other="day"), "nnnnn"),
    (leaf("compare", "moment", "lte", other="day"), "nnnyn"),
    (leaf("compare", "moment", "gt", other="day"), "nnnnn"),
    (leaf("compare", "moment", "gte", other="day"), "nnnyn"),
    # compare of stage
    (leaf("compare", "stage", "eq", other="marks_of"), "nnnyn"),
    (leaf("compare", "stage", "neq", other="marks_of"), "nnyny"),
    # compare of tags
    (leaf("compare", "tags", "eq", other="marks_of"), "nnnny"),
    (leaf("compare", "tags", "neq", other="marks_of"), "nnyyn"),
]
