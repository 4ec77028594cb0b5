"""The command: runs benches on a set-up, shows what was measured, and keeps it for docs/benchmarks.md."""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import click
from rich.console import Console

from bench import results, tables
from bench.figures import (
    alerts,
    clock,
    compiling,
    curve,
    fill,
    forms,
    imports,
    lists,
    lookup,
    match,
    memory,
    previews,
    reindex,
    search,
)
from bench.figures.imports import Loaded
from bench.machine import describe_machine
from bench.results import Report, Result
from bench.service import SETUPS, running_service, server_versions
from bench.size import FULL, Size

WIDTH = 170
FAILED = "failed"
BENCHES: Mapping[str, Callable[[Loaded], list[Result]]] = {
    bench.NAME: bench.measure
    for bench in (
        imports,
        search,
        lookup,
        previews,
        lists,
        alerts,
        clock,
        fill,
        reindex,
        forms,
        match,
        curve,
        compiling,
        memory,
    )
}
"""In the order in which they run on one service, over the contacts that the first one has loaded."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option(
    "--contacts", type=click.IntRange(100), default=FULL.contacts, show_default=True, help="How many to load."
)
@click.option("--setup", "setups", multiple=True, type=click.Choice(SETUPS), help="Set-up, both when not given.")
@click.option("--write-docs", is_flag=True, help="Only write docs/benchmarks.md from the last results.")
def main(names: Sequence[str], contacts: int, setups: Sequence[str], write_docs: bool) -> None:
    """Run the benches NAMES, all when none is named, and tell which lines are met.

    Contacts are loaded once for each set-up, and all its benches use them. Results of runs with 100,000 and 1,000,000
    contacts are kept beside the benches, each bench's as soon as it has been measured. The exit code is 1 when a line
    is missed.

    \b
    Examples:
      python -m bench
      python -m bench search lookup --setup embedded
      python -m bench import fill --contacts 1000000
      python -m bench --write-docs
    """
    if write_docs:
        return tables.write_docs({count: results.load(path) for count, path in results.FILES.items()})
    console = Console(width=max(WIDTH, Console().width))
    size = replace(FULL, contacts=contacts)

    def keep(report: Report) -> None:
        if contacts in results.FILES:
            results.save(report, results.FILES[contacts])

    reports = [run(setup, names or list(BENCHES), size, keep) for setup in setups or SETUPS]
    measured = [result for report in reports for result in report.results]
    tables.show(measured, console)
    raise SystemExit(0 if all(result.met for result in measured) else 1)


def run(setup: str, names: Sequence[str], size: Size, keep: Callable[[Report], None] = lambda report: None) -> Report:
    """Load contacts into a service on a set-up, run benches on it in their order and return the results.

    `keep` is given what has been measured so far, after each bench.
    """
    with running_service(setup) as service:
        report = Report({**describe_machine(), **server_versions(service)}, [])
        _tell(setup, f"loading {size.contacts:,} contacts")
        loaded = imports.load(service, size)
        for name, measure in BENCHES.items():
            if name in names:
                _tell(setup, name)
                report = Report(report.machine, [*report.results, *_measured(name, measure, loaded)])
                keep(report)
    return report


def _measured(name: str, measure: Callable[[Loaded], list[Result]], loaded: Loaded) -> list[Result]:
    """Return the results of a bench; one that fails is a missed line, and the benches after it are run all the same."""
    try:
        return measure(loaded)
    except Exception:
        told = traceback.format_exc()
        _tell(loaded.service.setup, f"{name} {FAILED}\n{told}")
        return [Result(name, loaded.service.setup, name, "–", FAILED, "–", "–", met=False, profile=told)]


def _tell(setup: str, what: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {setup}: {what}", err=True)


if __name__ == "__main__":
    main()
