"""Random operations of people and of background work in any order, compared with a model of a dozen lines.

The model knows what each contact holds and what each list asks; whoever matches is a member once all is worked off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from indexer import rebuild
from indexer.runtime import KINDS, Kind
from records import engine_state, verification
from tests.indexing.conftest import SERVER, SQLITE
from tests.indexing.world import World, check_world
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.people import is_
from tests.support.records import add_portal

EXAMPLES = {"sqlite": 25, "server": 6}
STEPS = 30
SECOND, DAY = 1_000, 86_400_000

stages = st.sampled_from(("lead", "customer"))
cities = st.sampled_from(("", "Rome", "Oslo"))
numbers = st.integers(0, 99)


@dataclass(frozen=True)
class Wish:
    """What a list asks: a property to have a value, to have another, or to have none."""

    name: str
    operator: str
    value: str

    def filters(self) -> list[list[dict[str, Any]]]:
        """Return it as the wire says it."""
        return [[is_(self.name, self.operator, self.value)]]

    def holds(self, values: dict[str, str]) -> bool:
        """Return whether a contact with these values is wanted."""
        value = values.get(self.name, "")
        return {"EQ": value == self.value, "IS_EMPTY": not value}[self.operator]


wishes = st.one_of(
    st.builds(Wish, st.just("lifecyclestage"), st.just("EQ"), stages),
    st.builds(Wish, st.just("city"), st.just("EQ"), st.sampled_from(("Rome", "Oslo"))),
    st.builds(Wish, st.just("city"), st.just("IS_EMPTY"), st.just("")),
)


class Operations(RuleBasedStateMachine):
    """A portal of its own; numbers choose among the contacts and lists that there are."""

    home: World
    clock: MovableClock

    @initialize()
    def open_portal(self) -> None:
        """Begin with an empty portal that has an index."""
        portal_id, key = add_portal(self.home.runtime.database)
        self.world = World(self.home.app, self.home.runtime, portal_id, key)
        self.api: ApiClient = self.world.api
        self.contacts: dict[int, dict[str, str]] = {}
        self.lists: dict[int, Wish] = {}
        self.world.settle()

    @rule(stage=stages, city=cities)
    def create(self, stage: str, city: str) -> None:
        """Create a contact."""
        values = {"lifecyclestage": stage, "city": city}
        self.contacts[self.api.create(**values)] = values

    @precondition(lambda self: self.contacts)
    @rule(number=numbers, name=st.just("city"), value=cities)
    def move(self, number: int, name: str, value: str) -> None:
        """Give a contact another city, or none."""
        self._write(number, name, value)

    @precondition(lambda self: self.contacts)
    @rule(number=numbers, value=stages)
    def promote(self, number: int, value: str) -> None:
        """Give a contact another stage."""
        self._write(number, "lifecyclestage", value)

    @precondition(lambda self: self.contacts)
    @rule(number=numbers)
    def delete(self, number: int) -> None:
        """Delete a contact."""
        vid = chosen(self.contacts, number)
        self.api.delete(f"/contacts/v1/contact/vid/{vid}")
        del self.contacts[vid]

    @precondition(lambda self: len(self.contacts) > 1)
    @rule(number=numbers)
    def merge(self, number: int) -> None:
        """Merge two contacts; which values survive is not this test's business."""
        survivor, other = chosen(self.contacts, number), chosen(self.contacts, number + 1)
        self.api.raw("POST", f"/contacts/v1/contact/merge-vids/{survivor}/", json={"vidToMerge": other})
        del self.contacts[other]
        kept = self.api.profile(survivor)["properties"]
        self.contacts[survivor] = {name: kept[name]["value"] for name in ("lifecyclestage", "city") if name in kept}

    @rule(wish=wishes)
    def create_list(self, wish: Wish) -> None:
        """Make a list."""
        body = {"name": f"list {len(self.lists)} {self.world.feed()[-1:]}", "dynamic": True, "filters": wish.filters()}
        answer = self.api.raw("POST", "/contacts/v1/lists", json=body)
        if answer.status_code == 200:
            self.lists[answer.get_json()["listId"]] = wish

    @precondition(lambda self: self.lists)
    @rule(number=numbers, wish=wishes)
    def edit_list(self, number: int, wish: Wish) -> None:
        """Give a list other criteria."""
        list_id = chosen(self.lists, number)
        self.api.post(f"/contacts/v1/lists/{list_id}", {"filters": wish.filters()})
        self.lists[list_id] = wish

    @precondition(lambda self: self.lists)
    @rule(number=numbers)
    def delete_list(self, number: int) -> None:
        """Delete a list."""
        list_id = chosen(self.lists, number)
        self.api.delete(f"/contacts/v1/lists/{list_id}", 204)
        del self.lists[list_id]

    @rule(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    def work(self, kinds: list[Kind]) -> None:
        """Do some pieces of background work."""
        for kind in kinds:
            self.world.step(kind)

    @rule()
    def settle(self) -> None:
        """Do all of it."""
        self.world.settle()

    @rule()
    def rebuild(self) -> None:
        """Ask for a new index."""
        rebuild.request(self.world.runtime, self.world.portal_id)

    @rule(back=st.booleans())
    def use_former_index(self, back: bool) -> None:
        """Turn back to the former index, or be through with it."""
        (rebuild.roll_back if back else rebuild.finish)(self.world.runtime, self.world.portal_id)

    @rule(milliseconds=st.sampled_from((-DAY, -SECOND, SECOND, 61 * SECOND, DAY)))
    def turn_clock(self, milliseconds: int) -> None:
        """Let time pass, or the clock be put back."""
        self.clock.advance(milliseconds)

    def teardown(self) -> None:
        """Work everything off and compare; verification, which would repair what is wrong, must find nothing."""
        self.world.settle()
        found = self.world.read(lambda session: verification.find(session, self.world.portal_id))
        assert found.drift_found == 0
        for list_id, wish in self.lists.items():
            assert self.world.members(list_id) == {vid for vid, values in self.contacts.items() if wish.holds(values)}
        check_world(self.world)
        for generation in engine_state.targets(self.world.state()):
            self.world.runtime.engine.drop(self.world.portal_id, generation)

    def _write(self, number: int, name: str, value: str) -> None:
        vid = chosen(self.contacts, number)
        self.api.update(vid, **{name: value})
        self.contacts[vid][name] = value


def chosen(things: dict[int, Any], number: int) -> int:
    """Return the key that a number chooses."""
    return sorted(things)[number % len(things)]


@pytest.fixture
def machine(world: World, clock: MovableClock) -> Iterator[type[Operations]]:
    """The machine over a world whose servers all its examples share."""
    yield type("Operations", (Operations,), {"home": world, "clock": clock})


@pytest.mark.parametrize("set_up", [SQLITE, SERVER], indirect=True)
def test_whatever_is_done_in_whatever_order_the_lists_hold_who_matches(machine: type[Operations], set_up: str) -> None:
    examples = settings(
        max_examples=EXAMPLES[set_up], stateful_step_count=STEPS, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=examples)
