"""Real processes, killed for real at random points under a stream of writes; afterwards nothing is lost or invented.

`CONTACTS_FAULT_KILLS` says how often; `make faults` says 200.
"""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.checks import SEED, check_all, cut_connections, let_write, prepare, writing
from tests.faults.installation import Installation, server_settings
from tests.support import redis

KILLS = int(os.environ.get("CONTACTS_FAULT_KILLS", "10"))
MOST_ANSWERS = 60
"""Answers between two faults, at most."""


def test_the_embedded_set_up_survives_kills(tmp_path: Path) -> None:
    environment = {"CONTACTS_DATA": str(tmp_path)}
    url = f"sqlite:///{tmp_path / 'contacts.sqlite3'}"
    run_through(environment, url, tmp_path, workers=0, others=())


@pytest.mark.usefixtures("engine_url")
def test_the_server_set_up_survives_kills_and_lost_queues_and_connections(
    tmp_path: Path, engine_url: str, redis_url: str, postgres_url: str
) -> None:
    environment = server_settings(postgres_url, engine_url, redis_url)
    others = (lambda: redis.empty(redis_url), lambda: cut_connections(postgres_url))
    run_through(environment, postgres_url, tmp_path, workers=2, others=others)


def run_through(
    environment: dict[str, str], url: str, folder: Path, workers: int, others: Sequence[Callable[[], None]]
) -> None:
    """Let faults happen under a stream of writes, stop everything in order, and check all that must hold."""
    key = prepare(url)
    installation = Installation(environment, folder, workers)
    faults = [*(process.kill for process in installation.processes), *others]
    with writing(installation.url, key) as clients:
        chance = random.Random(SEED)
        for _ in range(KILLS):
            let_write(clients, chance.randint(1, MOST_ANSWERS))
            chance.choice(faults)()
        let_write(clients, 1)
        installation.stop()
    check_all(environment, key, clients)
