"""A server that is killed while it delivers: every message arrives, and none under another id.

CONTACTS_KILLS sets how often; a killed process's lease has to end each time, which takes a quarter of a minute.
"""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.test_serving import CITY, fetch, serving
from tests.support.receiver import Receiver, receiving
from tests.support.wait import wait_until

Run = Callable[..., Result]

KILLS = int(os.environ.get("CONTACTS_KILLS", "1"))
ROUND = 40
"""Contacts that join, and then leave, between two kills."""


def test_every_message_arrives_under_one_id_however_often_the_server_is_killed(
    run: Run, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACTS_WEBHOOK_ALLOW", "127.0.0.1")
    run("portals", "create")
    key = run("keys", "create").stdout.strip()
    chance = random.Random(7)
    with receiving() as receiver:
        expected = 0
        for kill in range(KILLS):
            with serving(tmp_path, environment) as (server, address):
                if kill == 0:
                    _prepare(address, key, receiver)
                expected += _move(address, key)
                seen, patience = len(receiver.got), chance.randint(1, ROUND)
                wait_until(lambda count=seen + patience: len(receiver.got) >= count, 40)  # type: ignore[misc]
                os.kill(_worker_of(server.process.pid), signal.SIGKILL)
                os.killpg(server.process.pid, signal.SIGKILL)
        with serving(tmp_path, environment):
            wait_until(lambda: len(set(receiver.ids())) >= expected, 60)
    assert set(receiver.ids()) == {f"msg_1_1_{seq}" for seq in range(1, expected + 1)}


def _prepare(address: str, key: str, receiver: Receiver) -> None:
    fetch(f"{address}/contacts/v1/lists?hapikey={key}", {"name": "Chosen", "dynamic": False})
    for _ in range(ROUND):
        fetch(f"{address}/contacts/v1/contact?hapikey={key}", {"properties": [CITY]})
    fetch(f"{address}/alerts/v1/subscriptions?hapikey={key}", {"url": receiver.address})


def _move(address: str, key: str) -> int:
    """Have every contact join the list and leave it, and return how many rows that made."""
    body = {"vids": list(range(1, ROUND + 1))}
    for deed in ("add", "remove"):
        fetch(f"{address}/contacts/v1/lists/1/{deed}?hapikey={key}", body)
    return 2 * ROUND


def _worker_of(pid: int) -> int:
    """Return the process that gunicorn's master made."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
