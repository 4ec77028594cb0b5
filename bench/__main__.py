"""The command: runs benches on a set-up, shows what was measured, and keeps it for docs/benchmarks.md."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import click
from rich.console import Console

from bench import results, tables
from bench.figures import alerts, compiling, fill, forms, imports, lists, lookup, match, memory, previews, search
from bench.figures.imports import Loaded
from bench.machine import describe_machine
from bench.results import Report, Result
from bench.service import SETUPS, running_service, server_versions
from bench.size import FULL, Size

WIDTH = 170
BENCHES: Mapping[str, Callable[[Loaded], list[Result]]] = {
    bench.NAME: bench.measure
    for bench in (imports, search, lookup, previews, lists, alerts, fill, forms, match, compiling, memory)
}
"""In the order in which they run on one service."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option(
    "--contacts", type=click.IntRange(100), default=FULL.contacts, show_default=True, help="How many to load."
)
@click.option("--setup", "setups", multiple=True, type=click.Choice(SETUPS), help="Set-up, both when not given.")
@click.option("--write-docs", is_flag=True, help="Only write docs/benchmarks.md from the last results.")
def main(names: Sequence[str], contacts: int, setups: Sequence[str], write_docs: bool) -> None:
    """Run the benches NAMES, all when none is named, and tell which lines are met.

    Results of runs with 100,000 contacts are kept in bench/results.json. The exit code is 1 when a line is missed.

    \b
    Examples:
      python -m bench
      python -m bench search lookup --setup embedded
      python -m bench --write-docs
    """
    if write_docs:
        return tables.write_docs(results.load())
    console = Console(width=max(WIDTH, Console().width))
    reports = [run(setup, names or list(BENCHES), replace(FULL, contacts=contacts)) for setup in setups or SETUPS]
    measured = [result for report in reports for result in report.results]
    if contacts == FULL.contacts:
        for report in reports:
            results.save(report)
    tables.show(measured, console)
    raise SystemExit(0 if all(result.met for result in measured) else 1)


def run(setup: str, names: Sequence[str], size: Size) -> Report:
    """Load contacts into a service on a set-up, run benches on it in their order and return the results."""
    with running_service(setup) as service:
        loaded = imports.load(service, size)
        found = [result for name, measure in BENCHES.items() if name in names for result in measure(loaded)]
        return Report({**describe_machine(), **server_versions(service)}, found)


if __name__ == "__main__":
    main()
