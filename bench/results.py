"""What was measured: rows of figures, kept in a file so that docs/benchmarks.md can be written from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

FILE = Path(__file__).with_name("results.json")
FILES: Mapping[int, Path] = {100_000: FILE, 1_000_000: FILE.with_name("results-million.json")}
"""Number of contacts -> where the results of such runs are kept."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: what it is, between which end points, what was measured beside which baseline, and its line.

    `profile` says where the time goes in a figure that misses its line.
    """

    bench: str
    setup: str
    figure: str
    ends: str
    measured: str
    baseline: str
    line: str
    met: bool
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run and the machine (name -> value) on which they were measured."""

    machine: dict[str, str]
    results: Sequence[Result]


def load(path: Path = FILE) -> Report:
    """Return the report in a file, an empty one where there is none."""
    kept: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {"machine": {}, "results": []}
    return Report(kept["machine"], [Result(**row) for row in kept["results"]])


def save(report: Report, path: Path = FILE) -> None:
    """Write a report to a file; results of benches and set-ups that were not run stay."""
    kept = load(path)
    measured = {(row.setup, row.bench) for row in report.results}
    rows = [*report.results, *(row for row in kept.results if (row.setup, row.bench) not in measured)]
    merged = {"machine": {**kept.machine, **report.machine}, "results": [asdict(row) for row in _ordered(rows)]}
    path.write_bytes(orjson.dumps(merged, option=orjson.OPT_INDENT_2) + b"\n")


def _ordered(rows: Iterable[Result]) -> list[Result]:
    return sorted(rows, key=lambda row: (row.setup, row.bench))
