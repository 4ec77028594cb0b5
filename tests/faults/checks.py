"""Brings an installation under load, and checks all that must hold when everything is over."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from indexer.settings import read_settings
from records import list_work, migrations, verification
from records.clock import DatabaseClock
from records.marks import LEASE_MS
from records.session import Database
from service.app import create_app, create_runtime
from tests.faults.stream import Client, Editor
from tests.indexing.world import World, check_world
from tests.support.records import add_portal
from tests.support.wait import wait_until

SEED = int(os.environ.get("CONTACTS_FAULT_SEED", "0")) or secrets.randbelow(1_000_000)
WRITERS = 4
PATIENCE_SECONDS = 120.0


class LaterClock(DatabaseClock):
    """The database's clock a minute later, when the leases of what was killed have ended."""

    def now(self, session: Session) -> int:
        """Return the moment in a minute."""
        return super().now(session) + LEASE_MS + 1


def prepare(url: str) -> str:
    """Make a portal, and return its key."""
    database = Database(url)
    migrations.upgrade(database)
    _, key = add_portal(database)
    database.close()
    return key


@contextmanager
def writing(url: str, key: str) -> Iterator[list[Client]]:
    """Have clients write while the block runs."""
    clients = [*(Client(url, key, seed) for seed in range(WRITERS)), Editor(url, key, WRITERS)]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.over.set()
        for client in clients:
            client.join()


def let_write(clients: Sequence[Client], answers: int) -> None:
    """Wait until that many more writes were accepted."""
    enough = sum(client.answers for client in clients) + answers
    wait_until(lambda: sum(client.answers for client in clients) >= enough, PATIENCE_SECONDS, "writes are accepted")


def cut_connections(url: str) -> None:
    """End every connection to the database, as its restart does."""
    address = make_url(url).set(drivername="postgresql")
    with psycopg.connect(address.set(database="postgres").render_as_string(False), autocommit=True) as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, (address.database,))


def is_settled(world: World) -> bool:
    """Work off what is due and return whether nothing is left."""
    world.settle()
    return not world.dirty() and not world.read(list_work.portals_with_work)


def check_all(environment: dict[str, str], key: str, clients: Sequence[Client]) -> None:
    """Assert that everything arrives, and that it is what was accepted (the seed of the faults stands in failures).

    A write that meets a connection to the database being cut may be refused, but with 503 and in words.
    """
    runtime = create_runtime(read_settings(environment), LaterClock())
    world = World(create_app(runtime), runtime, 1, key)
    wait_until(lambda: is_settled(world), PATIENCE_SECONDS, "everything is worked off")
    runtime.jobs.close()
    assert world.read(verification.drift) == (0, 0)
    check_world(world)
    for client in clients:
        assert [words for words in client.refusals if words.startswith("5") and not words.startswith("503")] == [], SEED
        for email, person in client.people.items():
            answer = world.api.raw("GET", f"/contacts/v1/contact/email/{email}/profile").get_json()
            held = answer.get("properties", {}).get("lifecyclestage", {}).get("value")
            assert person.may_hold(held), (SEED, email, held, person)
    runtime.engine.close()
    runtime.database.close()
