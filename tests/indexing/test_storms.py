"""Everything at once from many threads; when it is over, records, memberships, feed, sizes and index agree."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from indexer import rebuild, tasks
from indexer.engines.base import Engine
from indexer.runtime import Kind
from records.clock import DatabaseClock, now
from tests.indexing.conftest import POSTGRESQL, SERVER, SQLITE, open_world
from tests.indexing.world import World, check_world
from tests.support.people import Portal, is_
from tests.support.wait import wait_until

STAGES = ("lead", "customer", "opportunity", "subscriber")
CITIES = ("Rome", "Paris", "Oslo")
STEPS = 60
JUMPS = 40
IDLE_SECONDS = 0.002
"""A worker without work gives way, as real ones do: those that spin keep everybody else from the interpreter."""

DAY_MS = 86_400_000
FILTERS = (
    [is_("lifecyclestage", "EQ", "lead")],
    [is_("lifecyclestage", "SET_ANY", "customer;opportunity"), is_("city", "NEQ", "oslo")],
    [is_("city", "IS_EMPTY")],
    [is_("email", "CONTAINS", "x.example")],
    [is_("lifecyclestage", "NEQ", "lead")],
)


class Writer:
    """A client that does one random thing after another; what races refuse, it leaves."""

    def __init__(self, portal: Portal, seed: int, start: int) -> None:
        self.api = portal.api
        self.random = random.Random(seed)
        self.seed = seed
        self.start = start
        self.deeds: Sequence[tuple[Callable[[], object], int]] = (
            (self.create, 4),
            (self.update, 8),
            (self.upsert, 3),
            (self.delete, 1),
            (self.merge, 1),
            (self.add, 2),
            (self.remove, 2),
            (self.save_list, 1),
            (self.edit_list, 2),
            (self.refresh_list, 1),
            (self.delete_list, 1),
        )

    def run(self) -> None:
        """Do the deeds."""
        deeds, weights = zip(*self.deeds, strict=True)
        for deed in self.random.choices(deeds, weights, k=STEPS):
            deed()

    def send(self, path: str, body: object = None, method: str = "POST") -> None:
        """Send a request; only the server's own failures count."""
        answer = self.api.raw(method, f"/contacts/v1/{path}", json=body)
        assert answer.status_code < 500, answer.get_data(as_text=True)

    def values(self) -> dict[str, object]:
        """Return some values to write."""
        values = {"lifecyclestage": self.random.choice(STAGES), "city": self.random.choice(("", *CITIES))}
        values["closedate"] = str(self.start + self.random.randint(-3, 3) * DAY_MS)
        return {"properties": [{"property": name, "value": value} for name, value in values.items()]}

    def vid(self) -> int:
        """Return a vid that may exist."""
        return self.random.randint(1, 60)

    def list_id(self) -> int:
        """Return a list's id that may exist."""
        return self.random.randint(1, 10)

    def create(self) -> None:
        """Create a contact."""
        self.send("contact", self.values())

    def update(self) -> None:
        """Update a contact."""
        self.send(f"contact/vid/{self.vid()}/profile", self.values())

    def upsert(self) -> None:
        """Write one of few e-mails."""
        self.send(f"contact/createOrUpdate/email/{self.random.randint(1, 8)}@x.example", self.values())

    def delete(self) -> None:
        """Delete a contact."""
        self.send(f"contact/vid/{self.vid()}", method="DELETE")

    def merge(self) -> None:
        """Merge two contacts."""
        self.send(f"contact/merge-vids/{self.vid()}/", {"vidToMerge": self.vid()})

    def add(self) -> None:
        """Add contacts to a list that may be static."""
        self.send(f"lists/{self.list_id()}/add", {"vids": [self.vid() for _ in range(5)]})

    def remove(self) -> None:
        """Take contacts out of it."""
        self.send(f"lists/{self.list_id()}/remove", {"vids": [self.vid() for _ in range(5)]})

    def save_list(self) -> None:
        """Create a list of either kind."""
        name = f"List {self.seed} {self.random.random()}"
        body = {"name": name, "dynamic": self.random.random() < 0.6, "filters": [self.random.choice(FILTERS)]}
        self.send("lists", body)

    def edit_list(self) -> None:
        """Give a list other filters."""
        self.send(f"lists/{self.list_id()}", {"filters": [self.random.choice(FILTERS)]})

    def refresh_list(self) -> None:
        """Have a list evaluated anew."""
        self.send(f"lists/{self.list_id()}/refresh")

    def delete_list(self) -> None:
        """Delete a list."""
        self.send(f"lists/{self.list_id()}", method="DELETE")


class JumpingClock(DatabaseClock):
    """The database's clock, put forward and back by whole days, so that nobody stands just at the edge of a window."""

    def __init__(self) -> None:
        self.days = 0

    def now(self, session: Session) -> int:
        """Return the moment by the clock as it is set."""
        return super().now(session) + self.days * DAY_MS

    def jump(self) -> None:
        """Put the clock forward and back for as long as people write."""
        chance, pause = random.Random(5), threading.Event()
        for _ in range(JUMPS):
            pause.wait(chance.uniform(0, 0.1))
            self.days += chance.choice((-2, -1, 1, 2))


@pytest.fixture
def jumping_clock() -> JumpingClock:
    """A clock that does not stand still."""
    return JumpingClock()


@pytest.fixture
def jumping_world(records_url: str, index: Engine, jumping_clock: JumpingClock, tmp_path: Path) -> Iterator[World]:
    """A portal whose clock jumps, with two lists that contacts join and leave by it."""
    with open_world(records_url, index, jumping_clock, tmp_path) as world:
        for hours in (36, 60):
            tree = {"kind": "relative", "field": "closedate", "op": "within", "direction": "past", "n": hours}
            body = {"name": f"Within {hours}", "dynamic": True, "filterTree": {**tree, "unit": "hours"}}
            world.api.post("/contacts/v1/lists", body)
        yield world


@pytest.mark.parametrize("set_up", [SQLITE, POSTGRESQL, SERVER], indirect=True)
def test_after_a_storm_of_writes_everything_agrees(living_world: World) -> None:
    run_storm(living_world)


@pytest.mark.parametrize("set_up", [SQLITE, SERVER], indirect=True)
def test_after_a_storm_under_a_clock_that_jumps_everything_agrees(
    jumping_world: World, jumping_clock: JumpingClock
) -> None:
    run_storm(jumping_world, jumping_clock.jump)


def run_storm(world: World, *others: Callable[[], None]) -> None:
    """Have four people and two workers of each kind at it while an index is rebuilt, and compare afterwards."""
    start = world.read(now)
    writers = [Writer(world.portal, i, start) for i in range(4)]
    for i in range(4):
        writers[0].send("lists", {"name": f"First {i}", "dynamic": i % 2 == 0, "filters": [FILTERS[i]]})
    over = threading.Event()

    def work(kind: Kind) -> None:
        while not over.is_set():
            if not tasks.step(world.runtime, kind, world.portal_id):
                over.wait(IDLE_SECONDS)

    def rebuild_twice() -> None:
        for generation in (2, 3):
            rebuild.request(world.runtime, world.portal_id)
            wait_until(partial(is_live, world, generation), 30)

    kinds: tuple[Kind, ...] = ("drain", "drain", "lists", "lists", "clock", "clock", "rebuild")
    workers = [partial(work, kind) for kind in kinds]
    run_together([*(writer.run for writer in writers), rebuild_twice, *others], workers, over)
    wait_until(partial(is_settled, world))
    check_world(world)


def is_live(world: World, generation: int) -> bool:
    """Return whether a generation has been promoted."""
    return world.state().live == generation


def is_settled(world: World) -> bool:
    """Work off what is due and return whether nothing is left; what met an index being dropped is due in a second."""
    world.settle()
    return not world.dirty() and not tasks.waiting(world.runtime)


def run_together(
    writers: Sequence[Callable[[], None]], workers: Sequence[Callable[[], None]], over: threading.Event
) -> None:
    """Run all in threads until the writers are through, then stop the workers; nobody may fail."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    busy, steady = ([threading.Thread(target=guarded, args=(work,)) for work in group] for group in (writers, workers))
    for thread in (*busy, *steady):
        thread.start()
    for thread in busy:
        thread.join()
    over.set()
    for thread in steady:
        thread.join()
    assert not failures, failures
