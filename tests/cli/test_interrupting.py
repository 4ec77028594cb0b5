"""Ctrl-C in the middle of a long command: it ends at once, and what was written stays."""

import csv
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from sqlalchemy import func, select

from records.models import Contact
from records.session import Database
from tests.support.process import Server
from tests.support.wait import wait_until

Run = Callable[..., Result]

ROWS = 50_000
STOP_SECONDS = 10.0
"""Far below the half minute for which a transaction that nobody ended would hold up the background work."""


def test_an_interrupted_import_ends_at_once_and_its_outcomes_are_true(
    run: Run, environment: Path, tmp_path: Path
) -> None:
    run("portals", "create")
    people, outcomes = tmp_path / "people.csv", tmp_path / "people.csv.outcomes.csv"
    people.write_text("email,city\n" + "".join(f"p{i}@x.example,Rome\n" for i in range(ROWS)))
    program = [sys.executable, "-c", "from service.cli import main; main()", "import", str(people)]
    server = Server("contacts import", program, tmp_path / "import.log", signal.SIGINT)
    wait_until(lambda: outcomes.exists() and outcomes.stat().st_size > 10_000, timeout=30)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(STOP_SECONDS) == 1
    server.stop()
    with outcomes.open(newline="") as file:
        told = sum(row["outcome"] == "created" for row in csv.DictReader(file))
    assert 0 < told <= count_contacts(environment) < ROWS


def count_contacts(data: Path) -> int:
    database = Database(f"sqlite:///{data / 'contacts.sqlite3'}")
    with database.read() as session:
        count = session.execute(select(func.count()).select_from(Contact)).scalar_one()
    database.close()
    return count
