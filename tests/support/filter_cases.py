"""What filters mean, as one table of (filter, contact, answer) that every matcher must agree with.

Each row asks one filter of several values of one property. The value None is a contact without the property; "" is
one whose value was cleared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from queries.catalogue import Catalogue, Definition, PropertyType
from queries.context import FilterContext
from queries.document import Snapshot, build_document
from queries.fields import Document

DAY = 86_400_000
D0 = 1_556_928_000_000  # 2019-05-04, midnight UTC
D1 = D0 + DAY
NOON = D0 + DAY // 2

CATALOGUE = Catalogue(
    1,
    {
        definition.name: definition
        for definition in (
            Definition("text", PropertyType.STRING),
            Definition("amount", PropertyType.NUMBER),
            Definition("flag", PropertyType.BOOL, "booleancheckbox"),
            Definition("day", PropertyType.DATE, "date"),
            Definition("moment", PropertyType.DATETIME, "date"),
            Definition("stage", PropertyType.ENUMERATION, "select", ("lead", "Lead", "customer")),
            Definition("tags", PropertyType.ENUMERATION, "checkbox", ("a", "b", "c", "A")),
        )
    },
)
LISTS = {12: False, 7: True}
CONTEXT = FilterContext(CATALOGUE, LISTS)

Answers = Mapping[str | None, bool]
NONE: Answers = {None: False, "": False}
"""What most filters answer for a contact without the value."""


@dataclass(frozen=True)
class Case:
    """A filter, the contact that is asked, and the answer."""

    filter: dict[str, Any]
    properties: Mapping[str, str]
    marks: tuple[str, ...]
    answer: bool

    def __str__(self) -> str:
        """Tell the case in a test's name."""
        operand = repr(self.filter.get("value", ""))
        asked = f"{self.filter.get('property', 'list')} {self.filter['operator']} {operand[:30]}"
        return f"{asked} of {str(dict(self.properties) or self.marks)[:50]}"

    @property
    def document(self) -> Document:
        """The index document of the contact."""
        return document(self.properties, self.marks)


def document(properties: Mapping[str, str], marks: tuple[str, ...] = (), vid: int = 1) -> Document:
    """Return the index document of a contact with these stored values and marks."""
    contact = Snapshot(
        vid=vid,
        version=1,
        change=vid,
        created_at=D0,
        updated_at=D0,
        origin=("API", ""),
        properties=properties,
        emails=(),
        marks=marks,
    )
    return build_document(contact, CATALOGUE)


def cases() -> list[Case]:
    """Return every case of the table."""
    return [*_property_cases(), *_list_cases()]


def _property_cases() -> Iterator[Case]:
    for name, operator, operand, answers in PROPERTY_ROWS:
        asked = {"property": name, "operator": operator, "value": operand}
        for value, answer in answers.items():
            yield Case(asked, {} if value is None else {name: value}, (), answer)


def _list_cases() -> Iterator[Case]:
    for operator, marks, answer in LIST_ROWS:
        asked = {"filterFamily": "ListMembership", "operator": operator, "list": 12}
        yield Case(asked, {}, marks, answer)


LIST_ROWS: list[tuple[str, tuple[str, ...], bool]] = [
    ("IN_LIST", (), False),
    ("IN_LIST", ("s:12",), True),
    ("IN_LIST", ("s:1", "s:2", "in:12"), False),
    ("IN_LIST", ("s:1", "s:12"), True),
    ("NOT_IN_LIST", (), True),
    ("NOT_IN_LIST", ("s:12",), False),
    ("NOT_IN_LIST", ("s:1", "s:120"), True),
    ("NOT_IN_LIST", ("s:1", "s:12"), False),
]

LONG = "x" * 8_000
TEXT_ROWS: list[tuple[str, str, Any, Answers]] = [
    ("text", "EQ", "Ada", {**NONE, " ": False, "ada": True, "ÁDÂ": True, "Ada ": False, "ada;bob": False}),
    ("text", "EQ", "ada;bob", {**NONE, "ada": False, "bob": False, "Ada;Bob": True}),
    ("text", "EQ", " ", {**NONE, " ": True, "  ": False}),
    ("text", "EQ", "Straße", {"STRASSE": True, "Strasse": True, "Strase": False}),
    ("text", "EQ", "Łódź", {"lodz": True}),
    ("text", "EQ", 5, {**NONE, "5": True, "5.0": False}),
    ("text", "EQ", True, {"true": True, "TRUE": True, "1": False}),
    ("text", "EQ", LONG + "y", {LONG: True, LONG + "z": True, LONG[1:]: False}),
    ("text", "NEQ", "ada", {**NONE, " ": True, "ADA": False, "bob": True, "ada;bob": True}),
    ("text", "NEQ", "ada;bob", {**NONE, "ada": True, "ada;bob": False}),
    ("text", "CONTAINS", "a", {**NONE, " ": False, "Ada": True, "bob": False}),
    ("text", "CONTAINS", "ada;bob", {**NONE, "x ADA y": True, "bobby": True, "eve": False}),
    ("text", "CONTAINS", " ", {**NONE, " ": True, "a b": True, "ab": False}),
    ("text", "CONTAINS", "*", {"a*b": True, "ab": False}),
    ("text", "CONTAINS", "a?c", {"a?c": True, "abc": False}),
    ("text", "CONTAINS", "a\\c", {"xa\\cx": True, "ac": False, "a\\\\c": False}),
    ("text", "CONTAINS", "@x.org", {"ada@x.org": True, "ada@xyorg": False}),
    ("text", "CONTAINS", "end", {LONG[3:] + "end": True, LONG + "end": False}),
    ("text", "DOESNT_CONTAIN", "a", {**NONE, " ": True, "Ada": False, "bob": True}),
    ("text", "DOESNT_CONTAIN", "ada;bob", {**NONE, "ada": False, "bob": False, "eve": True}),
    ("text", "STR_STARTS_WITH", "Ad", {**NONE, " ": False, "ada": True, "bad": False}),
    ("text", "STR_STARTS_WITH", "ad;bo", {**NONE, "ada": True, "Bob": True, "eve": False}),
    ("text", "STR_STARTS_WITH", "a*", {"a*b": True, "ab": False}),
    ("text", "STR_ENDS_WITH", ".org", {**NONE, " ": False, "a@X.ORG": True, "a@xorg": False, ".orgs": False}),
    ("text", "STR_ENDS_WITH", ".org;.com", {**NONE, "a.org": True, "a.com": True, "a.net": False}),
    ("text", "STR_ENDS_WITH", "?", {"who?": True, "whom": False}),
    ("text", "LT", "b", {**NONE, " ": True, "A": True, "B": False, "c": False}),
    ("text", "LTE", "b", {**NONE, "a": True, "B": True, "ba": False}),
    ("text", "GT", "b", {**NONE, " ": False, "B": False, "ba": True, "a": False}),
    ("text", "GTE", "b", {**NONE, "B": True, "c": True, "a": False}),
    ("text", "LT", "\uffff", {"\U0001f600": False, "\ue000": True}),
    ("text", "IS_EMPTY", "", {None: True, "": True, " ": False, "a": False}),
    ("text", "IS_NOT_EMPTY", "", {None: False, "": False, " ": True, "a": True}),
    ("text", "SET_ANY", "ada", {**NONE, "Ada": True, "bob": False}),
    ("text", "SET_ANY", "ada;bob", {**NONE, " ": False, "ADA": True, "bob": True, "eve": False, "ada;bob": False}),
    ("text", "SET_NOT_ANY", "ada;bob", {**NONE, " ": True, "ada": False, "eve": True}),
    ("text", "SET_ALL", "ada", {**NONE, "Ada": True, "bob": False}),
    ("text", "SET_ALL", "ada;bob", {**NONE, "ada": False, "ada;bob": False}),
    ("text", "SET_ALL", "ada;ADA", {"ada": True}),
    ("text", "SET_EQ", "ada", {**NONE, "Ada": True, "bob": False}),
    ("text", "SET_EQ", "ada;bob", {**NONE, "ada": False}),
    ("text", "SET_NEQ", "ada", {**NONE, "Ada": False, "bob": True}),
    ("text", "SET_NEQ", "ada;bob", {**NONE, "ada": True}),
]
NUMBER_ROWS: list[tuple[str, str, Any, Answers]] = [
    ("amount", "EQ", 5, {**NONE, "5": True, "5.0": True, "5.01": False, "-5": False}),
    ("amount", "EQ", "5.0", {"5": True}),
    ("amount", "EQ", "0", {**NONE, "0": True, "-0": True, "0.0": True}),
    ("amount", "EQ", -0.0, {"0": True}),
    ("amount", "EQ", 9_007_199_254_740_993, {"9007199254740992": True, "9007199254740994": False}),
    ("amount", "NEQ", 5, {**NONE, "5.0": False, "6": True}),
    ("amount", "LT", 5, {**NONE, "4.9": True, "5": False, "-7": True, "10": False}),
    ("amount", "LTE", 5, {**NONE, "5": True, "5.1": False}),
    ("amount", "GT", 5, {**NONE, "5": False, "10": True}),
    ("amount", "GTE", "5", {**NONE, "5": True, "4": False, "1e300": True}),
    ("amount", "IS_EMPTY", 0, {None: True, "": True, "0": False}),
    ("amount", "IS_NOT_EMPTY", 0, {None: False, "": False, "0": True}),
    ("amount", "SET_ANY", "1;2.0", {**NONE, "1.0": True, "2": True, "3": False}),
    ("amount", "SET_NOT_ANY", "1;2", {**NONE, "1": False, "3": True}),
    ("amount", "SET_ALL", "1;1.0", {**NONE, "1": True, "2": False}),
    ("amount", "SET_ALL", "1;2", {**NONE, "1": False}),
    ("amount", "SET_EQ", "1", {**NONE, "1.0": True, "2": False}),
    ("amount", "SET_NEQ", "1", {**NONE, "1.0": False, "2": True}),
]
BOOL_ROWS: list[tuple[str, str, Any, Answers]] = [
    ("flag", "EQ", "true", {**NONE, "true": True, "false": False}),
    ("flag", "EQ", False, {**NONE, "true": False, "false": True}),
    ("flag", "NEQ", "TRUE", {**NONE, "true": False, "false": True}),
    ("flag", "IS_EMPTY", "", {None: True, "": True, "false": False}),
    ("flag", "IS_NOT_EMPTY", "", {None: False, "": False, "false": True}),
    ("flag", "SET_ANY", "true;false", {**NONE, "true": True, "false": True}),
    ("flag", "SET_NOT_ANY", "true", {**NONE, "true": False, "false": True}),
    ("flag", "SET_ALL", "true", {**NONE, "true": True, "false": False}),
    ("flag", "SET_ALL", "true;false", {**NONE, "true": False, "false": False}),
    ("flag", "SET_EQ", "true", {**NONE, "true": True, "false": False}),
    ("flag", "SET_NEQ", "true", {**NONE, "true": False, "false": True}),
]
DATE_ROWS: list[tuple[str, str, Any, Answers]] = [
    ("day", "EQ", D0, {**NONE, str(D0): True, str(D1): False}),
    ("day", "EQ", NOON, {**NONE, str(D0): True}),
    ("day", "EQ", "2019-05-04", {str(D0): True, str(D1): False}),
    ("day", "EQ", -1, {str(-DAY): True, "0": False}),
    ("day", "NEQ", str(D0), {**NONE, str(D0): False, str(D1): True}),
    ("day", "LT", D1, {**NONE, str(D0): True, str(D1): False}),
    ("day", "LTE", NOON, {**NONE, str(D0): True, str(D1): False}),
    ("day", "GT", NOON, {**NONE, str(D0): False, str(D1): True}),
    ("day", "GTE", str(D1), {**NONE, str(D0): False, str(D1): True}),
    ("day", "IS_EMPTY", "", {None: True, "": True, "0": False}),
    ("day", "IS_NOT_EMPTY", "", {None: False, "": False, "0": True}),
    ("day", "SET_ANY", f"{D0};{D1}", {**NONE, str(D0): True, str(D1): True, "0": False}),
    ("day", "SET_NOT_ANY", str(D0), {**NONE, str(D0): False, str(D1): True}),
    ("day", "SET_ALL", f"{D0};{NOON}", {**NONE, str(D0): True, str(D1): False}),
    ("day", "SET_EQ", f"{D0};{D1}", {**NONE, str(D0): False}),
    ("day", "SET_NEQ", str(D0), {**NONE, str(D0): False, str(D1): True}),
    ("moment", "EQ", NOON, {**NONE, str(NOON): True, str(NOON + 1): False}),
    ("moment", "EQ", "2019-05-04T12:00:00Z", {str(NOON): True, str(D0): False}),
    ("moment", "NEQ", str(NOON), {**NONE, str(NOON): False, str(D0): True}),
    ("moment", "LT", NOON, {**NONE, str(NOON - 1): True, str(NOON): False}),
    ("moment", "LTE", NOON, {**NONE, str(NOON): True, str(NOON + 1): False}),
    ("moment", "GT", NOON, {**NONE, str(NOON): False, str(NOON + 1): True}),
    ("moment", "GTE", NOON, {**NONE, str(NOON): True, str(NOON - 1): False}),
    ("moment", "IS_EMPTY", 0, {None: True, "": True, "0": False}),
    ("moment", "IS_NOT_EMPTY", 0, {None: False, "": False, "0": True}),
    ("moment", "SET_ANY", f"{D0};{NOON}", {**NONE, str(NOON): True, "0": False}),
    ("moment", "SET_NOT_ANY", f"{D0};{NOON}", {**NONE, str(NOON): False, "0": True}),
    ("moment", "SET_ALL", f"{D0};{NOON}", {**NONE, str(NOON): False}),
    ("moment", "SET_EQ", str(NOON), {**NONE, str(NOON): True, "0": False}),
    ("moment", "SET_NEQ", str(NOON), {**NONE, str(NOON): False, "0": True}),
]
OPTION_ROWS: list[tuple[str, str, Any, Answers]] = [
    ("stage", "EQ", "lead", {**NONE, "lead": True, "Lead": False, "customer": False}),
    ("stage", "EQ", "gone", {**NONE, "gone": True, "lead": False}),
    ("stage", "NEQ", "lead", {**NONE, "lead": False, "Lead": True}),
    ("stage", "IS_EMPTY", "", {None: True, "": True, "lead": False}),
    ("stage", "IS_NOT_EMPTY", "", {None: False, "": False, "lead": True}),
    ("stage", "SET_ANY", "lead;customer", {**NONE, "lead": True, "customer": True, "Lead": False}),
    ("stage", "SET_NOT_ANY", "lead;customer", {**NONE, "lead": False, "Lead": True}),
    ("stage", "SET_ALL", "lead;customer", {**NONE, "lead": False}),
    ("stage", "SET_EQ", "lead", {**NONE, "lead": True, "Lead": False}),
    ("stage", "SET_NEQ", "lead", {**NONE, "lead": False, "Lead": True}),
    ("tags", "EQ", "a", {**NONE, "a": True, "A": False, "a;b": False}),
    ("tags", "EQ", "b;a", {**NONE, "a": False, "a;b": True, "b;a": True, "a;b;c": False}),
    ("tags", "NEQ", "a;b", {**NONE, "a": True, "b;a": False, "a;b;c": True}),
    ("tags", "IS_EMPTY", "", {None: True, "": True, "a;b": False}),
    ("tags", "IS_NOT_EMPTY", "", {None: False, "": False, "a;b": True}),
    ("tags", "SET_ANY", "a;b", {**NONE, "a": True, "c;b": True, "c": False, "A": False}),
    ("tags", "SET_NOT_ANY", "a;b", {**NONE, "a": False, "c;b": False, "c": True}),
    ("tags", "SET_ALL", "a;b", {**NONE, "a": False, "b;a": True, "c;b;a": True}),
    ("tags", "SET_EQ", "a;b;", {**NONE, "a": False, "b;a": True, "c;b;a": False}),
    ("tags", "SET_NEQ", "a;b", {**NONE, "a": True, "b;a": False, "c;b;a": True}),
]
PROPERTY_ROWS = [*TEXT_ROWS, *NUMBER_ROWS, *BOOL_ROWS, *DATE_ROWS, *OPTION_ROWS]
