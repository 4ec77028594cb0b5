"""Days and their instants in any zone, and moving windows: which values the clock moves, and when."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queries.crossings import crossings, moves_with_the_clock
from queries.document import month_day
from queries.errors import UnknownZone
from queries.evaluate import evaluate, next_change
from queries.moments import DAY_MS, Moment, add_months, day_of, start_of, utc_day, zone_named
from queries.nodes import Crossing, Not
from queries.submitted import Submitted
from queries.windows import CALENDAR_OPERATORS, CALENDAR_UNITS, UNITS
from tests.support.filter_cases import CLOCK_ROWS, Contact, leaf, ms, read_filter

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Cairo",
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.integers(ms("1990-01-01"), ms("2036-01-01"))


@given(instants, zones)
@example(ms("2006-10-29T02:45+00:00"), ZoneInfo("America/St_Johns"))
@example(ms("2011-12-30T10:00+00:00"), ZoneInfo("Pacific/Apia"))
@example(ms("2018-11-04T03:00+00:00"), ZoneInfo("America/Sao_Paulo"))
def test_every_instant_lies_in_one_day_which_lasts_about_a_day(instant: int, zone: ZoneInfo) -> None:
    day = day_of(instant, zone)
    assert start_of(day, zone) <= instant < start_of(day + 1, zone)
    assert start_of(day + 1, zone) - start_of(day, zone) <= 25 * DAY_MS // 24
    told = datetime.fromtimestamp(start_of(day, zone) / 1000, zone)
    assert told.toordinal() == day or zone.key == "Pacific/Apia"


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999), zones)
def test_days_are_found_to_the_ends_of_the_calendar(instant: int, zone: ZoneInfo) -> None:
    day = day_of(instant, zone)
    assert abs(day - utc_day(instant)) <= 1
    assert start_of(day, zone) <= instant < start_of(day + 1, zone)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2019-01-31", 1, "2019-02-28"),
        ("2020-02-29", -12, "2019-02-28"),
        ("2019-03-31", -1, "2019-02-28"),
        ("2019-12-15", 1, "2020-01-15"),
    ],
)
def test_months_end_where_they_are_too_short(day: str, months: int, then: str) -> None:
    assert add_months(utc_day(ms(day)), months) == utc_day(ms(then))


@pytest.mark.parametrize("name", ["", "Nowhere", "../UTC", "UTC\0", "europe/berlin/", None, 5])
def test_a_zone_that_does_not_exist_is_refused(name: Any) -> None:
    with pytest.raises(UnknownZone, match="Send an IANA name like Europe/Berlin"):
        zone_named(name)


def _clock_leaves() -> st.SearchStrategy[dict[str, Any]]:
    field = st.fixed_dictionaries({"field": st.sampled_from(["day", "moment"]), "missing": st.just("no-match")})
    relative = st.fixed_dictionaries(
        {
            "kind": st.just("relative"),
            "op": st.sampled_from(["within", "beyond"]),
            "direction": st.sampled_from(["past", "future"]),
            "n": st.integers(0, 40),
            "unit": st.sampled_from(UNITS),
        }
    )
    calendar = st.fixed_dictionaries(
        {
            "kind": st.just("calendar"),
            "op": st.sampled_from(CALENDAR_OPERATORS),
            "unit": st.sampled_from(CALENDAR_UNITS),
            "fiscalStart": st.integers(1, 12),
        }
    )
    span = st.tuples(st.integers(-30, 30), st.integers(0, 60))
    anniversary = span.map(lambda ends: {"kind": "anniversary", "low": ends[0], "high": ends[0] + ends[1]})
    leaves = st.tuples(field, st.one_of(relative, calendar, anniversary)).map(lambda parts: {**parts[0], **parts[1]})
    return leaves.filter(lambda raw: raw.get("unit") != "hours" or raw["field"] == "moment")


def _contact(raw: dict[str, Any], instant: int) -> Contact:
    return Contact({raw["field"]: str(instant if raw["field"] == "moment" else instant // DAY_MS * DAY_MS)})


def _covers(crossing: Crossing, instant: int) -> bool:
    if crossing.source == "anniversary":
        return crossing.low <= month_day(utc_day(instant)) <= crossing.high
    return crossing.low < instant <= crossing.high


@given(_clock_leaves(), instants, st.integers(0, 500 * DAY_MS), st.integers(-60 * DAY_MS, 60 * DAY_MS), zones)
def test_a_contact_that_no_crossing_covers_keeps_its_answer(
    raw: dict[str, Any], now: int, passed: int, offset: int, zone: ZoneInfo
) -> None:
    tree, contact = read_filter(raw), _contact(raw, now + offset)
    since, until = Moment(now, zone), Moment(now + passed, zone)
    document = contact.document()
    instant = int(contact.properties[raw["field"]])
    found = crossings(tree, since, until)
    assert found == crossings(tree, until, since)
    if evaluate(tree, document, since) != evaluate(tree, document, until):
        assert any(_covers(crossing, instant) for crossing in found)


@given(_clock_leaves(), instants, st.integers(-60 * DAY_MS, 400 * DAY_MS), zones, st.booleans())
def test_the_next_change_is_the_first_instant_of_another_answer(
    raw: dict[str, Any], now: int, offset: int, zone: ZoneInfo, denied: bool
) -> None:
    tree, document, at = read_filter(raw), _contact(raw, now + offset).document(), Moment(now, zone)
    tree = Not(tree) if denied else tree
    answer, changes = evaluate(tree, document, at), next_change(tree, document, at)
    if changes is None:
        assert all(evaluate(tree, document, Moment(now + step * DAY_MS, zone)) is answer for step in range(0, 3_000, 7))
    else:
        assert changes > now
        assert evaluate(tree, document, Moment(changes, zone)) is not answer
        assert evaluate(tree, document, Moment(changes - 1, zone)) is answer
        assert evaluate(tree, document, Moment((now + changes) // 2, zone)) is answer


def _form_leaves() -> st.SearchStrategy[dict[str, Any]]:
    relative = st.fixed_dictionaries(
        {"op": st.sampled_from(["within", "beyond"]), "n": st.integers(0, 40), "unit": st.sampled_from(UNITS)}
    )
    calendar = st.fixed_dictionaries(
        {"op": st.sampled_from(CALENDAR_OPERATORS), "unit": st.sampled_from(CALENDAR_UNITS)}
    )
    return st.fixed_dictionaries(
        {
            "kind": st.just("form"),
            "op": st.sampled_from(["sent", "not-sent"]),
            "form": st.sampled_from(["a", ""]),
            "window": st.one_of(relative, calendar),
            "min": st.integers(1, 3),
            "max": st.integers(3, 5),
        }
    )


def _sender(now: int, offsets: list[tuple[str, int]]) -> Contact:
    return Contact(submissions=tuple(Submitted(form, now + offset, "", "") for form, offset in offsets))


sendings = st.lists(st.tuples(st.sampled_from("ab"), st.integers(-60 * DAY_MS, 0)), max_size=6)


@given(_form_leaves(), instants, st.integers(0, 500 * DAY_MS), sendings, zones)
def test_a_sender_whom_no_crossing_covers_keeps_the_answer(
    raw: dict[str, Any], now: int, passed: int, offsets: list[tuple[str, int]], zone: ZoneInfo
) -> None:
    tree, contact = read_filter(raw), _sender(now, offsets)
    since, until = Moment(now, zone), Moment(now + passed, zone)
    if evaluate(tree, contact.document(), since) != evaluate(tree, contact.document(), until):
        assert any(
            crossing.low < each.at <= crossing.high and crossing.name in ("", each.form)
            for crossing in crossings(tree, since, until)
            for each in contact.submissions
        )


@given(_form_leaves(), instants, sendings, zones)
def test_a_sender_turns_next_when_the_leaf_says_so(
    raw: dict[str, Any], now: int, offsets: list[tuple[str, int]], zone: ZoneInfo
) -> None:
    tree, document, at = read_filter(raw), _sender(now, offsets).document(), Moment(now, zone)
    answer, changes = evaluate(tree, document, at), next_change(tree, document, at)
    if changes is None:
        assert all(evaluate(tree, document, Moment(now + step * DAY_MS, zone)) is answer for step in range(0, 3_000, 7))
    else:
        assert changes > now
        assert evaluate(tree, document, Moment(changes, zone)) is not answer
        assert evaluate(tree, document, Moment(changes - 1, zone)) is answer


def test_a_day_that_ends_is_a_day_that_crosses() -> None:
    tree = read_filter({"property": "moment", "operator": "WITHIN_TIME", "withinLastTime": 1})
    zone = zone_named("Europe/Berlin")
    since, until = Moment(ms("2024-03-31T12:00+00:00"), zone), Moment(ms("2024-04-01T12:00+00:00"), zone)
    assert crossings(tree, since, since) == frozenset()
    assert crossings(tree, since, until) == {
        Crossing("value", "moment", ms("2024-03-29T23:00+00:00") - 1, ms("2024-03-30T23:00+00:00") - 1),
        Crossing("value", "moment", ms("2024-03-31T22:00+00:00") - 1, ms("2024-04-01T22:00+00:00") - 1),
    }


def test_a_change_is_crossed_by_when_it_was_and_an_anniversary_by_month_and_day() -> None:
    at, later = Moment(ms("2019-02-28T12:00+00:00")), Moment(ms("2019-03-01T12:00+00:00"))
    changed = leaf("calendar", "text", "this", of="changed", unit="month")
    assert {each.source for each in crossings(read_filter(changed), at, later)} == {"changed"}
    birthday = read_filter({"kind": "anniversary", "field": "day", "low": 0, "high": 0})
    assert crossings(birthday, at, later) == {Crossing("anniversary", "day", 228, 301)}


def test_a_filter_says_whether_the_clock_moves_it() -> None:
    rows = [asked for asked, *_ in CLOCK_ROWS]
    assert [moves_with_the_clock(read_filter(asked)) for asked in rows] == [
        asked.get("kind") != "day" for asked in rows
    ]


def test_an_answer_turns_by_a_leaf_that_decides_and_not_by_one_that_does_not() -> None:
    now = ms("2019-05-04T12:00+00:00")
    day = {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 0, "unit": "days"}
    week = {**day, "n": 6}
    document = Contact({"moment": str(now)}).document()
    tree = read_filter({"op": "or", "of": [day, week]})
    assert next_change(tree, document, Moment(now)) == ms("2019-05-11")
    assert datetime.fromtimestamp(ms("2019-05-11") / 1000, UTC).isoformat() == "2019-05-11T00:00:00+00:00"
