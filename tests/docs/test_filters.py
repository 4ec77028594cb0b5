"""The page about filters is true: every example is read, compiled, described and asked of the contacts beside it."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from queries.catalogue import Catalogue, Definition, PropertyType
from queries.compile import compile_percolator, compile_search
from queries.context import FilterContext
from queries.describe import describe
from queries.document import Snapshot, build_document
from queries.evaluate import evaluate, next_change
from queries.explain import explain
from queries.fields import Document, import_mark
from queries.fingerprint import fingerprint
from queries.inline import ListCriteria, inline
from queries.leaves import FAMILIES, KINDS, count, identity, membership, presence, text, values
from queries.leaves.property import OPERATORS
from queries.moments import Moment
from queries.nodes import And, Node, Or, children, leaves
from queries.parse import parse_filters
from queries.submitted import Submitted
from queries.tree import parse_tree, render_tree
from queries.values import check_value
from queries.windows import CALENDAR_OPERATORS, CALENDAR_UNITS, DAY_OPERATORS, UNITS

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```json\n((?:[^`].*\n)+)```\n\n> (.*)\n\n\| contact \|.*\n\| ---.*\n((?:\|.*\n)+)", re.M)
ROW = re.compile(r"\| `(\{.*\})` \| (yes|no)(?:, until (\S+))? \|")
PROPERTY = re.compile(r"^\| `(\w+)` \| (\w+)(, several)?(?:: ([\w, ]+))? \|$", re.M)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
BERLINERS = 7


@dataclass(frozen=True)
class Example:
    """A filter in its spellings, what it says, and rows of contact, answer and when that changes."""

    spellings: dict[str, Any]
    told: str
    rows: list[tuple[dict[str, Any], bool, int | None]]


def ms(text: str) -> int:
    """Return an ISO 8601 time as milliseconds since the epoch."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def examples() -> list[Example]:
    """Return all examples of the page."""
    return [Example(json.loads(code), told, list(_rows(table))) for code, told, table in EXAMPLE.findall(PAGE)]


def _rows(table: str) -> Iterator[tuple[dict[str, Any], bool, int | None]]:
    for line in table.splitlines():
        found = ROW.fullmatch(line)
        assert found is not None, line
        yield json.loads(found[1]), found[2] == "yes", ms(found[3]) if found[3] else None


def _definitions() -> Iterator[Definition]:
    yield Definition("email", PropertyType.STRING)
    yield Definition("num_conversion_events", PropertyType.NUMBER)
    yield Definition("recent_conversion_date", PropertyType.DATETIME)
    for name, type, several, options in PROPERTY.findall(PAGE):
        field = "checkbox" if several else "select"
        yield Definition(name, PropertyType(type), field, tuple(options.split(", ")) if options else ())


CATALOGUE = Catalogue(1, {definition.name: definition for definition in _definitions()})
CONTEXT = FilterContext(CATALOGUE, {12: False, BERLINERS: True}, {12: "Chosen", BERLINERS: "Berliners"})
AT = Moment(ms("2019-05-04T12:00:00Z"))


def look_up(list_id: int) -> ListCriteria | None:
    """Return the criteria of the page's smart list."""
    berlin = [[{"property": "city", "operator": "EQ", "value": "Berlin"}]]
    return ListCriteria(parse_filters(berlin, CONTEXT)) if list_id == BERLINERS else None


def document(contact: dict[str, Any]) -> Document:
    """Return the index document of a contact as the page tells it."""
    keys = ("was", "changed", "lists", "pins", "emails", "cookies", "vid", "sent", "imports")
    facts = {key: contact.pop(key, None) for key in keys}
    stored = {name: check_value(CATALOGUE.definitions[name], value) for name, value in contact.items()}
    snapshot = Snapshot(
        vid=facts["vid"] or 1,
        version=1,
        change=1,
        created_at=0,
        updated_at=0,
        origin=("API", ""),
        properties=stored,
        emails=tuple(facts["emails"] or ()),
        marks=(
            *(f"s:{list_id}" for list_id in facts["lists"] or ()),
            *(facts["pins"] or ()),
            *map(import_mark, facts["imports"] or ()),
        ),
        changed={name: ms(told) for name, told in (facts["changed"] or {}).items()},
        past={name: tuple(past) for name, past in (facts["was"] or {}).items()},
        tokens=facts["cookies"] or 0,
        submissions=tuple(Submitted(form, ms(at), page, "") for form, at, page in facts["sent"] or ()),
    )
    return build_document(snapshot, CATALOGUE)


def parsed(example: Example) -> Node:
    """Return the tree of an example, whose two spellings must ask the same."""
    tree = parse_tree(example.spellings["filterTree"], CONTEXT)
    if "filters" in example.spellings:
        assert fingerprint(parse_filters(example.spellings["filters"], CONTEXT)) == fingerprint(tree)
    return tree


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.told)
def test_an_example_means_what_the_page_says(example: Example) -> None:
    tree = parsed(example)
    assert describe(tree, CONTEXT) == example.told
    assert parse_tree(render_tree(tree), CONTEXT) == tree
    whole = inline(tree, look_up)
    assert compile_search(whole, AT).query and compile_percolator(whole).query
    for contact, answer, changes_at in example.rows:
        found = document(dict(contact))
        assert evaluate(whole, found, AT) is answer, contact
        assert next_change(whole, found, AT) == changes_at, contact
        assert explain(whole, found, AT, CONTEXT).matches is answer


def test_every_example_is_found() -> None:
    assert len(examples()) == len(re.findall(r"^```json$", PAGE, re.M))


def test_every_kind_has_an_example_and_every_operator_is_told() -> None:
    shown = {leaf.render_tree()["kind"] for example in examples() for leaf in leaves(parsed(example))}
    assert shown == set(KINDS)
    told = set(re.findall(r"`([^`\s]+)`", PAGE))
    trees = {*values.OPERATORS, *text.OPERATORS, *presence.OPERATORS, *identity.OPERATORS, *count.OPERATORS}
    spans = {*CALENDAR_OPERATORS, *CALENDAR_UNITS, *DAY_OPERATORS, *UNITS}
    assert {*trees, *spans, *OPERATORS} - told == set()
    families = {family for example in examples() for family in _families(example)}
    assert families >= set(FAMILIES) and {*membership.OPERATORS} <= set(re.findall(r"[A-Z_]+", PAGE))


def test_groups_of_both_kinds_are_shown() -> None:
    def groups(tree: Node) -> Iterator[type]:
        yield type(tree)
        for child in children(tree):
            yield from groups(child)

    assert {And, Or} <= {kind for example in examples() for kind in groups(parsed(example))}


def test_the_family_of_the_page_can_be_registered_and_run(monkeypatch: pytest.MonkeyPatch) -> None:
    [source] = PYTHON.findall(PAGE)
    module = ModuleType("email_domain")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(source, module.__dict__)
    monkeypatch.setitem(KINDS, module.KIND, module.parse)
    tree = parse_tree({"op": "not", "of": [{"kind": "email-domain", "value": "Engine.example"}]}, CONTEXT)
    assert parse_tree(render_tree(tree), CONTEXT) == tree
    assert describe(tree, CONTEXT) == "not (email is at engine.example)"
    assert compile_search(tree, AT).verify and compile_percolator(tree).verify
    for contact, answer in (({"email": "ada@ENGINE.example"}, False), ({"email": "a@x.example"}, True), ({}, True)):
        assert evaluate(tree, document(dict(contact)), AT) is answer


def _families(example: Example) -> Iterator[str]:
    for group in example.spellings.get("filters", ()):
        for each in group:
            yield each.get("filterFamily", "PropertyValue")
