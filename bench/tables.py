"""Shows results: as a table on the terminal, and as the tables of docs/benchmarks.md."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.results import Report, Result

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN = "<!-- results: written by `python -m bench --write-docs` -->"
END = "<!-- end of results -->"
HEADINGS = ("figure", "between", "measured", "baseline", "line", "met")


def show(results: Sequence[Result], console: Console) -> None:
    """Print results as a table, and the profile of every figure that misses its line."""
    table = Table("set-up", "bench", *HEADINGS, show_lines=True)
    for row in results:
        table.add_row(row.setup, row.bench, *_cells(row), style=None if row.met else "bold red")
    console.print(table)
    for row in _missed(results):
        console.print(f"\n{row.setup} {row.bench}: {row.figure}\n{row.profile}", markup=False, highlight=False)


def write_docs(reports: Mapping[int, Report], path: Path = DOCS) -> None:
    """Replace the part of docs/benchmarks.md between its two marks by reports, number of contacts -> report."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    written = "\n".join(_markdown(count, report) for count, report in reports.items() if report.results)
    path.write_text(f"{before}{BEGIN}\n\n{written}\n{END}{after}", encoding="utf-8")


def _markdown(contacts: int, report: Report) -> str:
    machine = "\n".join(f"* {name}: {value}" for name, value in sorted(report.machine.items()))
    setups = sorted({row.setup for row in report.results})
    sections = (_section(name, contacts, report.results) for name in setups)
    return "\n".join([f"Machine of the runs with {contacts:,} contacts:", "", machine, "", *sections])


def _section(setup: str, contacts: int, results: Iterable[Result]) -> str:
    rows = [row for row in results if row.setup == setup]
    head = [f"| bench | {' | '.join(HEADINGS)} |", f"|{' --- |' * (len(HEADINGS) + 1)}"]
    body = [f"| {row.bench} | {' | '.join(_cells(row))} |" for row in rows]
    profiles = [f"Where the time goes in “{row.figure}”:\n\n```\n{row.profile}\n```\n" for row in _missed(rows)]
    return "\n".join([f"### {setup.capitalize()}, {contacts:,} contacts", "", *head, *body, "", *profiles])


def _cells(row: Result) -> tuple[str, ...]:
    return (row.figure, row.ends, row.measured, row.baseline, row.line, "yes" if row.met else "**no**")


def _missed(results: Iterable[Result]) -> list[Result]:
    return [row for row in results if not row.met and row.profile]
