"""Lists in lists: their criteria and pins in place of the leaf, cycles with their path, and the limits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from queries.context import FilterContext
from queries.errors import ListCycle, TooMany, UnknownList
from queries.evaluate import evaluate
from queries.inline import ListCriteria, Lookup, containers, find_cycle, inline
from queries.leaves.anniversary import Anniversary
from queries.leaves.dates import DateLeaf
from queries.leaves.form import FormSent
from queries.leaves.membership import ListMembership, NotInlined
from queries.moments import Moment
from queries.nodes import Node, depth, leaves
from queries.submitted import Submitted, submission_fields
from queries.tree import parse_tree
from tests.support.filter_cases import AT, CATALOGUE, Contact, leaf

DYNAMIC = dict.fromkeys(range(1, 500), True) | {12: False}
CONTEXT = FilterContext(CATALOGUE, DYNAMIC)
LEAD = leaf("value", "stage", "eq", "lead")
TODAY = {"kind": "calendar", "field": "moment", "op": "this", "unit": "day"}


def member(list_id: int, op: str = "in") -> dict[str, Any]:
    return {"kind": "list", "op": op, "list": list_id}


def both(*of: dict[str, Any]) -> dict[str, Any]:
    return {"op": "and", "of": list(of)}


def tree(raw: dict[str, Any]) -> Node:
    return parse_tree(raw, CONTEXT)


def among(lists: Mapping[int, dict[str, Any]], zones: Mapping[int, str] | None = None) -> Lookup:
    """Look lists up among these."""
    named = zones or {}
    return lambda list_id: ListCriteria(tree(lists[list_id]), named.get(list_id)) if list_id in lists else None


def matches(node: Node, contact: Contact) -> bool:
    return evaluate(node, contact.document(), AT)


@pytest.mark.parametrize(
    ("contact", "answer"),
    [
        (Contact(), False),
        (Contact({"stage": "lead"}), True),
        (Contact({"stage": "lead"}, ("out:3",)), False),
        (Contact(marks=("in:3",)), True),
        (Contact(marks=("in:3", "out:3")), False),
        (Contact({"stage": "lead"}, ("out:2",)), False),
        (Contact(marks=("in:2",)), True),
        (Contact(marks=("in:1",)), True),
        (Contact({"stage": "lead"}, ("out:1",)), False),
    ],
)
def test_pins_count_at_every_level(contact: Contact, answer: bool) -> None:
    lists = {2: member(3), 3: LEAD}
    assert matches(inline(tree(member(2)), among(lists), list_id=1), contact) is answer


def test_not_in_a_smart_list_is_the_complement_of_its_members() -> None:
    inlined = inline(tree(member(2, "not-in")), among({2: LEAD}))
    answers = [matches(inlined, Contact({"stage": each} if each else {})) for each in ("lead", "Lead", "")]
    assert answers == [False, True, True]


def test_static_lists_stay_marks_and_nothing_of_a_smart_one_is_left() -> None:
    inlined = inline(tree(both(member(12), member(2))), among({2: LEAD}), list_id=1)
    asked = [part for part in leaves(inlined) if isinstance(part, ListMembership)]
    assert asked == [ListMembership(12, False, False)]


def test_a_smart_list_that_was_not_inlined_is_a_mistake_and_not_an_answer() -> None:
    with pytest.raises(NotInlined):
        matches(tree(member(2)), Contact())


def test_a_list_keeps_its_own_zone_inside_another() -> None:
    rolling = {"kind": "relative", "field": "moment", "op": "within", "direction": "past", "n": 1, "unit": "hours"}
    birthday = {"kind": "anniversary", "field": "moment", "low": 0, "high": 0}
    sent = {"kind": "form", "op": "sent", "window": {"op": "this", "unit": "day"}}
    lately = {"kind": "form", "op": "sent", "window": {"op": "within", "n": 1, "unit": "hours"}}
    inner = both(TODAY, rolling, birthday, {**TODAY, "zone": "UTC"}, sent, {**sent, "zone": "UTC"}, lately)
    inlined = inline(tree(both(TODAY, member(2))), among({2: inner}, {2: "Asia/Tokyo"}))
    zones = [part.zone for part in leaves(inlined) if isinstance(part, DateLeaf | Anniversary | FormSent)]
    assert zones == [None, "Asia/Tokyo", None, "Asia/Tokyo", "UTC", "Asia/Tokyo", "UTC", None]


@pytest.mark.parametrize(
    ("sent", "now", "answer"),
    [
        ("2019-05-04T14:59:00Z", "2019-05-04T14:59:59Z", True),
        ("2019-05-04T14:59:00Z", "2019-05-04T15:00:00Z", False),
        ("2019-05-04T15:00:00Z", "2019-05-05T14:59:59Z", True),
    ],
)
def test_the_day_on_which_a_form_was_sent_is_that_of_the_inner_list(sent: str, now: str, answer: bool) -> None:
    today = {2: {"kind": "form", "op": "sent", "window": {"op": "this", "unit": "day"}}}
    inlined = inline(tree(member(2)), among(today, {2: "Asia/Tokyo"}))
    moment, at = (int(datetime.fromisoformat(each).timestamp() * 1000) for each in (sent, now))
    document = Contact().document() | submission_fields([Submitted("letters", moment, "", "")])
    assert evaluate(inlined, document, Moment(at)) == answer


@pytest.mark.parametrize(
    ("lists", "cycle"),
    [
        ({1: member(1)}, (1, 1)),
        ({1: member(2), 2: member(1)}, (1, 2, 1)),
        ({1: member(2), 2: both(LEAD, member(3)), 3: member(2, "not-in")}, (2, 3, 2)),
        ({1: both(member(4), member(2)), 2: member(3), 3: member(1), 4: LEAD}, (1, 2, 3, 1)),
    ],
)
def test_lists_that_contain_each_other_are_refused_with_the_path(
    lists: dict[int, dict[str, Any]], cycle: tuple[int, ...]
) -> None:
    with pytest.raises(ListCycle) as caught:
        inline(tree(lists[1]), among(lists), list_id=1)
    assert caught.value.lists == cycle
    assert " > ".join(f"list {list_id}" for list_id in cycle) in str(caught.value)
    uses = {key: frozenset(part.list_id for part in _members(raw)) for key, raw in lists.items()}
    assert find_cycle(cycle[0], uses) == cycle


def _members(raw: dict[str, Any]) -> list[ListMembership]:
    return [part for part in leaves(tree(raw)) if isinstance(part, ListMembership)]


def test_a_list_named_twice_is_no_cycle() -> None:
    lists = {2: member(4), 3: member(4), 4: LEAD}
    inline(tree(both(member(2), member(3))), among(lists), list_id=1)
    assert find_cycle(1, {1: frozenset({2, 3}), 2: frozenset({4}), 3: frozenset({4})}) is None


def test_inner_lists_come_before_those_that_contain_them() -> None:
    uses = {1: frozenset({2, 3}), 2: frozenset({3}), 3: frozenset({4}), 5: frozenset({9})}
    order = containers(4, uses)
    assert sorted(order) == [1, 2, 3]
    assert order.index(3) < order.index(2) < order.index(1)


def test_a_list_that_is_gone_is_an_error_and_never_nobody() -> None:
    with pytest.raises(UnknownList, match="list 2 does not exist"):
        inline(tree(member(2)), among({}))


def test_more_than_a_thousand_leaves_are_refused_before_they_are_made() -> None:
    lists = {key: both(*(member(key + 1) for _ in range(9))) for key in range(2, 9)} | {9: LEAD}
    with pytest.raises(TooMany, match="filters, lists in lists included, are too many. At most 1000"):
        inline(tree(member(2)), among(lists))


def test_lists_are_nested_as_deep_as_engines_can_ask() -> None:
    chain = {key: both(LEAD, member(key + 1)) for key in range(2, 400)} | {400: LEAD}
    with pytest.raises(TooMany, match="At most 15"):
        inline(tree(member(2)), among(chain), list_id=1)
    whole = inline(tree(member(395)), among(chain), list_id=1)
    assert depth(whole) <= 15
