"""Loads the made-up contacts and prints what to try first."""

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from indexer.demo import create_lists, load_people, made_up_people
from indexer.settings import Settings
from records import lists
from records.contacts import statistics
from records.keys import create_key, find_portal
from records.portals import create_portal, portal_ids
from records.session import Database
from service.cli.context import data_option, open_records, open_runtime, settings_in_force
from service.cli.failures import ServerFailed
from service.cli.output import progress_bar
from service.cli.settling import describe_rest, settle

ADDRESS = "http://127.0.0.1:8000"
KEY_FILE = "demo.key"
PORTAL = 1


@click.command()
@data_option
@click.option("--contacts", "count", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many.")
def demo(count: int) -> None:
    """Load made-up contacts, 100 of them with visitor tokens, and three smart lists; then print what to try.

    Only an empty portal 1 is filled: run again, this prints the same and changes nothing.

    \b
    Examples:
      contacts demo
      contacts demo --contacts 1000000
    """
    settings = settings_in_force()
    with open_records(settings) as database:
        is_empty = database.transact(_prepare)
        key = _new_key(settings, database) if is_empty else _kept_key(settings, database)
    left = _load(settings, count) if is_empty else 0
    _tell(key)
    if left:
        raise ServerFailed(describe_rest(left))


def _prepare(session: Session) -> bool:
    """Make portal 1, and its lists while it has no contacts, where they are missing; return whether it has none."""
    if PORTAL not in portal_ids(session):
        create_portal(session, "demo")
    is_empty = statistics(session, PORTAL)[0] == 0
    if is_empty and not lists.names(session, PORTAL):
        create_lists(session, PORTAL)
    return is_empty


def _load(settings: Settings, count: int) -> int:
    """Write the contacts and return how much of the indexing is left when nothing happens any more."""
    with open_runtime(settings) as runtime:
        with progress_bar("loading", count) as bar:
            load_people(runtime.database, PORTAL, count, bar.reach)
        return settle(runtime, PORTAL)


def _new_key(settings: Settings, database: Database) -> str:
    """Make an API key and keep it in the data folder, readable by its owner only."""
    key = database.transact(lambda session: create_key(session, PORTAL, "demo"))
    path = _key_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{key}\n")
    return key


def _kept_key(settings: Settings, database: Database) -> str | None:
    """Return the key that an earlier run kept, or None where there is none that still opens the portal."""
    path = _key_path(settings)
    key = path.read_text().strip() if path.exists() else ""
    with database.read() as session:
        return key if key and find_portal(session, key) == PORTAL else None


def _key_path(settings: Settings) -> Path:
    return settings.data / KEY_FILE


def _tell(key: str | None) -> None:
    [first] = made_up_people(1)
    shown = key or "$KEY"
    click.echo(f"page       {ADDRESS}/{f'#key={key}' if key else ''} (once `contacts serve` runs)")
    click.echo(f"portal id  {PORTAL}")
    click.echo(f"API key    {key or f'none is kept; make one: KEY=$(contacts keys create --portal {PORTAL})'}")
    click.echo("\ntry:")
    for path in (
        f"contact/email/{first['email']}/profile?hapikey={shown}",
        f"search/query?q=muller&count=3&hapikey={shown}",
        f"lists/1/contacts/all?count=3&hapikey={shown}",
    ):
        click.echo(f'  curl "{ADDRESS}/contacts/v1/{path}"')
