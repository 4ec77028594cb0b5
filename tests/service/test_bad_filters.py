"""Filters that are refused, through the HTTP door: each answer names the place, what is wrong and the remedy."""

from typing import Any

import pytest

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient

LISTS = "/contacts/v1/lists"
CITY = {"kind": "value", "field": "city", "op": "eq", "value": "Rome"}
REGEX = {"kind": "text", "field": "city", "op": "regex"}
DAY = {"kind": "day", "field": "closedate", "op": "on"}
SPAN = {"kind": "relative", "field": "closedate", "op": "within", "direction": "past", "unit": "days"}
REVENUE = {"kind": "value", "field": "annualrevenue", "op": "eq"}
V1_REVENUE = {"property": "annualrevenue", "operator": "EQ"}
V1_CITY = {"property": "city", "operator": "EQ"}


def nested(levels: int) -> dict[str, Any]:
    """A tree of so many levels of not."""
    tree: dict[str, Any] = CITY
    for _ in range(levels):
        tree = {"op": "not", "of": [tree]}
    return tree


def values(*given: Any) -> dict[str, Any]:
    """A filter of several values."""
    return {"kind": "value", "field": "city", "op": "any", "values": list(given)}


TREES: list[tuple[Any, list[str]]] = [
    (nested(6), ["filterTree.of[0]", "6 levels of and, or and not are too many", "At most 5"]),
    ({"op": "or", "of": [CITY] * 251}, ["filterTree: 251 filters are too many", "At most 250"]),
    (values(*map(str, range(1001))), ["filterTree.value", "1001 values are too many", "At most 1000"]),
    ({"op": "or", "of": [values(*["x" * 60_000] * 40)]}, ["filterTree: ", "bytes are too many", "At most 2000000"]),
    ({**CITY, "value": "x" * 65_537}, ["filterTree.value", "at most 65536 characters"]),
    ({**CITY, "kind": "text", "op": "contains", "values": ["x" * 1001], "value": None}, ["1001", "At most 1000"]),
    ({"kind": "search", "value": "x" * 501}, ["filterTree.value: 501 characters", "At most 500"]),
    ({"kind": "search", "value": " ".join(f"w{n}" for n in range(21))}, ["filterTree.value: 21 words", "At most 20"]),
    ({**REGEX, "value": "x" * 501}, ["filterTree.value", "is too long. Send at most 500 characters"]),
    ({**REGEX, "value": "((x{100}){100}){100}"}, ["filterTree.value", "is no regular expression"]),
    ({**REGEX, "value": "(abcdefghijk){200}"}, ["filterTree.value", "repeats too much", "at most 2000 steps"]),
    ({**REGEX, "value": r"(a)\1"}, ["filterTree.value", "is no regular expression"]),
    ({**REGEX, "value": "(?=a)"}, ["filterTree.value", "is no regular expression"]),
    ({**REGEX, "value": "("}, ["filterTree.value", "is no regular expression", "Send RE2 syntax"]),
    ({**REVENUE, "value": "NaN"}, ["filterTree.value: 'NaN' is no value of type number", "Send a decimal number"]),
    ({**REVENUE, "value": "Infinity"}, ["filterTree.value: 'Infinity' is no value"]),
    ({**REVENUE, "value": "1e400"}, ["filterTree.value: '1e400' is no value of type number"]),
    ({**REVENUE, "value": 1e301}, ["filterTree.value: 1e+301 is no value of type number"]),
    ({**REVENUE, "value": {"a": 1}}, ["filterTree.value", "is neither text nor a number"]),
    ({**DAY, "value": "2019-02-29"}, ["filterTree.value: '2019-02-29' is no day", "Send a day like 2019-05-04"]),
    ({**DAY, "value": "10000-01-01"}, ["filterTree.value: '10000-01-01' is no day"]),
    ({**DAY, "value": "2019-05-04", "zone": "Mars/Olympus"}, ["filterTree.zone: 'Mars/Olympus' is no time zone"]),
    ({**DAY, "value": "2019-05-04", "zone": "../etc/passwd"}, ["filterTree.zone: '../etc/passwd' is no time zone"]),
    ({**SPAN, "n": 100_001}, ["filterTree.n: 100001 is not a whole number from 0 to 100000"]),
    ({**SPAN, "n": -1}, ["filterTree.n: -1 is not a whole number"]),
    ({**SPAN, "n": True}, ["filterTree.n: True is not a whole number"]),
    ({"kind": "list", "op": "in", "list": 99}, ["filterTree.list: list 99 does not exist"]),
    ({"kind": "sample", "low": 5, "high": 5}, ["filterTree.high: 5 is not above 5"]),
    ({**CITY, "surprise": 1}, ["filterTree.surprise: 1 is not supported", "Supported: kind, field"]),
    ({"op": "and", "of": []}, ["filterTree.of: [] is not a list of at least one filter"]),
    ({"op": "xor", "of": [CITY]}, ["filterTree.op: 'xor' is not supported. Supported: and, or, not"]),
    ([], ["filterTree: [] is not a filter object"]),
    ("x", ["filterTree: 'x' is not a filter object"]),
]
FILTERS: list[tuple[Any, list[str]]] = [
    ([[{**V1_CITY, "value": "x"}] * 251], ["filters: 251 filters are too many", "At most 250"]),
    ([[{**V1_CITY, "operator": "SET_ANY", "value": ";".join(map(str, range(1001)))}]], ["1001 values", "At most 1000"]),
    ([[{**V1_REVENUE, "value": "NaN"}]], ["filters[0][0].value: 'NaN' is no value of type number"]),
    ([[{**V1_REVENUE, "value": "-inf"}]], ["filters[0][0].value: '-inf' is no value of type number"]),
    ([[{"property": "closedate", "operator": "LT", "value": 253_402_300_800_000}]], ["filters[0][0].value"]),
    ([[{"property": "closedate", "operator": "LT", "value": "-99999999999999"}]], ["filters[0][0].value"]),
    ([[{"filterFamily": "Workflow", "workflowId": 1}]], ["filters[0][0].filterFamily: 'Workflow' is not supported"]),
    ([[{"filterFamily": "FilterTree", "fingerprint": "x"}]], ["is not the one of the list", "Send filterTree"]),
    (
        [[{"property": "city", "operator": "NEQ", "compareProperty": "company", "checkPastVersions": True}]],
        ["filters[0][0].checkPastVersions: True is not supported"],
    ),
    (
        [[{"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "reverseWithinTimeWindow": True}]],
        ["filters[0][0].withinLastTime: withinLastTime is missing"],
    ),
    (
        [[{"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "withinTimeMode": "FUTURE"}]],
        ["filters[0][0].withinLastTime: withinLastTime is missing"],
    ),
    (
        [[{"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "form": []}]],
        ["filters[0][0].form: [] is not a text of at most 2000 characters"],
    ),
    (
        [[{"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "form": "a", "value": "b"}]],
        ["filters[0][0].value: 'b' is not the form 'a' that the filter names"],
    ),
    (
        [[{"filterFamily": "Import", "operator": "IN_IMPORT", "import": 7, "value": "8"}]],
        ["filters[0][0].value: '8' is not the import 7 that the filter names"],
    ),
    ([[]], ["filters[0]: [] is not a list of at least one filter"]),
    ([[[]]], ["filters[0][0]: [] is not a filter object"]),
    ({"a": 1}, ["filters: {'a': 1} is not a list of lists of filters"]),
]


@pytest.mark.parametrize("path", ["", "/preview", "/lint"])
@pytest.mark.parametrize(
    ("key", "criteria", "words"),
    [("filterTree", *case) for case in TREES] + [("filters", *case) for case in FILTERS],
    ids=lambda value: str(value)[:60],
)
def test_a_filter_that_cannot_be_taken_is_a_400_that_says_why(
    client: ApiClient, path: str, key: str, criteria: Any, words: list[str]
) -> None:
    body = {"name": "L", "dynamic": True, key: criteria}
    message = client.post(f"{LISTS}{path}", body, 400)["message"]
    assert [each for each in words if each not in message] == [], message
    assert len(message) < 1_000
    assert client.get(LISTS)["lists"] == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", 7, "europe/berlin ", "\0"])
@pytest.mark.parametrize("path", ["", "/preview", "/lint"])
def test_a_time_zone_that_does_not_exist_is_refused(client: ApiClient, path: str, zone: Any) -> None:
    body = {"name": "L", "dynamic": True, "filters": [], "timeZone": zone}
    assert "timeZone: " in client.post(f"{LISTS}{path}", body, 400)["message"]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_pin_on_a_static_list_is_refused(client: ApiClient, direction: str) -> None:
    list_id = client.post(LISTS, {"name": "Friends", "dynamic": False})["listId"]
    vid = client.create(city="Rome")
    message = client.put(f"{LISTS}/{list_id}/pins/{direction}/{vid}", status=400)["message"]
    assert f"List {list_id} is static" in message


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_know_are_refused_with_the_body(client: ApiClient, number: str) -> None:
    text = f'{{"name": "L", "dynamic": true, "filterTree": {{"kind": "sample", "high": {number}}}}}'
    answer = client.raw("POST", LISTS, data=text)
    assert answer.status_code == 400 and "malformed JSON" in answer.get_json()["message"]


@pytest.mark.parametrize("opening", ["[", '{"of":['])
def test_a_body_nested_without_end_is_refused(client: ApiClient, opening: str) -> None:
    text = '{"name": "L", "filterTree": ' + opening * 100_000
    assert client.raw("POST", f"{LISTS}/preview", data=text).status_code == 400


def test_a_regular_expression_that_would_backtrack_for_years_answers(client: ApiClient, runtime: Runtime) -> None:
    vid = client.create(city="a" * 8_000)
    client.create(city="a" * 8_000 + "b")
    tasks.settle(runtime)
    for pattern in ("^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y"):
        told = client.post(f"{LISTS}/preview", {"filterTree": {**REGEX, "value": pattern}})
        assert told["exact"] and told["count"] == (0 if "x" in pattern else 2), pattern
    list_id = client.post(LISTS, {"name": "L", "dynamic": True, "filterTree": {**REGEX, "value": "^(a+)+$"}})["listId"]
    tasks.settle(runtime)
    assert client.get(f"{LISTS}/{list_id}/explain/{vid}")["isMember"]
