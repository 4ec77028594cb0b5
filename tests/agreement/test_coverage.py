"""What the table asks: every operator of every type of a contact in every state; and what duels are made of."""

from collections.abc import Iterator
from typing import Any

from queries.catalogue import PropertyType
from queries.leaves import KINDS, compare, count, presence, text, values
from queries.leaves.dates import INSTANTS
from queries.leaves.membership import Pinned
from queries.nodes import Node, Not, Or, leaves
from queries.windows import CALENDAR_OPERATORS, DAY_OPERATORS
from tests.agreement.alphabet import known_instants, known_values
from tests.agreement.grid import HELD, STATES, type_of
from tests.agreement.random_leaves import MAKERS
from tests.agreement.random_trees import make_round
from tests.agreement.table import Table
from tests.support.filter_cases import CATALOGUE, Contact

Cell = tuple[str, str, str, str]
"""Kind of leaf, operator, type of the property, state of the contact."""

BOTH_WAYS = ("within past", "within future", "beyond past", "beyond future")


def test_the_table_asks_every_operator_of_every_type_of_a_contact_in_every_state() -> None:
    wanted = {(*asked, state) for asked in operators_by_type() for state in STATES}
    asked = {cell for case in Table().cases for cell in cells(case.tree, case.contact)}
    assert sorted(wanted - asked) == []
    assert len(wanted) >= 850


def test_the_table_asks_what_has_ever_been_with_every_operator_of_every_type() -> None:
    wanted = {asked for asked in operators_by_type() if asked[0] in (values.KIND, text.KIND)}
    ever = [case for case in Table().cases if case.filter.get("ever")]
    asked = {cell[:3] for case in ever if case.contact.past for cell in cells(case.tree, case.contact)}
    assert sorted(wanted - asked) == []


def operators_by_type() -> Iterator[tuple[str, str, str]]:
    """Yield kind, operator and type of everything that may be asked of a property."""
    for name in HELD:
        type = CATALOGUE.definitions[name].type
        for kind, operators in asked_of(name, type).items():
            yield from ((kind, operator, type_of(name)) for operator in operators)


def asked_of(name: str, type: PropertyType) -> dict[str, tuple[str, ...]]:
    """Return the operators that each kind of leaf has for a property."""
    orders = type in (PropertyType.NUMBER, *INSTANTS)
    asked = {
        values.KIND: values.operators_of(type),
        presence.KIND: presence.OPERATORS,
        compare.KIND: tuple(compare.V1.values()) if orders else ("eq", "neq"),
    }
    if type is PropertyType.STRING:
        asked[text.KIND] = text.OPERATORS
    if type in INSTANTS:
        in_time = {"relative": BOTH_WAYS, "calendar": CALENDAR_OPERATORS, "day": DAY_OPERATORS}
        asked |= {**in_time, "anniversary": ("within",)}
    return asked | ({count.KIND: count.OPERATORS} if CATALOGUE.definitions[name].multiple else {})


def cells(tree: Node, contact: Contact) -> Iterator[Cell]:
    """Yield the cells of a case, one for each leaf over a property."""
    for leaf in leaves(tree):
        yield from cells_of_leaf(leaf.render_tree(), contact)


def cells_of_leaf(raw: dict[str, Any], contact: Contact) -> Iterator[Cell]:
    """Yield the cell of a leaf over the value of a property."""
    if "field" in raw and raw.get("of") != "changed":
        operator = f"{raw['op']} {raw['direction']}" if "direction" in raw else raw["op"]
        yield raw["kind"], operator, type_of(raw["field"]), state(contact.properties.get(raw["field"]))


def state(value: str | None) -> str:
    """Return which of STATES a value is."""
    if not value:
        return "absent" if value is None else "empty"
    if value.isspace():
        return "blank"
    return "many" if ";" in value else "one"


def test_duels_are_made_of_every_kind_of_leaf_that_is_registered() -> None:
    assert MAKERS.keys() == KINDS.keys()
    asked = make_round(seed=1, questions=1_000, contacts=1).questions
    made = [leaf for question in asked for leaf in leaves(question.tree)]
    kinds = {leaf.render_tree()["kind"] for leaf in made}
    assert kinds == {*KINDS, "pin"}
    rules = [leaf.render_tree().get("missing") for leaf in made]
    assert rules.count("match") > 500 < rules.count("no-match")


def test_duels_are_made_of_nots_of_groups_and_of_lists_in_lists_with_pins() -> None:
    asked = make_round(seed=2, questions=1_000, contacts=1).questions
    texts = [repr(question.tree) for question in asked]
    assert sum("Not(child=Or(" in text for text in texts) > 50
    assert sum(isinstance(question.tree, Not | Or) for question in asked) > 100
    pinned = [{leaf for leaf in leaves(question.tree) if isinstance(leaf, Pinned)} for question in asked]
    assert sum(len({leaf.pinned_list for leaf in pins}) > 1 for pins in pinned) > 20


def test_duels_are_fought_over_the_values_of_the_table() -> None:
    texts = known_values()[PropertyType.STRING]
    assert {"Straße", "İstanbul", "Ada;Bob", "a*b", "a?c", " "} <= set(texts)
    assert {"-0", "1e300", "9007199254740992"} <= set(known_values()[PropertyType.NUMBER])
    assert len(known_instants()) > 100


def test_the_same_seed_makes_the_same_round() -> None:
    first, second = make_round(3, 20, 5), make_round(3, 20, 5)
    assert first.questions == second.questions
    assert first.people == second.people
