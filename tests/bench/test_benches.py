"""Runs every bench at a tiny size, so that none rots between the runs that measure."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from bench import results, tables
from bench.__main__ import BENCHES, FAILED, run
from bench.figures import curve
from bench.figures.lists import pattern
from bench.measure import alternate, percentile
from bench.people import people
from bench.profiles import profile_import
from bench.results import Report, Result
from bench.service import EMBEDDED, SERVER, running_service
from bench.size import SMOKE
from tests.support.postgres import PostgresServer

NOT_MEASURED = {EMBEDDED: {curve.NAME}, SERVER: set[str]()}
PROCESSES = {EMBEDDED: {"importer", "server"}, SERVER: {"importer", "server", "worker"}}


def result(measured: str = "1 ms", met: bool = True, bench: str = "search") -> Result:
    return Result(bench, EMBEDDED, "a figure", "here → there", measured, "raw: 1 ms", "≤ 2 ms", met, "in sqlite3")


def expect_everything_measured(setup: str) -> None:
    report = run(setup, list(BENCHES), SMOKE)
    assert not [row.profile for row in report.results if row.measured == FAILED]
    assert {row.bench for row in report.results} == BENCHES.keys() - NOT_MEASURED[setup]
    assert {row.setup for row in report.results} == {setup}
    held = {row.figure.removeprefix("memory of the ") for row in report.results if row.bench == "memory"}
    assert held == PROCESSES[setup]
    assert {"cores", "memory", "Python"} <= report.machine.keys()


def test_every_bench_measures_the_embedded_set_up() -> None:
    expect_everything_measured(EMBEDDED)


def test_every_bench_measures_the_server_set_up(
    engine_url: str, redis_server: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_url = postgres_server.address.render_as_string(hide_password=False)
    monkeypatch.setenv("ELASTICSEARCH_URL", engine_url)
    monkeypatch.setenv("CONTACTS_TEST_REDIS_URL", redis_server)
    monkeypatch.setenv("CONTACTS_TEST_DATABASE_URL", database_url)
    expect_everything_measured(SERVER)


def test_a_profile_names_the_functions_that_take_the_time_and_the_service_runs_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.profiles.ROWS", 20)
    with running_service(EMBEDDED) as service:
        assert "import_csv" in profile_import(service)
        assert service.servers["server"].process.poll() is None


def test_the_contacts_of_a_bench_are_the_same_every_time_and_no_two_share_an_address() -> None:
    some = list(people(300))
    assert some == list(people(300))
    assert len({person["email"] for person in some}) == 300


@pytest.mark.parametrize("number", range(10))
def test_lists_of_a_kind_differ_only_in_their_number(number: int) -> None:
    filters, values = pattern(number)
    assert filters != pattern(number + 10)[0]
    assert {one["property"] for group in filters for one in group} & values.keys()


def test_both_sides_of_a_comparison_go_first_equally_often() -> None:
    order: list[str] = []

    def side(name: str, sign: int) -> Callable[[int], float]:
        def measure(number: int) -> float:
            order.append(name)
            return sign * number

        return measure

    assert alternate(range(4), side("ours", 1), side("raw", -1)) == ([0, 1, 2, 3], [0, -1, -2, -3])
    assert order[::2] == ["raw", "ours", "raw", "ours"]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 3.0], 0.99) == 5.0
    assert percentile([float(n) for n in range(100)], 0.5) == 50.0


def test_results_of_benches_that_were_not_run_stay(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.save(Report({"cores": "2"}, [result("1 ms"), result("9 ms", bench="lookup")]), path)
    results.save(Report({"cores": "4"}, [result("3 ms")]), path)
    kept = results.load(path)
    assert kept.machine == {"cores": "4"}
    assert [(row.bench, row.measured) for row in kept.results] == [("lookup", "9 ms"), ("search", "3 ms")]


def test_the_documentation_shows_a_missed_line_with_its_profile(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n")
    tables.write_docs({100_000: Report({"cores": "2"}, [result(), result("3 ms", met=False)])}, path)
    written = path.read_text()
    assert written.startswith("before") and written.endswith("after\n") and "old" not in written
    assert "| **no** |" in written and written.count("in sqlite3") == 1


def test_the_table_shows_a_missed_line_with_its_profile() -> None:
    console = Console(width=160, record=True, quiet=False)
    tables.show([result(), result("3 ms", met=False)], console)
    assert console.export_text().count("in sqlite3") == 1
