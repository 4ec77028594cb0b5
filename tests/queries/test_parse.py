"""Reading v1 filters: what is taken, how it is echoed, and what each refusal says."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.errors import (
    BadOperand,
    ChangedEcho,
    FilterError,
    TooMany,
    UnknownList,
    UnknownProperty,
    UnsupportedFilter,
)
from queries.fingerprint import fingerprint
from queries.leaves.opaque import opaque_leaves
from queries.leaves.property import operators_of
from queries.nodes import reads
from queries.parse import is_tree_echo, parse_criteria, parse_filters, render_filters, render_v1
from queries.tree import parse_tree, render_tree
from tests.support.filter_cases import CATALOGUE, CONTEXT, MATCH, Case, cases, leaf

ECHO = {"filterFamily": "PropertyValue", "withinTimeMode": "PAST", "checkPastVersions": False}
EQ = {"property": "text", "operator": "EQ", "value": "a"}


def echo(raw: dict[str, Any]) -> dict[str, Any]:
    """What a list with this one filter tells about it."""
    return render_filters(parse_filters([[raw]], CONTEXT))[0][0]


@pytest.mark.parametrize(
    ("raw", "echoed"),
    [
        (EQ, {**ECHO, **EQ, "type": "string"}),
        ({**EQ, **ECHO, "type": "string"}, {**ECHO, **EQ, "type": "string"}),
        ({**EQ, "value": 5}, {**ECHO, **EQ, "value": 5, "type": "string"}),
        (
            {**EQ, "compareProperty": None, "reverseWithinTimeWindow": False, "withinLastTime": None},
            {**ECHO, **EQ, "type": "string"},
        ),
        (
            {"property": "amount", "operator": "IS_EMPTY", "value": 0},
            {**ECHO, "property": "amount", "operator": "IS_EMPTY", "value": "", "type": "number"},
        ),
        (
            {"filterFamily": "ListMembership", "operator": "IN_LIST", "value": "12"},
            {
                **ECHO,
                "filterFamily": "ListMembership",
                "operator": "IN_LIST",
                "list": 12,
                "dynamicList": False,
                "value": "12",
            },
        ),
        (
            {"filterFamily": "ContactProperty", "property": "text", "operator": "HAS_PROPERTY"},
            {**ECHO, "property": "text", "operator": "IS_NOT_EMPTY", "value": "", "type": "string"},
        ),
        (
            {"property": "text", "operator": "NOT_HAS_PROPERTY"},
            {**ECHO, "property": "text", "operator": "IS_EMPTY", "value": "", "type": "string"},
        ),
        ({**EQ, "checkPastVersions": True}, {**ECHO, **EQ, "type": "string", "checkPastVersions": True}),
        (
            {"property": "amount", "operator": "BETWEEN", "rangeStart": 1, "rangeEnd": "2.5"},
            {**ECHO, "property": "amount", "operator": "BETWEEN", "type": "number", "value": ""}
            | {"rangeStart": 1, "rangeEnd": "2.5"},
        ),
        (
            {"property": "amount", "operator": "GT", "compareProperty": "limit"},
            {**ECHO, "property": "amount", "operator": "GT", "type": "number", "value": "", "compareProperty": "limit"},
        ),
        (
            {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": 7},
            {**ECHO, "filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": 7}
            | {"dynamicList": True, "value": "7"},
        ),
    ],
)
def test_filters_are_echoed_with_the_keys_of_the_contract(raw: dict[str, Any], echoed: dict[str, Any]) -> None:
    assert echo(raw) == echoed


WITHIN = {"property": "day", "operator": "WITHIN_TIME"}
WITHIN_ECHO = {
    **ECHO,
    **WITHIN,
    "type": "date",
    "value": "",
    "withinLastTime": 6,
    "withinLastTimeUnit": "DAYS",
    "withinLastDays": 6,
    "reverseWithinTimeWindow": False,
}


@pytest.mark.parametrize(
    ("raw", "differs"),
    [
        ({**WITHIN, "withinLastTime": 6, "withinLastTimeUnit": "DAYS"}, {}),
        ({**WITHIN, "withinLastDays": 6}, {}),
        ({**WITHIN, "withinLastTime": "6", "withinLastDays": 6, "withinTimeMode": "PAST"}, {}),
        ({**WITHIN, "operator": "LAST_N_DAYS", "withinLastDays": 6}, {}),
        ({**WITHIN, "withinLastDays": 6, "reverseWithinTimeWindow": True}, {"reverseWithinTimeWindow": True}),
        ({**WITHIN, "operator": "WITHIN_TIME_REVERSE", "withinLastDays": 6}, {"reverseWithinTimeWindow": True}),
        ({**WITHIN, "withinLastDays": 6, "withinTimeMode": "FUTURE"}, {"withinTimeMode": "FUTURE"}),
    ],
)
def test_a_time_window_is_echoed_with_all_its_keys(raw: dict[str, Any], differs: dict[str, Any]) -> None:
    assert echo(raw) == {**WITHIN_ECHO, **differs}
    assert echo(echo(raw)) == echo(raw)


def test_a_window_of_other_units_is_echoed_without_days() -> None:
    echoed = echo({**WITHIN, "withinLastTime": 2, "withinLastTimeUnit": "WEEK"})
    assert (echoed["withinLastTime"], echoed["withinLastTimeUnit"]) == (2, "WEEKS")
    assert "withinLastDays" not in echoed


def test_the_echo_keeps_the_operand_as_it_was_sent() -> None:
    assert echo({"property": "tags", "operator": "SET_ANY", "value": "b;a;b"})["value"] == "b;a;b"


@pytest.mark.parametrize("raw", [None, []])
def test_no_filters_are_the_empty_tree(raw: object) -> None:
    assert render_filters(parse_filters(raw, CONTEXT)) == []


@pytest.mark.parametrize("case", [case for case in cases() if "operator" in case.filter], ids=str)
def test_every_filter_of_the_table_survives_being_echoed_and_sent_back(case: Case) -> None:
    tree = parse_filters([[case.filter]], CONTEXT)
    echoed = json.loads(json.dumps(render_filters(tree)))
    assert parse_filters(echoed, CONTEXT) == tree
    assert render_filters(parse_filters(echoed, CONTEXT)) == echoed


OPERANDS = {
    "text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    "amount": st.one_of(st.integers(-(2**53), 2**53), st.floats(-1e300, 1e300)),
    "flag": st.one_of(st.booleans(), st.sampled_from(["TRUE", "False"])),
    "day": st.integers(-62_135_596_800_000, 253_402_300_799_999),
    "moment": st.integers(-62_135_596_800_000, 253_402_300_799_999).map(str),
    "stage": st.sampled_from(["lead", "Lead", "a value that is gone"]),
    "tags": st.lists(st.sampled_from("abcxyz"), min_size=1).map(";".join),
}


EXTRAS: dict[str, dict[str, Any]] = {
    "WITHIN_TIME": {"withinLastTime": 3, "withinLastTimeUnit": "MONTHS", "withinTimeMode": "FUTURE"},
    "WITHIN_TIME_REVERSE": {"withinLastDays": 3},
    "LAST_N_DAYS": {"withinLastDays": 3},
}
PRESENCE = ("IS_EMPTY", "IS_NOT_EMPTY", "HAS_PROPERTY", "NOT_HAS_PROPERTY")


@st.composite
def property_filters(draw: st.DrawFn) -> dict[str, Any]:
    """Filters over any property, operator and operand that is not a bare separator."""
    name = draw(st.sampled_from(sorted(OPERANDS)))
    operator = draw(st.sampled_from(operators_of(CATALOGUE.definitions[name].type)))
    operand = draw(OPERANDS[name].filter(lambda value: str(value).strip(";") != ""))
    raw = {"property": name, "operator": operator, "value": operand, **EXTRAS.get(operator, {})}
    if operator.endswith("BETWEEN"):
        raw |= {"rangeStart": operand, "rangeEnd": operand}
    if operator not in (*EXTRAS, *PRESENCE):
        raw["checkPastVersions"] = draw(st.booleans())
    return raw


@given(st.lists(st.lists(property_filters(), min_size=1, max_size=3), max_size=3))
def test_any_filters_survive_being_echoed_and_sent_back(groups: list[list[dict[str, Any]]]) -> None:
    tree = parse_filters(groups, CONTEXT)
    echoed = json.loads(json.dumps(render_filters(tree)))
    assert parse_filters(echoed, CONTEXT) == tree
    assert render_filters(parse_filters(echoed, CONTEXT)) == echoed


def test_trees_that_ask_the_same_are_equal_however_they_were_written() -> None:
    written = [[{"property": "tags", "operator": "SET_ANY", "value": value}] for value in ("a;b", "b;a;a")]
    assert len({parse_filters([group], CONTEXT) for group in written}) == 1


def test_a_tree_reads_its_properties_and_the_marks() -> None:
    membership = {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": 12}
    raw = [[EQ, {"property": "day", "operator": "IS_EMPTY"}], [membership]]
    assert reads(parse_filters(raw, CONTEXT)) == {"text", "day", "s:12"}


IN_LIST = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": 12}
REFUSALS: list[tuple[object, str, str]] = [
    # the shape
    ({}, "filters", "{} is not a list of lists of filters"),
    ("x", "filters", "'x' is not a list of lists"),
    (0, "filters", "0 is not a list of lists"),
    ([EQ], "filters[0]", "is not a list of filters"),
    ([[]], "filters[0]", "[] is not a list of at least one filter"),
    ([[EQ], []], "filters[1]", "[] is not a list of at least one filter"),
    ([[EQ, "x"]], "filters[0][1]", "'x' is not a filter object"),
    ([[EQ, None]], "filters[0][1]", "None is not a filter object"),
    ([[EQ] * 251], "filters", "251 filters are too many. At most 250 filters"),
    ([[EQ]] * 251, "filters", "251 filters are too many"),
    # family, operator, keys
    ([[{**EQ, "filterFamily": "PageView"}]], "filters[0][0].filterFamily", "'PageView' is not supported"),
    ([[{**EQ, "filterFamily": ["PropertyValue"]}]], "filters[0][0].filterFamily", "is not supported"),
    ([[{**EQ, "filterFamily": 0}]], "filters[0][0].filterFamily", "Supported: PropertyValue, ListMembership"),
    ([[{**EQ, "operator": "LIKE"}]], "filters[0][0].operator", "'LIKE' is not supported. Supported: EQ, NEQ"),
    ([[{**EQ, "operator": ["EQ"]}]], "filters[0][0].operator", "['EQ'] is not supported"),
    ([[{**EQ, "operator": None}]], "filters[0][0].operator", "None is not supported"),
    ([[{"property": "text", "value": "a"}]], "filters[0][0].operator", "None is not supported"),
    ([[{**EQ, "operator": "WITHIN_TIME", "withinLastDays": 1}]], "filters[0][0].operator", "'WITHIN_TIME'"),
    ([[WITHIN]], "filters[0][0].withinLastTime", "withinLastTime is missing. Send withinLastTime"),
    ([[{**WITHIN, "withinLastTime": -1}]], "filters[0][0].withinLastTime", "a whole number from 0 to 100000"),
    ([[{**WITHIN, "withinLastTime": 1.5}]], "filters[0][0].withinLastTime", "1.5 is not a whole number"),
    ([[{**WITHIN, "withinLastTime": True}]], "filters[0][0].withinLastTime", "True is not a whole number"),
    ([[{**WITHIN, "withinLastTime": 10**30}]], "filters[0][0].withinLastTime", "from 0 to 100000"),
    (
        [[{**WITHIN, "withinLastTime": 1, "withinLastDays": 2}]],
        "filters[0][0].withinLastDays",
        "2 is not what withinLastTime says, 1 days. Leave withinLastDays out",
    ),
    (
        [[{**WITHIN, "withinLastTime": 1, "withinLastTimeUnit": "FORTNIGHTS"}]],
        "filters[0][0].withinLastTimeUnit",
        "Supported: hours, days, weeks, months, years",
    ),
    (
        [[{**WITHIN, "withinLastTime": 1, "withinLastTimeUnit": "HOURS"}]],
        "filters[0][0].unit",
        "days or longer, because day is a date",
    ),
    ([[{**WITHIN, "withinLastTime": 1, "withinTimeMode": "EVER"}]], "filters[0][0].withinTimeMode", "PAST, FUTURE"),
    ([[{**WITHIN, "withinLastTime": 1, "checkPastVersions": True}]], "filters[0][0].checkPastVersions", "True"),
    ([[{"operator": "HAS_FILLED_OUT_FORM", "form": "f"}]], "filters[0][0].operator", "'HAS_FILLED_OUT_FORM'"),
    ([[{**EQ, "checkPastVersions": 0}]], "filters[0][0].checkPastVersions", "0 is not true or false"),
    ([[{**EQ, "compareProperty": "x"}]], "filters[0][0].compareProperty", 'Property "x" does not exist'),
    ([[{**EQ, "compareProperty": "amount"}]], "filters[0][0].compareProperty", "another property of type string"),
    ([[{**EQ, "operator": "GT", "compareProperty": "nick"}]], "filters[0][0].operator", "Supported: EQ, NEQ"),
    ([[{**EQ, "operator": "CONTAINS", "compareProperty": "nick"}]], "filters[0][0].compareProperty", "'nick' is not"),
    (
        [[{"property": "amount", "operator": "BETWEEN", "value": "1;2"}]],
        "filters[0][0].rangeStart",
        "rangeStart is missing. Send rangeStart",
    ),
    (
        [[{"property": "amount", "operator": "BETWEEN", "rangeStart": 2, "rangeEnd": 1}]],
        "filters[0][0].value",
        "2 is above the end of the range, 1. Send the lower end first",
    ),
    ([[{"filterFamily": "FilterTree", "fingerprint": "x"}]], "filters[0][0]", "is not the one of the list"),
    ([[{**EQ, "withinTimeMode": "FUTURE"}]], "filters[0][0].withinTimeMode", "'FUTURE' is not supported"),
    ([[{**EQ, "withinLastDays": 3}]], "filters[0][0].withinLastDays", "3 is not supported"),
    ([[{**EQ, "anything": 1}]], "filters[0][0].anything", "1 is not supported"),
    # property and type
    ([[{**EQ, "property": "nope"}]], "filters[0][0].property", 'Property "nope" does not exist'),
    ([[{**EQ, "property": ["text"]}]], "filters[0][0].property", "does not exist"),
    ([[{**EQ, "property": "n" * 10_000}]], "filters[0][0].property", "does not exist"),
    ([[{**EQ, "k" * 10_000: 1}]], f"filters[0][0].{'k' * 100}", "1 is not supported"),
    ([[{"operator": "EQ", "value": "a"}]], "filters[0][0].property", "property is missing. Send property"),
    ([[{**EQ, "type": "number"}]], "filters[0][0].type", "Supported: string, the type of text"),
    ([[{**EQ, "property": "amount", "operator": "CONTAINS"}]], "filters[0][0].operator", "'CONTAINS'"),
    ([[{**EQ, "property": "flag", "operator": "GT"}]], "filters[0][0].operator", "'GT' is not supported"),
    # operands
    ([[{"property": "text", "operator": "EQ"}]], "filters[0][0].value", "value is missing. Send value"),
    ([[{**EQ, "value": ""}]], "filters[0][0].value", "names no value. Send a value, or use IS_EMPTY"),
    ([[{**EQ, "operator": "CONTAINS", "value": ";;"}]], "filters[0][0].value", "';;' names no value"),
    ([[{**EQ, "value": ["a"]}]], "filters[0][0].value", "is neither text nor a number. Join several"),
    ([[{**EQ, "value": "a\0"}]], "filters[0][0].value", "is no value of type string. Send text of at most"),
    ([[{**EQ, "operator": "CONTAINS", "value": "a\0"}]], "filters[0][0].value", "without NUL"),
    ([[{**EQ, "value": "a" * 65_537}]], "filters[0][0].value", "is no value of type string"),
    ([[{"property": "tags", "operator": "SET_ANY", "value": "\0"}]], "filters[0][0].value", "without NUL"),
    ([[{"property": "amount", "operator": "GT", "value": "x"}]], "filters[0][0].value", "Send a decimal number"),
    ([[{"property": "amount", "operator": "SET_ANY", "value": "1;x"}]], "filters[0][0].value", "'x' is no value"),
    ([[{"property": "amount", "operator": "EQ", "value": "1;2"}]], "filters[0][0].value", "'1;2' is no value"),
    ([[{"property": "flag", "operator": "EQ", "value": "yes"}]], "filters[0][0].value", 'Send "true" or "false"'),
    ([[{"property": "flag", "operator": "NEQ", "value": "true;false"}]], "filters[0][0].value", "'true;false'"),
    ([[{"property": "day", "operator": "LT", "value": "May"}]], "filters[0][0].value", "or a day like"),
    ([[{"property": "moment", "operator": "LT", "value": "2019-05-04"}]], "filters[0][0].value", "ISO 8601"),
    (
        [[{**EQ, "operator": "SET_ANY", "value": ";".join(map(str, range(1_001)))}]],
        "filters[0][0].value",
        "1001 values are too many. At most 1000 values are taken",
    ),
    (
        [[{**EQ, "operator": "CONTAINS", "value": "a" * 1_001}]],
        "filters[0][0].value",
        "1001 characters in one text are too many",
    ),
    # lists
    ([[{**IN_LIST, "list": 99}]], "filters[0][0].list", "list 99 does not exist. Name the id of an existing"),
    ([[{**IN_LIST, "list": "x"}]], "filters[0][0].list", "'x' is not a list id"),
    ([[{**IN_LIST, "list": True}]], "filters[0][0].list", "True is not a list id"),
    ([[{**IN_LIST, "list": None}]], "filters[0][0].list", "list is missing. Send list"),
    ([[{**IN_LIST, "value": "13"}]], "filters[0][0].value", "list '13' is not the list 12"),
    ([[{**IN_LIST, "operator": "EQ"}]], "filters[0][0].operator", "Supported: IN_LIST, NOT_IN_LIST"),
    ([[{**IN_LIST, "property": "text"}]], "filters[0][0].property", "'text' is not supported"),
]


@pytest.mark.parametrize(("raw", "path", "says"), REFUSALS, ids=[f"{row[1]} {row[2]}" for row in REFUSALS])
def test_a_filter_that_is_refused_says_where_what_and_the_remedy(raw: object, path: str, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filters(raw, CONTEXT)
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_limits_themselves_are_taken() -> None:
    values = ";".join(map(str, range(1_000)))
    parse_filters([[{**EQ, "operator": "SET_ANY", "value": values}]] * 250, CONTEXT)
    parse_filters([[{**EQ, "operator": "CONTAINS", "value": "a" * 1_000}]], CONTEXT)


@pytest.mark.parametrize(
    ("raw", "error", "fact", "value"),
    [
        ([[{**EQ, "property": "nope"}]], UnknownProperty, "name", "nope"),
        ([[{**IN_LIST, "list": 99}]], UnknownList, "list_id", 99),
        ([[{**EQ, "operator": "LIKE"}]], UnsupportedFilter, "value", "LIKE"),
        ([[EQ] * 251], TooMany, "count", 251),
    ],
)
def test_an_error_keeps_its_facts(raw: object, error: type[FilterError], fact: str, value: object) -> None:
    with pytest.raises(error) as caught:
        parse_filters(raw, CONTEXT)
    assert getattr(caught.value, fact) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "1e400", "NaN", 10**400])
def test_a_number_that_is_not_finite_is_refused(value: Any) -> None:
    with pytest.raises(BadOperand, match="Send a decimal number"):
        parse_filters([[{"property": "amount", "operator": "GT", "value": value}]], CONTEXT)


@pytest.mark.parametrize("value", [10**20, -(10**20), "10000-01-01", "0000-12-31", "2019-02-29"])
def test_a_date_beyond_the_calendar_is_refused(value: Any) -> None:
    with pytest.raises(BadOperand, match="or a day like"):
        parse_filters([[{"property": "day", "operator": "GT", "value": value}]], CONTEXT)


def test_a_filter_of_more_than_two_million_bytes_is_refused() -> None:
    group = [{**EQ, "value": "é" * 50_000} for _ in range(21)]
    with pytest.raises(TooMany, match="At most 2000000 bytes are taken"):
        parse_filters([group], CONTEXT)


UNSAYABLE = [
    leaf("value", "text", "eq", "a", **MATCH),
    leaf("text", "text", "words", ["a"]),
    leaf("text", "text", "contains", ["a;b"]),
    leaf("presence", "text", "blank"),
    {"kind": "sample", "low": 0, "high": 1},
    {"op": "not", "of": [leaf("value", "text", "eq", "a")]},
    {"op": "and", "of": [{"op": "or", "of": [leaf("value", "text", "eq", "a"), leaf("value", "text", "eq", "b")]}]},
]


@pytest.mark.parametrize("raw", UNSAYABLE, ids=str)
def test_what_v1_cannot_say_is_echoed_by_its_fingerprint_and_taken_back_unchanged(raw: dict[str, Any]) -> None:
    tree = parse_tree(raw, CONTEXT)
    echoed = json.loads(json.dumps(render_filters(tree)))
    assert echoed == [[{"filterFamily": "FilterTree", "fingerprint": fingerprint(tree)}]]
    assert is_tree_echo(echoed)
    assert parse_criteria(echoed, raw, CONTEXT) == tree
    assert parse_criteria([], raw, CONTEXT) == parse_criteria(None, raw, CONTEXT) == tree
    assert parse_criteria(echoed, None, CONTEXT, present=tree) == tree


def test_an_echo_of_another_tree_or_filters_beside_a_tree_are_refused() -> None:
    other = render_filters(parse_tree(UNSAYABLE[1], CONTEXT))
    for filters in (other, [[EQ]]):
        with pytest.raises(ChangedEcho, match="Send filterTree to change the criteria"):
            parse_criteria(filters, UNSAYABLE[0], CONTEXT)
    for present in (None, parse_tree(UNSAYABLE[0], CONTEXT)):
        with pytest.raises(ChangedEcho):
            parse_criteria(other, None, CONTEXT, present)


@given(st.lists(st.lists(property_filters(), min_size=1, max_size=3), max_size=3))
def test_any_v1_filters_survive_our_own_spelling(groups: list[list[dict[str, Any]]]) -> None:
    tree = parse_filters(groups, CONTEXT)
    if groups:
        back = parse_tree(json.loads(json.dumps(render_tree(tree))), CONTEXT)
        assert back == tree
        assert render_v1(back) == render_filters(tree)


def test_trees_that_v1_can_say_are_said_in_v1() -> None:
    a, b = leaf("value", "text", "eq", "a"), leaf("value", "text", "eq", "b")
    told = {**ECHO, **EQ, "type": "string"}
    for raw, groups in [
        (a, [[told]]),
        ({"op": "and", "of": [a, b]}, [[told, {**told, "value": "b"}]]),
        ({"op": "or", "of": [a, b]}, [[told], [{**told, "value": "b"}]]),
    ]:
        tree = parse_tree(raw, CONTEXT)
        assert render_filters(tree) == groups
        assert fingerprint(parse_filters(groups, CONTEXT)) == fingerprint(tree)


def test_an_import_keeps_a_family_that_is_not_known_word_for_word() -> None:
    unknown = {"filterFamily": "DealProperty", "dealsFilter": {"filterLines": [{"filter": {"a": None}}]}}
    context = replace(CONTEXT, keep_unknown=True)
    tree = parse_filters([[EQ, unknown]], context)
    assert render_filters(tree)[0][1] == unknown
    assert [leaf.text for leaf in opaque_leaves(tree)] == [json.dumps(unknown, sort_keys=True)]
    assert parse_tree(render_tree(tree), context) == tree
    with pytest.raises(UnsupportedFilter):
        parse_tree(render_tree(tree), CONTEXT)
