"""Everything at once from many threads; when it is over, records, memberships, feed, sizes and index agree."""

import random
import threading
from collections.abc import Callable, Sequence

import pytest

from indexer import tasks
from indexer.runtime import Kind
from tests.indexing.world import World, check_world
from tests.support.people import Portal, is_

STAGES = ("lead", "customer", "opportunity", "subscriber")
CITIES = ("Rome", "Paris", "Oslo")
STEPS = 60
FILTERS = (
    [is_("lifecyclestage", "EQ", "lead")],
    [is_("lifecyclestage", "SET_ANY", "customer;opportunity"), is_("city", "NEQ", "oslo")],
    [is_("city", "IS_EMPTY")],
    [is_("email", "CONTAINS", "x.example")],
    [is_("lifecyclestage", "NEQ", "lead")],
)


class Writer:
    """A client that does one random thing after another; what races refuse, it leaves."""

    def __init__(self, portal: Portal, seed: int) -> None:
        self.api = portal.api
        self.random = random.Random(seed)
        self.seed = seed
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


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_storm_of_writes_everything_agrees(living_world: World, seed: int) -> None:
    world = living_world
    writers = [Writer(world.portal, 100 * seed + i) for i in range(4)]
    for i in range(4):
        writers[0].send("lists", {"name": f"First {i}", "dynamic": i % 2 == 0, "filters": [FILTERS[i]]})
    over = threading.Event()

    def work(kind: Kind) -> None:
        while not over.is_set():
            tasks.step(world.runtime, kind, world.portal_id)

    workers = [lambda kind=kind: work(kind) for kind in ("drain", "drain", "lists", "lists")]
    run_together([writer.run for writer in writers], workers, over)
    world.settle()
    check_world(world)


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
