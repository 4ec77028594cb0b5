"""Our own spelling of filters: what is taken, what survives a round trip, and what each refusal says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.errors import FilterError, TooMany
from queries.evaluate import evaluate
from queries.fingerprint import fingerprint
from queries.inline import inline
from queries.nodes import And, Leaf, Node, Not, Or, depth, leaves, reads, uses_lists
from queries.parse import parse_filters, render_filters, render_v1
from queries.tree import parse_tree, render_tree
from tests.support.filter_cases import CONTEXT, MATCH, Case, cases, leaf, look_up, read_filter

EQ = leaf("value", "text", "eq", "a")
LEAVES = list({str(part): part for case in cases() for part in leaves(case.tree)}.values())


def trees(levels: int = 5) -> st.SearchStrategy[Node]:
    """Trees of at most five levels over the leaves of the table."""
    parts: st.SearchStrategy[Node] = st.sampled_from(LEAVES)
    for _ in range(levels):
        below = st.lists(parts, min_size=1, max_size=3).map(tuple)
        parts = st.one_of(st.sampled_from(LEAVES), below.map(And), below.map(Or), parts.map(Not))
    return parts


@given(trees())
def test_any_tree_survives_being_written_and_read(tree: Node) -> None:
    written = json.loads(json.dumps(render_tree(tree)))
    back = parse_tree(written, CONTEXT)
    assert back == tree
    assert render_tree(back) == written
    assert fingerprint(back) == fingerprint(tree)


@given(trees())
def test_a_tree_is_said_in_v1_without_loss_or_not_at_all(tree: Node) -> None:
    said = render_v1(tree)
    if said is not None:
        back = parse_filters(json.loads(json.dumps(said)), CONTEXT)
        assert fingerprint(back) == fingerprint(tree)
        assert render_filters(back) == said


@given(trees(), st.sampled_from(cases()))
def test_flattening_and_inlining_keep_the_meaning(tree: Node, case: Case) -> None:
    document = case.document
    try:
        whole = inline(tree, look_up)
    except TooMany:
        return
    assert depth(whole) <= 15

    def answer(node: Node) -> bool:
        match node:
            case And(below):
                return all(map(answer, below))
            case Or(below):
                return any(map(answer, below))
            case Not(child):
                return not answer(child)
            case part:
                return evaluate(inline(part, look_up), document, case.at)

    assert evaluate(whole, document, case.at) is answer(tree)


def test_a_tree_reads_what_its_leaves_read_and_uses_the_lists_that_it_names() -> None:
    compared = {"kind": "compare", "field": "amount", "op": "eq", "other": "limit"}
    asked = {"op": "not", "of": [{"kind": "list", "op": "in", "list": 12}]}
    smart = {"kind": "list", "op": "in", "list": 7}
    tree = parse_tree({"op": "and", "of": [EQ, compared, asked, smart]}, CONTEXT)
    assert reads(tree) == {"text", "amount", "limit", "s:12"}
    assert uses_lists(tree) == {7, 12}
    assert reads(inline(tree, look_up)) == {"text", "amount", "limit", "s:12", "stage", "in:7", "out:7"}


def nested(levels: int) -> dict[str, Any]:
    """A filter with a leaf under so many groups."""
    raw = EQ
    for _ in range(levels):
        raw = {"op": "not", "of": [raw]}
    return raw


DAY = {"kind": "day", "field": "day"}
RELATIVE = {"kind": "relative", "field": "day", "op": "within", "direction": "past", "n": 1, "unit": "days"}
CALENDAR = {"kind": "calendar", "field": "day", "op": "this", "unit": "year"}
BIRTHDAY = {"kind": "anniversary", "field": "day", "low": 0, "high": 1}
REFUSALS: list[tuple[object, str, str]] = [
    # shape and limits
    ([], "filterTree", "[] is not a filter object"),
    ({}, "filterTree.op", "Supported: and, or, not, or a leaf with a kind"),
    ({"op": "xor", "of": [EQ]}, "filterTree.op", "'xor' is not supported"),
    ({"op": "and"}, "filterTree.of", "None is not a list of at least one filter"),
    ({"op": "and", "of": []}, "filterTree.of", "[] is not a list of at least one filter"),
    ({"op": "and", "of": [EQ], "x": 1}, "filterTree.x", "1 is not supported. Supported: op, of"),
    ({"op": "not", "of": [EQ, EQ]}, "filterTree.of", "a list of exactly one filter, as not needs"),
    ({"op": "or", "of": [EQ, 5]}, "filterTree.of[1]", "5 is not a filter object"),
    (nested(6), "filterTree" + ".of[0]" * 5, "6 levels of and, or and not are too many. At most 5"),
    (nested(2_000), "filterTree" + ".of[0]" * 5, "At most 5 levels"),
    ({"op": "or", "of": [EQ] * 251}, "filterTree", "251 filters are too many. At most 250 filters"),
    # kinds, fields and keys
    ({"kind": "opaque", "filter": {}}, "filterTree.kind", "'opaque' is not supported. Supported: value, text"),
    ({"kind": ["value"]}, "filterTree.kind", "['value'] is not supported"),
    ({"kind": "value", "op": "eq", "value": 1}, "filterTree.field", "field is missing"),
    (leaf("value", "nope", "eq", 1), "filterTree.field", 'Property "nope" does not exist'),
    (leaf("value", "text", "like", "a"), "filterTree.op", "'like' is not supported"),
    (leaf("value", "flag", "lt", "a"), "filterTree.op", "Supported: eq, neq, any"),
    ({**EQ, "extra": 1}, "filterTree.extra", "1 is not supported. Supported: kind, field, op, missing, value"),
    ({**EQ, "missing": "unset-only"}, "filterTree.missing", "Supported: no-match, match"),
    ({**EQ, "ever": 1}, "filterTree.ever", "1 is not true or false"),
    ({"kind": "presence", "field": "text", "op": "known", **MATCH}, "filterTree.missing", "Supported: kind, field, op"),
    # operands
    (leaf("value", "text", "any", []), "filterTree.values", "[] is not a list of at least one value"),
    (leaf("value", "text", "any", [None]), "filterTree.values[0]", "None is neither text nor a number"),
    (leaf("value", "text", "any", ["a"] * 1_001), "filterTree.value", "1001 values are too many"),
    (leaf("value", "amount", "between", 2, 1), "filterTree.value", "above the end of the range"),
    (leaf("text", "amount", "contains", ["a"]), "filterTree.kind", "kind text for properties of type string"),
    (leaf("text", "text", "contains", ["a" * 1_001]), "filterTree.values", "1001 characters in one text"),
    (leaf("text", "text", "words", ["?!"]), "filterTree.values", "has no letter or digit. Send at least one word"),
    (leaf("text", "text", "regex", 5), "filterTree.value", "5 is no text"),
    (leaf("text", "text", "regex", "(a"), "filterTree.value", "is no regular expression: missing ): (a"),
    (leaf("text", "text", "regex", "(?=a)"), "filterTree.value", "is no regular expression"),
    (leaf("text", "text", "regex", r"(a)\1"), "filterTree.value", "is no regular expression"),
    (leaf("text", "text", "regex", "a{900}b{900}c{900}"), "filterTree.value", "at most 2000 steps"),
    (leaf("text", "text", "regex", "((a{90}){90}){90}"), "filterTree.value", "is no regular expression"),
    (leaf("text", "text", "regex", "a" * 501), "filterTree.value", "Send at most 500 characters"),
    (leaf("count", "stage", "eq", 1), "filterTree.field", "properties of several values (checkbox)"),
    (leaf("count", "tags", "eq", -1), "filterTree.value", "a whole number from 0 to 10000"),
    (leaf("count", "tags", "between", 3, 2), "filterTree.low", "3 is above 2"),
    ({"kind": "compare", "field": "text", "op": "lt", "other": "nick"}, "filterTree.op", "Supported: eq, neq"),
    ({"kind": "compare", "field": "text", "op": "eq", "other": "day"}, "filterTree.other", "type string"),
    # dates
    ({**RELATIVE, "field": "text"}, "filterTree.field", "properties of type date or datetime"),
    ({**RELATIVE, "of": "created"}, "filterTree.of", "Supported: value, changed"),
    ({**RELATIVE, "n": -1}, "filterTree.n", "a whole number from 0 to 100000"),
    ({**RELATIVE, "n": None}, "filterTree.n", "n is missing"),
    ({**RELATIVE, "unit": "hours"}, "filterTree.unit", "days or longer, because day is a date"),
    ({**RELATIVE, "unit": "minutes"}, "filterTree.unit", "Supported: hours, days, weeks, months, years"),
    ({**RELATIVE, "zone": "Mars/Olympus"}, "filterTree.zone", "'Mars/Olympus' is no time zone. Send an IANA name"),
    ({**RELATIVE, "zone": "../../etc/passwd"}, "filterTree.zone", "is no time zone"),
    ({**RELATIVE, "zone": 5}, "filterTree.zone", "5 is no time zone"),
    ({**CALENDAR, "unit": "decade"}, "filterTree.unit", "Supported: day, week, month, quarter, year"),
    ({**CALENDAR, "fiscalStart": 13}, "filterTree.fiscalStart", "a whole number from 1 to 12"),
    ({**DAY, "op": "on", "value": "2019-02-29"}, "filterTree.value", "is no day of the calendar. Send a day like"),
    ({**DAY, "op": "on", "value": "20190504"}, "filterTree.value", "is no day of the calendar"),
    ({**DAY, "op": "on", "value": 0}, "filterTree.value", "0 is no day of the calendar"),
    ({**DAY, "op": "between", "low": "2019-05-05", "high": "2019-05-04"}, "filterTree.low", "is after the end"),
    ({**BIRTHDAY, "high": 365}, "filterTree.high", "Send a span of at most 365 days"),
    ({**BIRTHDAY, "low": 2}, "filterTree.high", "its earlier end first"),
    ({**BIRTHDAY, "low": -367}, "filterTree.low", "a whole number from -366 to 366"),
    # the rest
    ({"kind": "list", "op": "in", "list": 99}, "filterTree.list", "list 99 does not exist"),
    ({"kind": "list", "op": "on", "list": 12}, "filterTree.op", "Supported: in, not-in"),
    ({"kind": "sample", "low": 5, "high": 5}, "filterTree.high", "5 is not above 5"),
    ({"kind": "sample", "high": 10_001}, "filterTree.high", "a whole number from 0 to 10000"),
    ({"kind": "sample", "high": 1, "seed": "a" * 101}, "filterTree.seed", "at most 100 characters"),
    ({"kind": "search", "value": "?"}, "filterTree.value", "has no letter or digit"),
    ({"kind": "search", "value": "a " * 251}, "filterTree.value", "502 characters in one text"),
    ({"kind": "search", "value": " ".join(map(chr, range(97, 118)))}, "filterTree.value", "21 words are too many"),
    ({"kind": "constant", "value": 1}, "filterTree.value", "1 is not true or false"),
    ({"kind": "identity", "op": "known"}, "filterTree.op", "Supported: identified, anonymous"),
    ({"kind": "pin", "op": "in", "list": 7}, "filterTree.kind", "'pin' is not supported"),
]


@pytest.mark.parametrize(("raw", "path", "says"), REFUSALS, ids=[f"{row[1][-40:]} {row[2]}" for row in REFUSALS])
def test_a_tree_that_is_refused_says_where_what_and_the_remedy(raw: object, path: str, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_tree(raw, CONTEXT)
    assert caught.value.path == path
    assert says in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_limits_themselves_are_taken() -> None:
    parse_tree(nested(5), CONTEXT)
    parse_tree({"op": "or", "of": [EQ] * 250}, CONTEXT)
    parse_tree(leaf("value", "text", "any", ["a"] * 1_000), CONTEXT)
    parse_tree({**BIRTHDAY, "high": 364}, CONTEXT)


def test_a_tree_of_more_than_two_million_bytes_is_refused() -> None:
    raw = {"op": "or", "of": [leaf("value", "text", "any", ["x" * 1_000] * 100)] * 21}
    with pytest.raises(TooMany, match="At most 2000000 bytes"):
        parse_tree(raw, CONTEXT)


@pytest.mark.parametrize("part", LEAVES, ids=lambda part: str(part.render_tree())[:80])
def test_every_leaf_of_the_table_has_its_own_kind_and_round_trips(part: Leaf) -> None:
    assert read_filter(part.render_tree()) == part
