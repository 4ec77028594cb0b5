"""Filters in plain language."""

from typing import Any

import pytest

from queries.describe import describe
from queries.inline import inline
from queries.nodes import And, Or
from tests.support.filter_cases import CONTEXT, D0, MATCH, Case, cases, leaf, look_up, read_filter

A, B = leaf("value", "nick", "eq", "Page"), leaf("value", "stage", "any", ["lead", "customer"])
RECENT = {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 30, "unit": "days"}
EVER = {"ever": True}


def group(op: str, *of: dict[str, Any]) -> dict[str, Any]:
    return {"op": op, "of": list(of)}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (A, "nick name is Page"),
        (
            group("and", A, group("or", B, RECENT)),
            "nick name is Page and (stage is any of lead or customer or moment is in the last 30 days)",
        ),
        (
            group("or", A, group("and", B, RECENT)),
            "nick name is Page or (stage is any of lead or customer and moment is in the last 30 days)",
        ),
        (group("not", group("or", A, B)), "not (nick name is Page or stage is any of lead or customer)"),
        (group("and", group("or", A)), "nick name is Page"),
        ({**A, **MATCH}, "(nick name is Page or there is no value)"),
        ({**A, **EVER}, "nick name has ever been Page"),
        (leaf("value", "nick", "neq", "a", **EVER), "nick name has never been a"),
        (leaf("text", "nick", "not-contains", ["a", " b"], **EVER), 'nick name has never contained a or " b"'),
        (leaf("value", "tags", "all", ["a", "b"], **EVER), "tags has ever had all of a and b"),
        (leaf("value", "tags", "exactly", ["a", "b"], **EVER), "tags has ever been exactly a and b"),
        (leaf("value", "amount", "lt", 5), "amount is less than 5"),
        (leaf("value", "amount", "between", 1, 2), "amount is between 1 and 2"),
        (leaf("value", "day", "lt", D0), "day is before 2019-05-04"),
        (leaf("value", "day", "gte", "2019-05-04"), "day is at or after 2019-05-04"),
        (leaf("value", "flag", "eq", True), "flag is true"),
        (
            leaf("value", "text", "none", list(map(str, range(12)))),
            "text is none of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 2 more",
        ),
        (leaf("text", "text", "regex", "^a{2}"), "text matches /^a{2}/"),
        (leaf("count", "tags", "gte", 2), "number of tags is at least 2"),
        (leaf("presence", "text", "blank"), "text is blank"),
        ({**RECENT, "op": "beyond", "n": 1}, "moment is more than 1 day ago"),
        ({**RECENT, "direction": "future", "of": "changed"}, "moment last changed in the next 30 days"),
        ({**RECENT, "zone": "Asia/Tokyo"}, "moment is in the last 30 days (Asia/Tokyo time)"),
        ({"kind": "calendar", "field": "day", "op": "this-so-far", "unit": "quarter"}, "day is this quarter so far"),
        (
            {"kind": "calendar", "field": "day", "op": "last", "unit": "year", "fiscalStart": 4},
            "day is last fiscal year",
        ),
        ({"kind": "day", "field": "day", "op": "before", "value": "2019-05-04"}, "day is before 2019-05-04"),
        (
            {"kind": "day", "field": "day", "op": "between", "low": "2019-05-04", "high": "2019-05-05"},
            "day is between 2019-05-04 and 2019-05-05",
        ),
        (
            {"kind": "anniversary", "field": "day", "low": 0, "high": 7},
            "the anniversary of day is from today to 7 days ahead",
        ),
        ({"kind": "anniversary", "field": "day", "low": -1, "high": -1}, "the anniversary of day is 1 day ago"),
        ({"kind": "compare", "field": "amount", "op": "gt", "other": "limit"}, "amount is more than limit"),
        ({"kind": "list", "op": "in", "list": 12}, 'is in list "Friends"'),
        ({"kind": "list", "op": "not-in", "list": 7}, 'is not in list "Leads"'),
        ({"kind": "sample", "low": 0, "high": 1_000}, "is in a random 10 % of all contacts"),
        ({"kind": "search", "value": "ada lo"}, 'a search for "ada lo" finds it'),
        ({"kind": "identity", "op": "anonymous"}, "is anonymous"),
        ({"kind": "constant", "value": True}, "everyone"),
    ],
)
def test_a_filter_is_told_in_plain_language(raw: dict[str, Any], text: str) -> None:
    assert describe(read_filter(raw), CONTEXT) == text


def test_empty_groups_are_everyone_and_nobody_and_pins_are_told() -> None:
    assert (describe(And(()), CONTEXT), describe(Or(()), CONTEXT)) == ("everyone", "nobody")
    inlined = inline(read_filter(leaf("value", "stage", "eq", "lead")), look_up, list_id=7)
    assert describe(inlined, CONTEXT) == (
        '(stage is lead or is pinned into list "Leads") and not (is pinned out of list "Leads")'
    )


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_filter_of_the_table_can_be_told(case: Case) -> None:
    told = describe(case.tree, CONTEXT)
    assert told and told == told.strip() and "{}" not in told
