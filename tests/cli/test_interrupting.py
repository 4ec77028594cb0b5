"""Ctrl-C or a crash in the middle of a long command: it ends at once, and what was written stays."""

import csv
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from sqlalchemy import func, select

from indexer.settings import read_settings
from records import imports
from records.models import Contact
from records.session import Database
from service.cli.context import open_runtime
from tests.support.process import Server
from tests.support.wait import wait_until

Run = Callable[..., Result]

ROWS = 50_000
KILLED_ROWS = 8_000
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
    assert state_of_import(environment) == "CANCELLED"


def test_an_import_whose_process_is_killed_goes_on_in_the_service_and_nothing_is_written_twice(
    run: Run, environment: Path, tmp_path: Path
) -> None:
    run("portals", "create")
    people, outcomes = tmp_path / "people.csv", tmp_path / "people.csv.outcomes.csv"
    people.write_text("lastname\n" + "".join(f"Lovelace{i}\n" for i in range(KILLED_ROWS)))
    program = [sys.executable, "-c", "from service.cli import main; main()", "import", str(people)]
    server = Server("contacts import", program, tmp_path / "import.log", signal.SIGKILL)
    wait_until(lambda: outcomes.exists() and outcomes.stat().st_size > 10_000, timeout=30)
    server.stop()
    assert 0 < count_contacts(environment) < KILLED_ROWS
    with open_runtime(read_settings({"CONTACTS_DATA": str(environment)})):
        wait_until(lambda: state_of_import(environment) == "DONE", timeout=60)
    assert count_contacts(environment) == KILLED_ROWS


def state_of_import(data: Path) -> str:
    database = Database(f"sqlite:///{data / 'contacts.sqlite3'}")
    with database.read() as session:
        state = imports.get_import(session, 1, 1).state
    database.close()
    return state


def count_contacts(data: Path) -> int:
    database = Database(f"sqlite:///{data / 'contacts.sqlite3'}")
    with database.read() as session:
        count = session.execute(select(func.count()).select_from(Contact)).scalar_one()
    database.close()
    return count
