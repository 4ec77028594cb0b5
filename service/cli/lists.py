"""Carries lists between portals and keeps them under version control: as YAML, out and in."""

from pathlib import Path

import click

from records import lists as stored
from service.cli.context import data_option, open_records, portal_option, require_portal, settings_in_force
from service.list_files import MAX_BYTES, read_file, write_file
from service.list_imports import Outcome, import_lists


@click.group()
@data_option
def lists() -> None:
    """Export and import lists: their names, time zones and criteria.

    \b
    Example:
      contacts lists export --portal 1 > lists.yaml
    """


@lists.command("export")
@data_option
@portal_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_lists(portal: int, file: Path | None) -> None:
    """Write the lists of a portal as YAML to FILE, or to stdout.

    Lists are told by name, those that others name first. Members and pins are not told.

    \b
    Examples:
      contacts lists export > lists.yaml
      contacts lists export --portal 2 lists.yaml
    """
    with open_records(settings_in_force()) as database:
        require_portal(database, portal)
        with database.read() as session:
            text = write_file(stored.page_lists(session, portal, 0, None, None)[0])
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@lists.command("import")
@data_option
@portal_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path, portal: int) -> None:
    """Create the lists of a YAML file, and change those smart lists of a portal that have the same names.

    All lists of the file are taken or none. A list that is not in the file stays as it is, and so does a static list
    that is there already. Filters of a family that is not known are kept, and the list gets no members; its
    metaData.error says so. The running service fills the lists.

    \b
    Examples:
      contacts lists import lists.yaml
      contacts lists import lists.yaml --portal 2
    """
    with file.open("rb") as opened:
        entries = read_file(opened.read(MAX_BYTES + 1))
    with open_records(settings_in_force()) as database:
        require_portal(database, portal)
        outcome = database.transact(lambda session: import_lists(session, portal, entries))
    _tell(outcome)


def _tell(outcome: Outcome) -> None:
    for name, reason in outcome.inactive.items():
        click.echo(f"{name}: {reason}", err=True)
    counts = (("created", outcome.created), ("changed", outcome.changed), ("unchanged", outcome.unchanged))
    click.echo(", ".join(f"{len(names)} {result}" for result, names in counts))
