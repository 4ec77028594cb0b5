"""Each command, its help, its exit code, and on which of the two outputs it speaks."""

import csv
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import click
import pytest
from click.testing import Result
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from records import identities, list_work, lists
from records.contacts import statistics
from records.keys import find_portal
from records.models import Identity, Membership
from records.portals import time_zone
from records.session import Database
from service.cli import main
from service.cli.doctor import hide_password

Run = Callable[..., Result]


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from walk(child, (*path, name))


EVERY_COMMAND = pytest.mark.parametrize(
    ("path", "command"), list(walk(main)), ids=[" ".join(("contacts", *path)) for path, _ in walk(main)]
)


@pytest.fixture
def records(environment: Path) -> Iterator[Database]:
    """The records that commands work on; open them after the first command has made them."""
    database = Database(f"sqlite:///{environment / 'contacts.sqlite3'}")
    yield database
    database.close()


@EVERY_COMMAND
def test_every_command_has_help_with_an_example(run: Run, path: tuple[str, ...], command: click.Command) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert " ".join(("contacts", *path)) in result.stdout


def test_a_portal_has_a_time_zone_that_must_exist(run: Run, records: Database) -> None:
    for options in ((), ("--time-zone", "Asia/Tokyo")):
        run("portals", "create", *options)
    with records.read() as session:
        assert [time_zone(session, portal_id) for portal_id in (1, 2)] == ["UTC", "Asia/Tokyo"]
    result = run("portals", "create", "--time-zone", "Mars/Olympus")
    assert result.exit_code == 2
    assert "--time-zone: 'Mars/Olympus' is no time zone. Send an IANA name like Europe/Berlin" in result.stderr


@EVERY_COMMAND
def test_every_command_takes_the_data_folder(path: tuple[str, ...], command: click.Command) -> None:
    assert "--data" in {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_data_folder_may_stand_anywhere(run: Run, environment: Path, tmp_path: Path, place: int) -> None:
    words = ["portals", "create"]
    words[place:place] = ["--data", str(tmp_path / "elsewhere")]
    assert run(*words).exit_code == 0
    assert (tmp_path / "elsewhere" / "contacts.sqlite3").exists()
    assert not environment.exists()


def test_a_portal_and_a_key_are_made_and_printed_alone(run: Run, records: Database) -> None:
    assert run("portals", "create", "--name", "Acme").stdout == "1\n"
    key = run("keys", "create", "--name", "web").stdout.removesuffix("\n")
    assert str(UUID(key)) == key
    with records.read() as session:
        assert find_portal(session, key) == 1


@pytest.mark.parametrize(
    "words", [("keys", "create"), ("import", __file__), ("reindex",)], ids=lambda words: " ".join(words[:1])
)
def test_a_portal_that_does_not_exist_is_wrong_use(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words, "--portal", 7)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "portal 7 does not exist" in result.stderr
    assert "contacts portals create" in result.stderr


@pytest.mark.parametrize("words", [("serve",), ("demo",), ("portals", "create"), ("doctor",), ("worker",)])
def test_a_wrong_setting_stops_every_command(run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "localhost:9200")
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ELASTICSEARCH_URL is 'localhost:9200'" in result.stderr


def test_a_day_that_is_none_is_a_wrong_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTS_LEADS_SUNSET", "30 June")
    result = run("doctor")
    assert result.exit_code == 2
    assert "CONTACTS_LEADS_SUNSET is '30 June': use a day such as 2027-06-30" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_wrong_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("portals", "create", "--data", tmp_path / "file" / "data")
    assert result.exit_code == 2
    assert "CONTACTS_DATA" in result.stderr


def test_a_worker_belongs_to_the_server_set_up(run: Run) -> None:
    result = run("worker")
    assert result.exit_code == 2
    assert "REDIS_URL is not set" in result.stderr


def test_several_processes_cannot_share_sqlite(run: Run) -> None:
    result = run("serve", "--processes", 2)
    assert result.exit_code == 2
    assert "2 processes cannot share SQLite" in result.stderr


def test_a_database_that_does_not_answer_is_a_failed_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/none"
    for name, value in (
        ("CONTACTS_DATABASE_URL", url),
        ("ELASTICSEARCH_URL", "http://127.0.0.1:1"),
        ("REDIS_URL", "redis://127.0.0.1:1"),
    ):
        monkeypatch.setenv(name, value)
    result = run("portals", "create")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CONTACTS_DATABASE_URL" in result.stderr
    diagnosis = run("doctor")
    assert diagnosis.exit_code == 1
    assert "secret" not in diagnosis.output
    assert "start it, or correct CONTACTS_DATABASE_URL" in diagnosis.stdout
    assert "start it, or correct REDIS_URL" in diagnosis.stdout


def test_the_demo_loads_once_and_prints_the_same_again(run: Run, environment: Path, records: Database) -> None:
    first = run("demo", "--contacts", 250)
    again = run("demo", "--contacts", 250)
    assert first.exit_code == again.exit_code == 0
    assert first.stdout == again.stdout
    assert first.stdout.count("curl ") == 3
    key_file = environment / "demo.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    key = key_file.read_text().strip()
    assert key in first.stdout
    with records.read() as session:
        assert find_portal(session, key) == 1
        assert statistics(session, 1)[0] == 250
        tokens = select(func.count()).where(Identity.kind == identities.UTK)
        assert session.execute(tokens).scalar_one() == 100
        assert len(lists.names(session, 1)) == 3
        assert list_work.unfinished(session, 1) == {}
        assert lists.get_list(session, 1, 1).size > 0


def test_a_demo_whose_key_is_gone_says_how_to_make_one(run: Run, environment: Path) -> None:
    run("demo", "--contacts", 1)
    (environment / "demo.key").unlink()
    result = run("demo")
    assert result.exit_code == 0
    assert "contacts keys create" in result.stdout
    assert "hapikey=$KEY" in result.stdout


def test_an_import_tells_what_became_of_each_row(run: Run, tmp_path: Path, records: Database) -> None:
    run("portals", "create")
    people = tmp_path / "people.csv"
    people.write_text("Email,First Name,Shoe size\nada@x.example,Ada,38\nnobody,No,1\n")
    result = run("import", people)
    assert result.exit_code == 3
    assert "1 created, 0 updated, 0 unchanged, 1 failed" in result.stdout
    assert "'Shoe size'" in result.stderr
    assert "1 rows failed" in result.stderr
    with (tmp_path / "people.csv.outcomes.csv").open(newline="") as file:
        assert [(row["row"], row["outcome"]) for row in csv.DictReader(file)] == [("2", "created"), ("3", "failed")]


def test_an_import_waits_until_lists_are_settled(run: Run, tmp_path: Path, records: Database) -> None:
    run("demo", "--contacts", 1)
    with records.read() as session:
        before = lists.get_list(session, 1, 1).size
    people = tmp_path / "people.csv"
    people.write_text("email,lifecyclestage\n" + "".join(f"p{i}@x.example,customer\n" for i in range(300)))
    assert run("import", people).exit_code == 0
    with records.read() as session:
        assert lists.get_list(session, 1, 1).size == before + 300


def test_an_unfit_file_is_wrong_use(run: Run, tmp_path: Path) -> None:
    run("portals", "create")
    people = tmp_path / "people.csv"
    people.write_text("ada@x.example,Ada\n")
    result = run("import", people)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has no header" in result.stderr
    assert not (tmp_path / "people.csv.outcomes.csv").exists()


def test_an_index_is_built_anew_rolled_back_and_finished(run: Run) -> None:
    run("demo", "--contacts", 10)
    for words in ((), ("--roll-back",), ("--finish",)):
        assert run("reindex", *words).exit_code == 0
    result = run("reindex", "--finish")
    assert result.exit_code == 2
    assert "no former index" in result.stderr


def test_the_doctor_finds_a_fresh_installation_well(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    for words in ("CONTACTS_DATABASE_URL", "search engine", "sqlalchemy", "0 contacts wait", "nothing"):
        assert words in result.stdout


def test_the_doctor_warns_of_more_smart_lists_than_the_set_up_is_made_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("demo", "--contacts", "5")
    assert "in one portal at most; this set-up is made for 2,000" in run("doctor").stdout
    monkeypatch.setattr("indexer.engines.embedded.EmbeddedEngine.most_lists", 1)
    assert "delete lists, or move to the server set-up" in run("doctor").stdout


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:se:cret@host/name", "postgresql+psycopg://me:***@host/name"),
        ("redis://:secret@host:6379/0", "redis://:***@host:6379/0"),
        ("http://127.0.0.1:9200", "http://127.0.0.1:9200"),
        ("sqlite:///.data/contacts.sqlite3", "sqlite:///.data/contacts.sqlite3"),
    ],
)
def test_passwords_are_hidden(url: str, shown: str) -> None:
    assert hide_password(url) == shown


def test_verify_tells_how_many_differences_it_found_and_repaired(run: Run, records: Database) -> None:
    run("demo", "--contacts", 30)

    def lose_members(session: Session) -> int:
        lost = session.execute(delete(Membership).where(Membership.list_id == 1).returning(Membership.vid)).all()
        return len(lost)

    lost = records.transact(lose_members)
    assert run("verify").stdout == f"differences: {lost} found, {lost} repaired\n"
    assert run("verify").stdout == "differences: 0 found, 0 repaired\n"


def test_status_shows_the_portals_and_what_is_under_way(run: Run, records: Database) -> None:
    run("demo", "--contacts", 30)
    quiet = run("status").stdout
    assert "work: none" in quiet and "queues" not in quiet
    records.transact(lambda session: lists.refresh_list(session, 1, 1))
    assert "list 1, PROCESSING" in run("status").stdout
