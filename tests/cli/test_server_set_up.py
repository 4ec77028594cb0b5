"""The commands on the server set-up: real PostgreSQL, search engine and Redis, and a worker in a process of its own."""

import json
import os
import secrets
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.process import Server

Run = Callable[..., Result]


@pytest.fixture
def server_set_up(
    environment: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str, engine_url: str, redis_url: str
) -> Iterator[str]:
    """Set the addresses of the three servers and yield the prefix of the indices, which are removed afterwards."""
    prefix = f"test-{secrets.token_hex(4)}"
    for name, value in (
        ("CONTACTS_DATABASE_URL", postgres_url),
        ("ELASTICSEARCH_URL", engine_url),
        ("REDIS_URL", redis_url),
        ("CONTACTS_INDEX_PREFIX", prefix),
    ):
        monkeypatch.setenv(name, value)
    yield prefix
    with urllib.request.urlopen(f"{engine_url}/_cat/indices/{prefix}*?format=json&h=index") as answer:
        names = [row["index"] for row in json.load(answer)]
    for name in names:
        urllib.request.urlopen(urllib.request.Request(f"{engine_url}/{name}", method="DELETE")).close()


@pytest.fixture
def worker(server_set_up: str, tmp_path: Path) -> Iterator[Server]:
    """Two worker processes under one command."""
    program = [sys.executable, "-m", "service.cli", "worker", "-n", "2"]
    server = Server("contacts worker", program, tmp_path / "worker.log", signal.SIGTERM)
    yield server
    server.stop()


def test_workers_settle_the_demo_and_imports_and_stop_when_told_to(run: Run, worker: Server, tmp_path: Path) -> None:
    assert run("demo", "--contacts", 200).exit_code == 0
    people = tmp_path / "people.csv"
    people.write_text("email,lifecyclestage\nada@x.example,customer\n")
    assert run("import", people).exit_code == 0
    for words in ((), ("--roll-back",), ("--finish",)):
        assert run("reindex", *words).exit_code == 0
    worker.stop()
    assert worker.process.returncode == 0


def test_the_doctor_names_every_server_and_its_version(run: Run, server_set_up: str) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    for words in ("database                answers, postgresql", "redis                   answers", "search engine"):
        assert words in result.stdout


def test_work_that_no_worker_does_is_told(run: Run, server_set_up: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.settling.PATIENCE_SECONDS", 0.5)
    result = run("demo", "--contacts", 1)
    assert result.exit_code == 1
    assert "curl" in result.stdout
    assert "wait to be indexed and nothing happens" in result.stderr


def test_a_worker_process_that_is_killed_is_started_again(
    run: Run, worker: Server, server_set_up: str, tmp_path: Path
) -> None:
    assert run("demo", "--contacts", 20).exit_code == 0
    for pid in children(worker.process.pid):
        os.kill(pid, signal.SIGKILL)
    people = tmp_path / "people.csv"
    people.write_text("email\nada@x.example\n")
    assert run("import", people).exit_code == 0
    assert "drain" in run("status").stdout


def children(pid: int) -> list[int]:
    """Return the processes that a process has started to work for it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(word) for task in tasks for word in task.read_text().split()]
    return [child for child in found if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]
