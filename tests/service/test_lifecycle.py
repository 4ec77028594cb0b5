"""How many contacts reached each lifecycle stage in a span of time."""

from typing import Any

import pytest

from tests.support.api import ApiClient
from tests.support.clock import MovableClock

PATH = "/contacts/search/v1/external/lifecyclestages"
TWO_YEARS_MS = 731 * 86_400_000


def counts(answer: Any) -> dict[str, int]:
    """Return stage -> count without the stages that nobody reached."""
    return {stage["lifecycleStage"]: stage["count"] for stage in answer if stage["count"]}


def test_stages_reached_in_the_span_are_counted(client: ApiClient, clock: MovableClock) -> None:
    start = clock.moment
    vid = client.create(firstname="Ada")
    client.create(lifecyclestage="lead")
    later = clock.advance(1_000)
    client.update(vid, lifecyclestage="customer")
    answer = client.get(PATH, fromTimestamp=start, toTimestamp=later)
    assert [stage["lifecycleStage"] for stage in answer][:2] == [
        "hs_lifecyclestage_subscriber_date",
        "hs_lifecyclestage_lead_date",
    ]
    assert len(answer) == 8 and "aggregation" not in answer[0]
    assert counts(answer) == {
        "hs_lifecyclestage_subscriber_date": 1,
        "hs_lifecyclestage_lead_date": 1,
        "hs_lifecyclestage_customer_date": 1,
    }
    only_later = client.get(PATH, fromTimestamp=later, toTimestamp=later)
    assert counts(only_later) == {"hs_lifecyclestage_customer_date": 1}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("company", [("", 2), ("C", 1)]),
        ("hs_analytics_source", [("OFFLINE", 3)]),
        ("hs_analytics_source_data_1", [("API", 3)]),
    ],
)
def test_stages_are_counted_by_a_property(
    client: ApiClient, stranger: ApiClient, clock: MovableClock, name: str, expected: list[tuple[str, int]]
) -> None:
    for values in ({"firstname": "a"}, {"firstname": "b"}, {"company": "C"}):
        client.create(**values)
    stranger.create(firstname="x")
    client.delete(f"/contacts/v1/contact/vid/{client.create(company='C')}")
    query: dict[str, Any] = {"fromTimestamp": clock.moment, "toTimestamp": clock.moment, "aggregationProperty": name}
    [subscribers, *_] = client.get(PATH, **query)
    found = subscribers["aggregation"]
    assert found["count"] == 3
    assert [(value["key"], value["count"]) for value in found["aggregations"][name]] == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "fromTimestamp: is missing"),
        ({"fromTimestamp": "x", "toTimestamp": 1}, "fromTimestamp: 'x' is not a whole number"),
        ({"fromTimestamp": 5, "toTimestamp": 4}, "toTimestamp: 4 is not in the two years after 5"),
        ({"fromTimestamp": 0, "toTimestamp": TWO_YEARS_MS + 1}, f"toTimestamp: {TWO_YEARS_MS + 1} is not in the"),
        (
            {"fromTimestamp": 0, "toTimestamp": 1, "aggregationProperty": "nosuch"},
            "aggregationProperty: 'nosuch' is not a property",
        ),
    ],
)
def test_a_wrong_span_is_refused_in_words(client: ApiClient, query: dict[str, Any], message: str) -> None:
    assert client.get(PATH, 400, **query)["message"].startswith(message)
