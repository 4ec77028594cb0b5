"""Lists as a file: what is written is read back without loss, and what cannot be read says where and why."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from queries.leaves.constant import Constant
from queries.leaves.opaque import opaque_leaf
from queries.nodes import And, Node, Or, uses_lists
from queries.parse import parse_criteria
from queries.tree import parse_tree
from records.models import ContactList
from service.criteria import criteria_of
from service.list_files import Entry, ListFileRefused, name_key, read_file, with_ids, write_file
from tests.queries.test_tree import trees
from tests.support.filter_cases import CONTEXT, NAMES

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
JSON = st.recursive(SCALARS, lambda below: st.one_of(st.lists(below), st.dictionaries(TEXTS, below)), max_leaves=5)
KEYS = st.one_of(TEXTS, st.sampled_from(["of", "op", "list"]))
FACTS = st.dictionaries(KEYS.filter(lambda key: key not in ("kind", "filterFamily")), JSON, max_size=3)
UNKNOWN = st.one_of(
    FACTS.map(lambda facts: Or((And((opaque_leaf({**facts, "filterFamily": "Workflow"}, in_v1=True),)),))),
    FACTS.map(lambda facts: opaque_leaf({**facts, "kind": "weather"}, in_v1=False)),
    FACTS.map(lambda facts: And((opaque_leaf({**facts, "filterFamily": "CTA"}, in_v1=True), Constant(True)))),
)
TREES = st.one_of(trees(3), UNKNOWN)
EMPTY = parse_criteria([], None, CONTEXT)
HOPE = "version: 1\nlists:\n- name: Hope\n  type: smart\n  "


def stored(list_id: int, name: str, tree: Node, zone: str | None = None, dynamic: bool = True) -> ContactList:
    """A list as it is stored."""
    criteria = criteria_of(tree, zone)
    return ContactList(
        list_id=list_id,
        name=name,
        dynamic=dynamic,
        filters=criteria.filters,
        filter_tree=criteria.tree,
        time_zone=zone,
        uses_lists=sorted(criteria.uses_lists),
    )


def read(text: str) -> list[Entry]:
    """The lists of a file with this text."""
    return read_file(text.encode())


@given(TREES, TEXTS, st.sampled_from([None, "Europe/Berlin"]), st.booleans())
def test_any_list_survives_being_written_and_read(tree: Node, name: str, zone: str | None, dynamic: bool) -> None:
    named = [stored(list_id, called, EMPTY) for list_id, called in NAMES.items()]
    *_, entry = read(write_file([stored(1_000, name, tree, zone, dynamic), *named][::-1]))
    ids = {name_key(called): list_id for list_id, called in NAMES.items()}
    context = replace(CONTEXT, keep_unknown=True)
    found = parse_criteria(with_ids(entry.filters, ids), with_ids(entry.tree, ids), context)
    assert (entry.name, entry.dynamic, entry.time_zone) == (name, dynamic, zone)
    assert criteria_of(found, zone) == criteria_of(tree, zone)


def test_a_file_is_read_by_people_too() -> None:
    filters = [
        [
            {"property": "text", "operator": "SET_ANY", "value": "no;12:30"},
            {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": 12},
        ]
    ]
    tree = {"op": "not", "of": [{"kind": "list", "op": "in", "list": 7}]}
    rows = [
        stored(3, "Outer", parse_tree(tree, CONTEXT), "Asia/Tokyo"),
        stored(7, "Leads", parse_criteria(filters, None, CONTEXT)),
        stored(12, "Friends", EMPTY, dynamic=False),
    ]
    written = write_file(rows)
    assert written == (
        "version: 1\nlists:\n"
        "- name: Friends\n  type: static\n  filters: []\n"
        "- name: Leads\n  type: smart\n  filters:\n"
        "  - - property: text\n      type: string\n      operator: SET_ANY\n      value: no;12:30\n"
        "    - filterFamily: ListMembership\n      operator: NOT_IN_LIST\n      list: Friends\n"
        "- name: Outer\n  type: smart\n  timeZone: Asia/Tokyo\n  filterTree:\n"
        "    op: not\n    of:\n    - kind: list\n      op: in\n      list: Leads\n"
    )
    assert yaml.safe_load(written)["lists"][0]["name"] == "Friends"


def test_days_and_words_need_no_quotes() -> None:
    [entry] = read(HOPE + "filterTree: {kind: day, field: moment, op: on, value: 2019-05-04}\n")
    assert entry.tree == {"kind": "day", "field": "moment", "op": "on", "value": "2019-05-04"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file has no lists"),
        ("[]", "the file has no lists"),
        ("version: 2\nlists: []\n", "version: 2 is not 1"),
        ("lists: [", "is no YAML that can be taken"),
        ("[" * 10_000, "is no YAML that can be taken"),
        ("a: &a [1]\nlists: *a\n", "aliases are not taken"),
        ("version: 1\nversion: 1\nlists: []\n", "'version' stands twice"),
        ("!!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("version: 1\nlists: [5]\n", "lists[0]: a list needs a name"),
        ("version: 1\nlists:\n- name: Hope\n", 'lists[0] ("Hope"): type: None is neither smart nor static'),
        (HOPE + "colour: red\n", "'colour' is not known; known are filterTree, filters, name, timeZone, type"),
        (HOPE + "filters: []\n  filterTree: {}\n", "filters and filterTree both say"),
        (HOPE + 'filters: [[{filterFamily: "\\uD800"}]]\n', "the file holds what cannot be stored"),
        (HOPE + "filters: [[{filterFamily: Later, size: 1e999}]]\n", "the file holds what cannot be stored"),
        (HOPE + "filters: [[{filterFamily: Later, 1: a, b: c}]]\n", "the key 1 is no text"),
        ("x" * 10_000_001, "more than 10000000 bytes; split it"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_file_that_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(ListFileRefused) as caught:
        read(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"kind": "list", "op": "in", "list": 12}, "list: 12 is no name"),
        ({"op": "not", "of": [{"kind": "list", "op": "in", "list": "Foes"}]}, "'Foes' is neither in the portal nor"),
        ([[{"filterFamily": "ListMembership", "operator": "IN_LIST"}]], "list: None is no name"),
    ],
)
def test_lists_are_called_by_names_that_are_there(raw: object, words: str) -> None:
    with pytest.raises(ListFileRefused, match=words):
        with_ids(raw, {"friends": 12})


def test_every_list_comes_after_those_that_it_names() -> None:
    asked = {"kind": "list", "op": "in", "list": 12}
    rows = [stored(list_id, f"L{list_id}", parse_tree(asked, CONTEXT)) for list_id in (1, 2)]
    assert uses_lists(parse_tree(asked, CONTEXT)) == {12}
    told = read(write_file([*rows, stored(12, "Last made", EMPTY, dynamic=False)]))
    assert [entry.name for entry in told] == ["Last made", "L1", "L2"]
