"""Imports CSV files from the command line."""

from pathlib import Path

import click

from indexer.imports.batches import RESULTS
from indexer.imports.local import Summary, import_csv
from records.session import Database
from service.cli.context import (
    data_option,
    open_records,
    open_runtime,
    portal_option,
    require_portal,
    settings_in_force,
)
from service.cli.failures import RowsFailed, ServerFailed
from service.cli.output import progress_bar
from service.cli.settling import describe_rest, settle


@click.command("import")
@data_option
@portal_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--outcomes",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write what became of each row.  [default: FILE.outcomes.csv]",
)
def import_file(file: Path, portal: int, outcomes: Path | None) -> None:
    """Import contacts from a CSV file in UTF-8, of any size.

    The first line names properties: by name (firstname), by label (First Name), or as HubSpot, Google Contacts and
    Outlook name them in their exports. Cells are separated by comma, semicolon, tab or |. A row whose e-mail is known
    updates that contact; others create one. Empty cells change nothing. A bad row never stops the import: the file of
    outcomes tells row, outcome, vid and reason for each. Ctrl-C cancels the import, and what was written stays; after a
    crash the service brings it to its end.

    \b
    Examples:
      contacts import people.csv
      contacts import people.csv --portal 2 --outcomes /tmp/outcomes.csv
    """
    report = outcomes or file.with_name(f"{file.name}.outcomes.csv")
    settings = settings_in_force()
    with open_records(settings) as database:
        require_portal(database, portal)
        summary = _import(database, portal, file, report)
    with open_runtime(settings) as runtime:
        left = settle(runtime, portal)
    _tell(summary, report)
    if left:
        raise ServerFailed(describe_rest(left))
    if summary.cancelled:
        raise RowsFailed("the import was cancelled: what was written stays, and the other rows were not imported")
    if summary.counts["failed"]:
        raise RowsFailed(f"{summary.counts['failed']} rows failed; {report} says why")


def _import(database: Database, portal: int, file: Path, report: Path) -> Summary:
    """Write the rows; this process indexes them afterwards, because one interpreter does one of both at a time."""
    with progress_bar("importing", 0) as bar:
        return import_csv(database, portal, file, report, bar.reach)


def _tell(summary: Summary, report: Path) -> None:
    columns = summary.columns
    for headings, why in ((columns.unmapped, "name no property"), (columns.read_only, "are set by the service itself")):
        if headings:
            click.echo(f"columns left out, because they {why}: {', '.join(map(repr, headings))}", err=True)
    click.echo(", ".join(f"{summary.counts[result]} {result}" for result in RESULTS))
    click.echo(f"outcomes: {report}")
