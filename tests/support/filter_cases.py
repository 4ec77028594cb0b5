"""What filters mean, as one table of (filter, contact, answer) that every matcher must agree with.

Most rows ask one filter of several values of one property. The value None is a contact without the property; "" is
one whose value was cleared. A filter with a `kind` or `of` is a filter tree's, any other is v1's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from queries.catalogue import Catalogue, Definition, PropertyType
from queries.context import FilterContext
from queries.document import Snapshot, build_document
from queries.fields import Document
from queries.inline import ListCriteria
from queries.moments import Moment, zone_named
from queries.nodes import Node
from queries.parse import parse_filters
from queries.submitted import Submitted
from queries.tree import parse_tree
from tests.support.form_cases import COMPUTED_ROWS, FORM_ROWS, IMPORT_ROWS, NOW, sent

DAY = 86_400_000
D0 = 1_556_928_000_000  # 2019-05-04, midnight UTC
D1 = D0 + DAY
NOON = D0 + DAY // 2
AT = Moment(NOON)

CATALOGUE = Catalogue(
    1,
    {
        definition.name: definition
        for definition in (
            Definition("text", PropertyType.STRING),
            Definition("nick", PropertyType.STRING, label="Nick Name"),
            Definition("amount", PropertyType.NUMBER),
            Definition("limit", PropertyType.NUMBER),
            Definition("flag", PropertyType.BOOL, "booleancheckbox"),
            Definition("agreed", PropertyType.BOOL, "booleancheckbox"),
            Definition("day", PropertyType.DATE, "date"),
            Definition("moment", PropertyType.DATETIME, "date"),
            Definition("stage", PropertyType.ENUMERATION, "select", ("lead", "Lead", "customer")),
            Definition("tags", PropertyType.ENUMERATION, "checkbox", ("a", "b", "c", "A")),
            Definition("marks_of", PropertyType.ENUMERATION, "checkbox"),
            Definition("email", PropertyType.STRING),
            Definition("firstname", PropertyType.STRING),
            Definition("lastname", PropertyType.STRING),
            Definition("num_conversion_events", PropertyType.NUMBER, read_only=True),
            Definition("recent_conversion_date", PropertyType.DATETIME, "date", read_only=True),
        )
    },
)
LISTS = {12: False, 7: True}
NAMES = {12: "Friends", 7: "Leads"}
CONTEXT = FilterContext(CATALOGUE, LISTS, NAMES)

Answers = Mapping[str | None, bool]
NONE: Answers = {None: False, "": False}
"""What most filters answer for a contact without the value."""

ABSENT: Answers = {None: True, "": True}
"""What filters with `"missing": "match"` answer for one."""


def ms(told: str) -> int:
    """Return an ISO 8601 time with its zone, or a day, as milliseconds since the epoch."""
    parsed = datetime.fromisoformat(told if "T" in told else f"{told}T00:00+00:00")
    return (parsed - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Contact:
    """What a contact of the table is made of."""

    properties: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    changed: Mapping[str, int] = field(default_factory=dict)
    past: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    tokens: int = 0
    submissions: tuple[Submitted, ...] = ()

    def document(self, vid: int = 1) -> Document:
        """Return its index document."""
        snapshot = Snapshot(
            vid=vid,
            version=1,
            change=vid,
            created_at=D0,
            updated_at=D0,
            origin=("API", ""),
            properties=self.properties,
            emails=self.emails,
            marks=self.marks,
            changed=self.changed,
            past=self.past,
            tokens=self.tokens,
            submissions=self.submissions,
        )
        return build_document(snapshot, CATALOGUE)


@dataclass(frozen=True)
class Case:
    """A filter, the contact that is asked, when, and the answer."""

    filter: dict[str, Any]
    contact: Contact
    answer: bool
    at: Moment = AT

    def __str__(self) -> str:
        """Tell the case in a test's name."""
        asked = " ".join(str(each) for key, each in self.filter.items() if key not in ("missing", "kind"))
        holds: object = self.contact.properties or self.contact.past or self.contact.changed or self.contact.marks
        holds = holds or [each.at for each in self.contact.submissions]
        return f"{asked[:50]} of {str(holds)[:40]} {self.at.now_ms if self.at != AT else ''}"

    @property
    def tree(self) -> Node:
        """The filter, read."""
        return read_filter(self.filter)

    @property
    def document(self) -> Document:
        """The index document of the contact."""
        return self.contact.document()


def read_filter(raw: dict[str, Any]) -> Node:
    """Return the tree of one filter of the table."""
    return parse_tree(raw, CONTEXT) if "kind" in raw or "of" in raw else parse_filters([[raw]], CONTEXT)


def look_up(list_id: int) -> ListCriteria | None:
    """Return the criteria of the smart lists that filters of the table may name."""
    leads = {"kind": "value", "field": "stage", "op": "eq", "value": "lead"}
    return ListCriteria(parse_tree(leads, CONTEXT)) if list_id == 7 else None


def document(properties: Mapping[str, str], marks: tuple[str, ...] = (), vid: int = 1) -> Document:
    """Return the index document of a contact with these stored values and marks."""
    return Contact(properties, marks).document(vid)


def cases() -> list[Case]:
    """Return every case of the table."""
    return [*_property_cases(), *_tree_cases(), *_list_cases(), *_clock_cases(), *_contact_cases(), *_form_cases()]


def _property_cases() -> Iterator[Case]:
    for name, operator, operand, answers in PROPERTY_ROWS:
        asked = {"property": name, "operator": operator, "value": operand}
        yield from _answered(asked, name, answers)


def _form_cases() -> Iterator[Case]:
    at = Moment(ms(NOW))
    for asked, answers in FORM_ROWS:
        for told, answer in answers:
            yield Case(asked, Contact(submissions=sent(*told)), answer, at)
    for asked, marked in IMPORT_ROWS:
        for marks, answer in marked:
            yield Case(asked, Contact(marks=marks), answer)
    for asked, name, valued in COMPUTED_ROWS:
        yield from _answered(asked, name, valued)


def _tree_cases() -> Iterator[Case]:
    for asked, answers in TREE_ROWS:
        yield from _answered(asked, asked["field"], answers)


def _answered(asked: dict[str, Any], name: str, answers: Answers) -> Iterator[Case]:
    for value, answer in answers.items():
        yield Case(asked, Contact({} if value is None else {name: value}), answer)


def _list_cases() -> Iterator[Case]:
    for operator, marks, answer in LIST_ROWS:
        asked = {"filterFamily": "ListMembership", "operator": operator, "list": 12}
        yield Case(asked, Contact(marks=marks), answer)


def _clock_cases() -> Iterator[Case]:
    for asked, zone, now, answers in CLOCK_ROWS:
        at = Moment(ms(now), zone_named(zone))
        for told, answer in answers.items():
            instant = None if told is None else ms(told)
            yield Case(asked, _clocked(asked, instant), answer, at)


def _clocked(asked: dict[str, Any], instant: int | None) -> Contact:
    """Return a contact whose property has the instant as its value, or changed then."""
    name = asked.get("field") or asked["property"]
    if instant is None:
        return Contact()
    return Contact(changed={name: instant}) if asked.get("of") == "changed" else Contact({name: str(instant)})


def _contact_cases() -> Iterator[Case]:
    for asked, answers in CONTACT_ROWS:
        for contact, answer in answers:
            yield Case(asked, contact, answer)


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
    ("text", "GT", LONG, {LONG: False, LONG[1:]: False, "y": True, "a": False}),
    ("text", "LTE", LONG, {LONG: True, LONG[1:]: True, "y": False, "a": True}),
    ("text", "STR_STARTS_WITH", "\U0001f600" * 300, {"\U0001f600" * 301: True, "\U0001f600" * 299: False}),
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


def leaf(kind: str, name: str, op: str, *operands: Any, **keys: Any) -> dict[str, Any]:
    """Return a leaf of a filter tree: one operand is its value, two are its ends, a list its values."""
    if len(operands) == 2:
        return {"kind": kind, "field": name, "op": op, "low": operands[0], "high": operands[1], **keys}
    spelled = {"values" if isinstance(each, list) else "value": each for each in operands}
    return {"kind": kind, "field": name, "op": op, **spelled, **keys}


MATCH = {"missing": "match"}
TREE_ROWS: list[tuple[dict[str, Any], Answers]] = [
    # equality, order and sets with a rule for contacts without the value
    (leaf("value", "text", "eq", "Ada", **MATCH), {**ABSENT, " ": False, "ADA": True, "bob": False}),
    (leaf("value", "text", "neq", "Ada", **MATCH), {**ABSENT, " ": True, "ADA": False, "bob": True}),
    (leaf("value", "text", "none", ["a", "b"], **MATCH), {**ABSENT, "a": False, "c": True}),
    (leaf("value", "text", "any", ["a;b", "c"]), {**NONE, "a;b": True, "a": False, "C": True}),
    (leaf("value", "text", "any", ["a;b", "c"], **MATCH), {**ABSENT, "a": False}),
    (leaf("value", "text", "not-all", ["a"]), {**NONE, "a": False, "b": True}),
    (leaf("value", "text", "between", "b", "d"), {**NONE, "a": False, "B": True, "d": True, "da": False}),
    (leaf("value", "text", "not-between", "b", "d"), {**NONE, "a": True, "b": False, " ": True}),
    (leaf("value", "amount", "lt", 5, **MATCH), {**ABSENT, "4": True, "5": False}),
    (leaf("value", "amount", "between", -1, 1), {**NONE, "-1": True, "-0": True, "1.0": True, "1.01": False}),
    (leaf("value", "amount", "between", "-0", 0), {"0": True, "-0.0": True, "1e-300": False}),
    (leaf("value", "amount", "not-between", -1, 1), {**NONE, "0": False, "-1": False, "-2": True, "1e300": True}),
    (leaf("value", "amount", "not-between", -1, 1, **MATCH), {**ABSENT, "0": False, "2": True}),
    (leaf("value", "amount", "eq", 1e300), {"1e300": True, "1e299": False, "-1e300": False}),
    (leaf("value", "amount", "gt", -1e300), {"-1e300": False, "-1e299": True, "0": True}),
    (leaf("value", "amount", "eq", "1e2"), {"100": True, "100.0": True, "1E2": True}),
    (leaf("value", "amount", "eq", 12345678901234567890), {"12345678901234567890": True, "12345678901234567168": True}),
    (leaf("value", "amount", "lt", 0), {"-0": False, "-0.0001": True, "-5e-324": True}),
    (leaf("value", "flag", "neq", True), {**NONE, "true": False, "false": True}),
    (leaf("value", "flag", "neq", True, **MATCH), {**ABSENT, "true": False, "false": True}),
    (leaf("value", "flag", "not-all", [True]), {**NONE, "true": False, "false": True}),
    (leaf("value", "day", "between", "2019-05-04", "2019-05-05"), {**NONE, str(D0): True, str(D1): True, "0": False}),
    (leaf("value", "day", "not-between", D0, D0), {**NONE, str(D0): False, str(D1): True}),
    (leaf("value", "day", "gte", "0001-01-01"), {str(ms("0001-01-01")): True, "0": True}),
    (leaf("value", "day", "eq", "2024-02-29"), {str(ms("2024-02-29")): True, str(ms("2024-03-01")): False}),
    (leaf("value", "moment", "between", D0, NOON), {**NONE, str(D0): True, str(NOON): True, str(NOON + 1): False}),
    (leaf("value", "moment", "not-between", D0, NOON, **MATCH), {**ABSENT, str(D0): False, str(D0 - 1): True}),
    (leaf("value", "moment", "eq", "2024-03-31T02:30:00+02:00"), {str(ms("2024-03-31T00:30:00+00:00")): True}),
    (leaf("value", "stage", "none", ["lead"], **MATCH), {**ABSENT, "lead": False, "Lead": True}),
    (leaf("value", "stage", "not-all", ["lead", "customer"]), {**NONE, "lead": True}),
    (leaf("value", "tags", "any", ["a", "z"]), {**NONE, "a": True, "b;a": True, "A": False}),
    (leaf("value", "tags", "all", ["a", "b"], **MATCH), {**ABSENT, "a": False, "b;c;a": True}),
    (leaf("value", "tags", "none", ["a", "b"]), {**NONE, "a": False, "c": True, "c;b": False}),
    (leaf("value", "tags", "not-all", ["a", "b"]), {**NONE, "a": True, "a;b": False, "c": True}),
    (leaf("value", "tags", "not-all", ["a", "b"], **MATCH), {**ABSENT, "a;b;c": False}),
    (leaf("value", "tags", "exactly", ["b", "a"]), {**NONE, "a": False, "a;b": True, "a;b;c": False}),
    (leaf("value", "tags", "not-exactly", ["b", "a"]), {**NONE, "a": True, "b;a": False}),
    (leaf("value", "tags", "not-exactly", ["b", "a"], **MATCH), {**ABSENT, "b;a": False}),
    (leaf("value", "marks_of", "any", ["x*", 'y"', "z\\"]), {"x*": True, "xy": False, 'a;y"': True, "z\\": True}),
    # how many values
    (leaf("count", "tags", "eq", 2), {**NONE, "a": False, "a;b": True, "a;b;c": False}),
    (leaf("count", "tags", "neq", 2), {**NONE, "a": True, "a;b": False}),
    (leaf("count", "tags", "lt", 2), {**NONE, "a": True, "a;b": False}),
    (leaf("count", "tags", "lt", 2, **MATCH), {**ABSENT, "a": True, "a;b": False}),
    (leaf("count", "tags", "lte", 1), {**NONE, "a": True, "a;b": False}),
    (leaf("count", "tags", "gt", 1), {**NONE, "a": False, "a;b": True}),
    (leaf("count", "tags", "gte", 3), {**NONE, "a;b": False, "a;b;c": True}),
    (leaf("count", "tags", "between", 2, 3), {**NONE, "a": False, "a;b": True, "a;b;c;A": False}),
    (leaf("count", "tags", "not-between", 2, 3), {**NONE, "a": True, "a;b": False, "a;b;c;A": True}),
    # presence
    (leaf("presence", "text", "known"), {**NONE, " ": True, "a": True}),
    (leaf("presence", "text", "unknown"), {**ABSENT, " ": False, "a": False}),
    (leaf("presence", "text", "blank"), {**NONE, " ": True, "\t\n": True, "\u00a0": True, " a": False}),
    (leaf("presence", "text", "not-blank"), {**NONE, " ": False, " a": True}),
    (leaf("presence", "tags", "not-blank"), {**NONE, "a;b": True}),
    (leaf("presence", "amount", "blank"), {**NONE, "0": False}),
    (leaf("presence", "flag", "known"), {**NONE, "false": True}),
    # accents, case and ligatures
    (leaf("value", "text", "eq", "İstanbul"), {"istanbul": True, "ISTANBUL": True, "ıstanbul": True, "stanbul": False}),
    (leaf("value", "text", "eq", "ılık"), {"ILIK": True, "ilik": True, "İLİK": True}),
    (leaf("value", "text", "eq", "eﬃcient"), {"EFFICIENT": True, "efﬁcient": True}),
    (leaf("value", "text", "eq", "e\u0301clair"), {"éclair": True, "ECLAIR": True, "e clair": False}),
    (leaf("value", "text", "eq", "Σίσυφος"), {"ΣΊΣΥΦΟΣ": True, "σισυφοσ": True}),
    (leaf("value", "text", "eq", "Ærøskøbing"), {"aeroskobing": True, "AEROSKOBING": True}),
    (leaf("value", "text", "eq", "が"), {"か": False, "か\u3099": True}),
    (leaf("value", "text", "eq", "ｆｕｌｌ"), {"full": True, "FULL": True}),
    (leaf("text", "text", "contains", ["ß"]), {"Straße": True, "STRASSE": True, "Gras": False}),
    (leaf("text", "text", "starts", ["Ş"]), {"şeker": True, "seker": True, "eker": False}),
    (leaf("text", "text", "ends", ["É"]), {"cafe\u0301": True, "café": True, "CAFE": True, "cafés": False}),
    # inside a text
    (leaf("text", "text", "contains", ["ada"], **MATCH), {**ABSENT, " ": False, "Ada": True, "bob": False}),
    (leaf("text", "text", "contains", ["a;b"]), {**NONE, "xA;Bx": True, "ab": False}),
    (leaf("text", "text", "contains", ['say "hi"']), {'they SAY "hi"!': True, "say hi": False}),
    (leaf("text", "text", "contains", ["\\*"]), {"a\\*b": True, "a*b": False, "a\\b": False}),
    (leaf("text", "text", "contains", ["**"]), {"a**b": True, "a*b": False}),
    (leaf("text", "text", "contains", ["ab", "cde"]), {**NONE, "xAB": True, "cde": True, "a b c d e": False}),
    (leaf("text", "text", "not-contains", ["ada"], **MATCH), {**ABSENT, "ada": False, "bob": True}),
    (leaf("text", "text", "not-contains", ["x"]), {**NONE, " ": True, "X": False, "y": True}),
    (leaf("text", "text", "starts", ["a", "??"]), {**NONE, "Ada": True, "??a": True, "bb": False}),
    (leaf("text", "text", "starts", ["Bo"], **MATCH), {**ABSENT, "bob": True, "abo": False}),
    (leaf("text", "text", "not-starts", ["ada"]), {**NONE, " ": True, "Ada L": False, "L Ada": True}),
    (leaf("text", "text", "not-starts", ["ada"], **MATCH), {**ABSENT, "Ada L": False}),
    (leaf("text", "text", "ends", ["\\"]), {**NONE, "a\\": True, "a": False}),
    (leaf("text", "text", "ends", [".org"], **MATCH), {**ABSENT, "a.ORG": True, "a.orgs": False}),
    (leaf("text", "text", "not-ends", [".org"]), {**NONE, "a.org": False, "a.com": True, " ": True}),
    (leaf("text", "text", "not-ends", [".org"], **MATCH), {**ABSENT, "a.org": False}),
    (
        leaf("text", "text", "words", ["ada"]),
        {**NONE, " ": False, "Ada Byron": True, "adamant": False, "x-ADA-y": True},
    ),
    (leaf("text", "text", "words", ["ada byron"]), {"Ada, Byron": True, "Byron Ada": False, "ada x byron": False}),
    (
        leaf("text", "text", "words", ["o'brien", "x y"]),
        {"O'Brien": True, "obrien": True, "o brien": False, "y x y": True},
    ),
    (leaf("text", "text", "words", ["ada"], **MATCH), {**ABSENT, "ada": True, "bob": False}),
    (leaf("text", "text", "not-words", ["ada"]), {**NONE, " ": True, "ada": False, "adamant": True}),
    (leaf("text", "text", "not-words", ["ada"], **MATCH), {**ABSENT, "ada": False}),
    (leaf("text", "text", "regex", "^a[0-9]+$"), {**NONE, "A12": True, "a": False, "xa1": False}),
    (leaf("text", "text", "regex", "É|\\bbob\\b"), {"cafe": True, "a bob": True, "bobby": False}),
    (leaf("text", "text", "regex", "(a+)+$"), {"a" * 3_000 + "b": True, "b" * 3_000: False, "ba": True}),
    (leaf("text", "text", "regex", "x", **MATCH), {**ABSENT, "x": True, "y": False}),
    (leaf("text", "text", "not-regex", "^a"), {**NONE, " ": True, "A": False, "ba": True}),
    (leaf("text", "text", "not-regex", "^a", **MATCH), {**ABSENT, "A": False}),
    # groups
]
CLOCK_ROWS: list[tuple[dict[str, Any], str, str, Mapping[str | None, bool]]] = [
    # n days: whole local days, today and the n before it
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 2, "withinLastTimeUnit": "DAYS"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {
            None: False,
            "2019-05-01T23:59:59.999+00:00": False,
            "2019-05-02T00:00+00:00": True,
            "2019-05-04T12:00+00:00": True,
            "2019-05-04T23:59+00:00": True,
            "2019-05-05T00:00+00:00": False,
        },
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastDays": 2, "reverseWithinTimeWindow": True},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "2019-05-01T23:59:59.999+00:00": True, "2019-05-02T00:00+00:00": False},
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME_REVERSE", "withinLastTime": 0},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-03T23:00+00:00": True, "2019-05-04T00:00+00:00": False},
    ),
    (
        {"property": "day", "operator": "WITHIN_TIME", "withinLastTime": 1, "withinTimeMode": "FUTURE"},
        "UTC",
        "2019-05-04T23:59+00:00",
        {None: False, "2019-05-03": False, "2019-05-04": True, "2019-05-05": True, "2019-05-06": False},
    ),
    # the zone decides which day it is; a date is its own day everywhere
    (
        {"property": "day", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "Pacific/Auckland",
        "2019-05-04T12:00+00:00",
        {"2019-05-04": False, "2019-05-05": True},
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "America/Los_Angeles",
        "2019-05-04T06:00+00:00",
        {"2019-05-03T06:59+00:00": False, "2019-05-03T07:00+00:00": True, "2019-05-04T06:59+00:00": True},
    ),
    (
        {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 0, "unit": "days"}
        | {"zone": "Asia/Kolkata"},
        "America/Los_Angeles",
        "2019-05-04T18:30+00:00",
        {"2019-05-04T18:29+00:00": False, "2019-05-04T18:30+00:00": True},
    ),
    # hours roll, and are the same everywhere
    (
        {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 3, "unit": "hours"},
        "Asia/Kolkata",
        "2019-05-04T12:00+00:00",
        {
            None: False,
            "2019-05-04T08:59:59.999+00:00": False,
            "2019-05-04T09:00+00:00": True,
            "2019-05-04T12:00+00:00": True,
            "2019-05-04T12:00:00.001+00:00": False,
        },
    ),
    (
        {"kind": "relative", "field": "moment", "op": "beyond", "direction": "past", "n": 3, "unit": "hours"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-04T08:59:59.999+00:00": True, "2019-05-04T09:00+00:00": False},
    ),
    (
        {"kind": "relative", "field": "moment", "op": "within", "direction": "future", "n": 3, "unit": "hours"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-04T11:59:59.999+00:00": False, "2019-05-04T15:00+00:00": True, "2019-05-04T15:01+00:00": False},
    ),
    (
        {"kind": "relative", "field": "moment", "op": "beyond", "direction": "future", "n": 3, "unit": "hours"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-04T15:00+00:00": False, "2019-05-04T15:00:00.001+00:00": True},
    ),
    # weeks are seven days, months and years are the calendar's
    (
        {"kind": "relative", "field": "day", "op": "within", "direction": "past", "n": 2, "unit": "weeks"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-04-19": False, "2019-04-20": True, "2019-05-04": True},
    ),
    (
        {"kind": "relative", "field": "day", "op": "within", "direction": "past", "n": 1, "unit": "months"},
        "UTC",
        "2019-03-31T12:00+00:00",
        {"2019-02-27": False, "2019-02-28": True},
    ),
    (
        {"kind": "relative", "field": "day", "op": "beyond", "direction": "past", "n": 1, "unit": "years"},
        "UTC",
        "2020-02-29T12:00+00:00",
        {"2019-02-27": True, "2019-02-28": False, "2019-03-01": False},
    ),
    (
        {"kind": "relative", "field": "day", "op": "beyond", "direction": "future", "n": 2, "unit": "days"}
        | {"missing": "match"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: True, "2019-05-06": False, "2019-05-07": True},
    ),
    (
        {"kind": "relative", "field": "day", "op": "within", "direction": "past", "n": 100_000, "unit": "years"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "0001-01-01": True, "2019-05-05": False},
    ),
    (
        {"kind": "relative", "field": "day", "op": "beyond", "direction": "past", "n": 100_000, "unit": "years"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "0001-01-01": False, "2019-05-05": False},
    ),
    # clocks that change: a day of 23 hours, one of 25, one without a midnight, one with two, one skipped
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "Europe/Berlin",
        "2024-03-31T12:00+02:00",
        {
            "2024-03-30T22:59+00:00": False,
            "2024-03-30T23:00+00:00": True,
            "2024-03-31T21:59+00:00": True,
            "2024-03-31T22:00+00:00": False,
        },
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "Europe/Berlin",
        "2024-10-27T12:00+01:00",
        {
            "2024-10-26T21:59+00:00": False,
            "2024-10-26T22:00+00:00": True,
            "2024-10-27T22:59+00:00": True,
            "2024-10-27T23:00+00:00": False,
        },
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "America/Sao_Paulo",
        "2018-11-04T12:00-02:00",
        {
            "2018-11-04T02:59+00:00": False,
            "2018-11-04T03:00+00:00": True,
            "2018-11-05T01:59+00:00": True,
            "2018-11-05T02:00+00:00": False,
        },
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "America/Havana",
        "2024-11-03T12:00-05:00",
        {"2024-11-03T03:59+00:00": False, "2024-11-03T04:00+00:00": True, "2024-11-03T05:30+00:00": True},
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 1},
        "Pacific/Apia",
        "2011-12-31T12:00+14:00",
        {"2011-12-30T09:59+00:00": False, "2011-12-30T10:00+00:00": True},
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 2},
        "Pacific/Apia",
        "2011-12-31T12:00+14:00",
        {"2011-12-29T09:59+00:00": False, "2011-12-29T10:00+00:00": True},
    ),
    (
        {"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 0},
        "America/St_Johns",
        "2006-10-29T12:00-03:30",
        {"2006-10-29T02:29+00:00": False, "2006-10-29T02:30+00:00": True, "2006-10-29T02:45+00:00": True},
    ),
    # calendar units
    (
        {"kind": "calendar", "field": "day", "op": "this", "unit": "day"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "2019-05-03": False, "2019-05-04": True, "2019-05-05": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "this", "unit": "week"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-04-28": False, "2019-04-29": True, "2019-05-05": True, "2019-05-06": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "last", "unit": "week"},
        "UTC",
        "2019-05-06T00:00+00:00",
        {"2019-04-28": False, "2019-04-29": True, "2019-05-05": True, "2019-05-06": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "this-so-far", "unit": "month"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-04-30": False, "2019-05-01": True, "2019-05-04": True, "2019-05-05": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "last", "unit": "month", "missing": "match"},
        "UTC",
        "2019-03-31T12:00+00:00",
        {None: True, "2019-01-31": False, "2019-02-01": True, "2019-02-28": True, "2019-03-01": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "next", "unit": "month"},
        "UTC",
        "2019-12-31T12:00+00:00",
        {"2019-12-31": False, "2020-01-01": True, "2020-01-31": True, "2020-02-01": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "this", "unit": "quarter"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-03-31": False, "2019-04-01": True, "2019-06-30": True, "2019-07-01": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "this", "unit": "quarter", "fiscalStart": 2},
        "UTC",
        "2019-01-31T12:00+00:00",
        {"2018-10-31": False, "2018-11-01": True, "2019-01-31": True, "2019-02-01": False},
    ),
    (
        {"kind": "calendar", "field": "day", "op": "last", "unit": "year", "fiscalStart": 4},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2018-03-31": False, "2018-04-01": True, "2019-03-31": True, "2019-04-01": False},
    ),
    (
        {"kind": "calendar", "field": "moment", "op": "this", "unit": "year"},
        "Asia/Tokyo",
        "2018-12-31T15:00+00:00",
        {"2018-12-31T14:59+00:00": False, "2018-12-31T15:00+00:00": True, "2019-12-31T14:59+00:00": True},
    ),
    # days of the calendar
    (
        {"kind": "day", "field": "moment", "op": "on", "value": "2019-05-04"},
        "Asia/Tokyo",
        "2019-05-04T12:00+00:00",
        {None: False, "2019-05-03T14:59+00:00": False, "2019-05-03T15:00+00:00": True, "2019-05-04T15:00+00:00": False},
    ),
    (
        {"kind": "day", "field": "day", "op": "on", "value": "2024-02-29"},
        "Asia/Tokyo",
        "2019-05-04T12:00+00:00",
        {"2024-02-28": False, "2024-02-29": True, "2024-03-01": False},
    ),
    (
        {"kind": "day", "field": "moment", "op": "before", "value": "2019-05-04", "zone": "America/Los_Angeles"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-04T06:59+00:00": True, "2019-05-04T07:00+00:00": False},
    ),
    (
        {"kind": "day", "field": "moment", "op": "after", "value": "2019-05-04"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"2019-05-04T23:59:59.999+00:00": False, "2019-05-05T00:00+00:00": True},
    ),
    (
        {"kind": "day", "field": "day", "op": "between", "low": "2019-05-04", "high": "2019-05-05", "missing": "match"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: True, "2019-05-03": False, "2019-05-04": True, "2019-05-05": True, "2019-05-06": False},
    ),
    (
        {"kind": "day", "field": "day", "op": "after", "value": "9999-12-30"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"9999-12-30": False, "9999-12-31": True},
    ),
    # when a property last changed
    (
        {"kind": "relative", "field": "stage", "of": "changed", "op": "within", "direction": "past"}
        | {"n": 1, "unit": "days"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "2019-05-02T23:59+00:00": False, "2019-05-03T00:00+00:00": True},
    ),
    (
        {"kind": "relative", "field": "stage", "of": "changed", "op": "beyond", "direction": "past"}
        | {"n": 1, "unit": "hours", "missing": "match"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: True, "2019-05-04T10:59+00:00": True, "2019-05-04T11:00+00:00": False},
    ),
    (
        {"kind": "calendar", "field": "text", "of": "changed", "op": "this", "unit": "month"},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "2019-04-30T23:59+00:00": False, "2019-05-01T00:00+00:00": True},
    ),
    (
        {"kind": "day", "field": "day", "of": "changed", "op": "before", "value": "2019-05-04"},
        "Asia/Tokyo",
        "2019-05-04T12:00+00:00",
        {"2019-05-03T14:59+00:00": True, "2019-05-03T15:00+00:00": False},
    ),
    # anniversaries, over the turn of the year and on the leap day
    (
        {"kind": "anniversary", "field": "day", "low": 0, "high": 0},
        "UTC",
        "2019-05-04T12:00+00:00",
        {None: False, "1990-05-04": True, "1990-05-05": False, "2030-05-04": True, "2019-05-04": True},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": 0, "high": 7},
        "UTC",
        "2019-12-28T12:00+00:00",
        {"1990-12-27": False, "1990-12-28": True, "1990-01-04": True, "1990-01-05": False},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": -3, "high": -1, "missing": "match"},
        "UTC",
        "2019-01-02T12:00+00:00",
        {None: True, "1990-12-29": False, "1990-12-30": True, "1990-01-01": True, "1990-01-02": False},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": 0, "high": 0},
        "UTC",
        "2019-03-01T12:00+00:00",
        {"2000-02-28": False, "2000-02-29": True, "2000-03-01": True},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": 0, "high": 0},
        "UTC",
        "2020-02-29T12:00+00:00",
        {"2000-02-28": False, "2000-02-29": True, "2000-03-01": False},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": 0, "high": 0},
        "UTC",
        "2019-02-28T12:00+00:00",
        {"2000-02-28": True, "2000-02-29": False},
    ),
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0},
        "Asia/Tokyo",
        "2019-05-04T12:00+00:00",
        {None: False, "1990-05-03T14:59+00:00": False, "1990-05-03T15:00+00:00": True, "1990-05-04T15:00+00:00": False},
    ),
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0, "zone": "America/Los_Angeles"},
        "UTC",
        "2019-03-01T12:00+00:00",
        {"2000-03-01T07:59+00:00": True, "2000-03-01T08:00+00:00": True, "2000-03-02T08:00+00:00": False},
    ),
    # a day that is a neighbour of another one in its own year only
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0},
        "Pacific/Auckland",
        "2020-03-01T12:00+13:00",
        {"2019-02-28T12:00+00:00": True, "2019-02-28T10:00+00:00": False},
    ),
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0},
        "America/Los_Angeles",
        "2020-02-28T12:00-08:00",
        {"2019-03-01T07:00+00:00": True, "2019-03-01T08:00+00:00": False},
    ),
    # the first and the last instant of the calendar are told outside it where days begin later or earlier
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0},
        "America/Los_Angeles",
        "2019-01-01T12:00-08:00",
        {"0001-01-01T00:00+00:00": True, "9999-12-31T23:59:59.999+00:00": False},
    ),
    (
        {"kind": "anniversary", "field": "moment", "low": 0, "high": 0},
        "Asia/Tokyo",
        "2019-12-31T12:00+09:00",
        {"9999-12-31T23:59:59.999+00:00": True, "0001-01-01T00:00+00:00": False},
    ),
    (
        {"kind": "anniversary", "field": "day", "low": -366, "high": -2},
        "UTC",
        "2019-05-04T12:00+00:00",
        {"1990-05-02": True, "1990-05-03": True, "1990-05-04": True},
    ),
]

OTHER = {"kind": "compare", "field": "amount", "op": "gt", "other": "limit"}
EVER = {"ever": True}
A_B_PAST = {"text": ("Ada", "bob")}
CONTACT_ROWS: list[tuple[dict[str, Any], list[tuple[Contact, bool]]]] = [
    # two properties of one contact
    (
        OTHER,
        [
            (Contact({"amount": "2", "limit": "1"}), True),
            (Contact({"amount": "1", "limit": "1.0"}), False),
            (Contact({"amount": "2"}), False),
            (Contact({"limit": "2"}), False),
            (Contact(), False),
        ],
    ),
    ({**OTHER, **MATCH}, [(Contact({"amount": "2"}), True), (Contact({"amount": "1", "limit": "2"}), False)]),
    ({**OTHER, "op": "gte"}, [(Contact({"amount": "-0", "limit": "0"}), True)]),
    ({**OTHER, "op": "lt"}, [(Contact({"amount": "-5", "limit": "0"}), True)]),
    ({**OTHER, "op": "lte"}, [(Contact({"amount": "1", "limit": "0"}), False)]),
    ({**OTHER, "op": "eq"}, [(Contact({"amount": "1e2", "limit": "100"}), True)]),
    ({**OTHER, "op": "neq"}, [(Contact({"amount": "1", "limit": "2"}), True), (Contact({"amount": "1"}), False)]),
    (
        {"property": "text", "operator": "EQ", "compareProperty": "nick"},
        [
            (Contact({"text": "ÁDA", "nick": "ada"}), True),
            (Contact({"text": "ada", "nick": "bob"}), False),
            (Contact({"text": "ada", "nick": ""}), False),
            (Contact({"text": " ", "nick": " "}), True),
        ],
    ),
    (
        {"property": "text", "operator": "NEQ", "compareProperty": "nick"},
        [(Contact({"text": "a", "nick": "b"}), True), (Contact({"text": "a"}), False), (Contact(), False)],
    ),
    (
        {"kind": "compare", "field": "moment", "op": "gt", "other": "day"},
        [
            (Contact({"moment": str(NOON), "day": str(D0)}), False),
            (Contact({"moment": str(D1), "day": str(D0)}), True),
        ],
    ),
    (
        {"kind": "compare", "field": "tags", "op": "eq", "other": "marks_of"},
        [
            (Contact({"tags": "a;b", "marks_of": "b;a"}), True),
            (Contact({"tags": "a;b", "marks_of": "a"}), False),
            (Contact({"tags": "a"}), False),
        ],
    ),
    (
        {"kind": "compare", "field": "flag", "op": "neq", "other": "agreed"},
        [(Contact({"flag": "true", "agreed": "false"}), True), (Contact({"flag": "true", "agreed": "true"}), False)],
    ),
    # what a property has ever been
    (
        {"property": "text", "operator": "EQ", "value": "ADA", "checkPastVersions": True},
        [
            (Contact(), False),
            (Contact({"text": ""}), False),
            (Contact({"text": "ada"}), True),
            (Contact({"text": "eve"}, past=A_B_PAST), True),
            (Contact({"text": ""}, past=A_B_PAST), True),
            (Contact({"text": "eve"}, past={"text": ("bob",)}), False),
            (Contact({"text": "eve"}, past={"text": ("",)}), False),
        ],
    ),
    (
        {"property": "text", "operator": "NEQ", "value": "ada", "checkPastVersions": True},
        [
            (Contact(), False),
            (Contact({"text": "ada"}), False),
            (Contact({"text": "eve"}, past=A_B_PAST), False),
            (Contact({"text": "eve"}, past={"text": ("bob",)}), True),
            (Contact(past={"text": ("bob",)}), True),
        ],
    ),
    (
        {"property": "text", "operator": "CONTAINS", "value": "ob;zz", "checkPastVersions": True},
        [(Contact({"text": "x"}, past=A_B_PAST), True), (Contact({"text": "o b"}), False), (Contact(), False)],
    ),
    (
        {"property": "text", "operator": "DOESNT_CONTAIN", "value": "ob", "checkPastVersions": True},
        [(Contact({"text": "x"}, past=A_B_PAST), False), (Contact({"text": "x"}), True), (Contact(), False)],
    ),
    (
        leaf("text", "text", "words", ["ada"], **EVER),
        [(Contact({"text": "x"}, past=A_B_PAST), True), (Contact({"text": "adam"}), False), (Contact(), False)],
    ),
    (
        leaf("text", "text", "not-regex", "^b", **EVER, **MATCH),
        [(Contact({"text": "x"}, past=A_B_PAST), False), (Contact({"text": "x"}), True), (Contact(), True)],
    ),
    (
        leaf("text", "text", "starts", ["bo"], **EVER),
        [(Contact({"text": "x"}, past=A_B_PAST), True), (Contact({"text": "abo"}), False)],
    ),
    (
        leaf("value", "text", "eq", "ada", **EVER, **MATCH),
        [(Contact(), True), (Contact({"text": "x"}), False), (Contact(past=A_B_PAST), True)],
    ),
    (
        {"property": "tags", "operator": "SET_ALL", "value": "a;b", "checkPastVersions": True},
        [
            (Contact(), False),
            (Contact({"tags": "a;b;c"}), True),
            (Contact({"tags": "a"}, past={"tags": ("b",)}), False),
            (Contact({"tags": "c"}, past={"tags": ("b;a", "c;b")}), True),
            (Contact({"tags": "c"}, past={"tags": ("a;c", "c;b")}), False),
        ],
    ),
    (
        {"property": "tags", "operator": "SET_NOT_ANY", "value": "a;b", "checkPastVersions": True},
        [
            (Contact({"tags": "c"}, past={"tags": ("a;c",)}), False),
            (Contact({"tags": "c"}, past={"tags": ("c;A",)}), True),
            (Contact(), False),
        ],
    ),
    (
        {"property": "tags", "operator": "SET_EQ", "value": "a;b", "checkPastVersions": True},
        [
            (Contact({"tags": "c"}, past={"tags": ("b;a",)}), True),
            (Contact({"tags": "c"}, past={"tags": ("b", "a")}), False),
        ],
    ),
    (
        {"property": "tags", "operator": "SET_NOT_ALL", "value": "a;b", "checkPastVersions": True},
        [
            (Contact({"tags": "c"}, past={"tags": ("b;a",)}), False),
            (Contact({"tags": "a"}, past={"tags": ("b",)}), True),
        ],
    ),
    (
        {"property": "flag", "operator": "EQ", "value": True, "checkPastVersions": True},
        [
            (Contact({"flag": "false"}, past={"flag": ("true",)}), True),
            (Contact({"flag": "false"}), False),
            (Contact(), False),
        ],
    ),
    (
        {"property": "amount", "operator": "GT", "value": 10, "checkPastVersions": True},
        [
            (Contact({"amount": "1"}, past={"amount": ("11", "no number")}), True),
            (Contact({"amount": "1"}, past={"amount": ("9", "no number")}), False),
            (Contact(past={"amount": ("no number",)}), False),
        ],
    ),
    (
        leaf("value", "amount", "between", 4, 6, **EVER),
        [
            (Contact({"amount": "1"}, past={"amount": ("3", "7")}), False),
            (Contact({"amount": "1"}, past={"amount": ("5",)}), True),
        ],
    ),
    (
        leaf("value", "amount", "all", [1, 2], **EVER),
        [(Contact({"amount": "1"}, past={"amount": ("2",)}), False)],
    ),
    (
        {"property": "day", "operator": "SET_ANY", "value": f"{D0};{D1}", "checkPastVersions": True},
        [(Contact({"day": "0"}, past={"day": (str(D1),)}), True), (Contact({"day": "0"}), False)],
    ),
    # lists and pins
    ({"kind": "list", "op": "in", "list": 12}, [(Contact(marks=("s:12",)), True), (Contact(marks=("out:12",)), False)]),
    ({"kind": "list", "op": "not-in", "list": 12}, [(Contact(marks=("s:12",)), False), (Contact(), True)]),
    (
        {"kind": "list", "op": "in", "list": 7},
        [
            (Contact({"stage": "lead"}), True),
            (Contact({"stage": "Lead"}), False),
            (Contact(), False),
            (Contact(marks=("in:7",)), True),
            (Contact({"stage": "lead"}, ("out:7",)), False),
            (Contact({"stage": "lead"}, ("in:7", "out:7")), False),
            (Contact({"stage": "lead"}, ("out:70", "s:7")), True),
        ],
    ),
    (
        {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": 7},
        [
            (Contact({"stage": "lead"}), False),
            (Contact(), True),
            (Contact(marks=("in:7",)), False),
            (Contact({"stage": "lead"}, ("out:7",)), True),
        ],
    ),
    # samples: contact 1 is in bucket 81, and in 3,646 where "x" shuffles
    ({"kind": "sample", "low": 81, "high": 82}, [(Contact(), True)]),
    ({"kind": "sample", "low": 0, "high": 81}, [(Contact(), False)]),
    ({"kind": "sample", "low": 3_646, "high": 3_647, "seed": "x"}, [(Contact(), True)]),
    ({"kind": "sample", "low": 0, "high": 3_646, "seed": "x"}, [(Contact(), False)]),
    # search
    (
        {"kind": "search", "value": "Ada Love"},
        [
            (Contact({"firstname": "Ada", "lastname": "Lovelace"}), True),
            (Contact({"firstname": "Love", "lastname": "Ada"}), True),
            (Contact({"firstname": "Adam", "lastname": "Lovelace"}), False),
            (Contact({"text": "Ada Love"}), False),
            (Contact(), False),
        ],
    ),
    (
        {"kind": "search", "value": "ada@x.org"},
        [(Contact(emails=("ADA@x.org",)), True), (Contact(emails=("ada@y.org",)), False)],
    ),
    # identity
    ({"kind": "identity", "op": "identified"}, [(Contact(emails=("a@x.org",)), True), (Contact(), False)]),
    ({"kind": "identity", "op": "anonymous"}, [(Contact({"email": "a@x.org"}), False), (Contact(tokens=2), True)]),
    ({"kind": "identity", "op": "with-cookie"}, [(Contact(tokens=1), True), (Contact(), False)]),
    ({"kind": "identity", "op": "without-cookie"}, [(Contact(tokens=1), False), (Contact(), True)]),
    # constants and groups; NOT is set complement
    ({"kind": "constant", "value": True}, [(Contact(), True)]),
    ({"kind": "constant", "value": False}, [(Contact(), False)]),
    (
        {"op": "not", "of": [leaf("value", "text", "eq", "ada")]},
        [(Contact(), True), (Contact({"text": ""}), True), (Contact({"text": "ada"}), False)],
    ),
    (
        {"op": "not", "of": [leaf("text", "text", "contains", ["ad"])]},
        [(Contact(), True), (Contact({"text": "ada"}), False), (Contact({"text": "bob"}), True)],
    ),
    (
        {"op": "not", "of": [{"op": "not", "of": [OTHER]}]},
        [(Contact({"amount": "2", "limit": "1"}), True), (Contact(), False)],
    ),
    (
        {"op": "or", "of": [leaf("value", "text", "neq", "b"), leaf("value", "amount", "eq", 1)]},
        [
            (Contact({"text": "b", "amount": "1"}), True),
            (Contact({"text": "b"}), False),
            (Contact({"text": "a"}), True),
        ],
    ),
    (
        {"op": "and", "of": [leaf("presence", "text", "unknown"), {"op": "not", "of": [OTHER]}]},
        [(Contact(), True), (Contact({"amount": "2", "limit": "1"}), False), (Contact({"text": "a"}), False)],
    ),
]
