"""What commands share: the option --data, the settings, and the opened records or running whole."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from sqlalchemy import make_url

from indexer.rebuild import check_kind
from indexer.runtime import Runtime
from indexer.settings import SettingError, Settings, read_settings
from records import migrations
from records.portals import portal_ids
from records.session import Database
from service.app import create_runtime

_DATA = "service.cli.data"

Command = TypeVar("Command", bound=Callable[..., Any])


def data_option(command: Command) -> Command:
    """Give a command the option --data, which may stand before or after the name of a sub-command."""
    option = click.option(
        "--data",
        metavar="DIR",
        expose_value=False,
        callback=_remember,
        help="Folder of the embedded database.  [env: CONTACTS_DATA; default: .data]",
    )
    return option(command)


def portal_option(command: Command) -> Command:
    """Give a command the option --portal."""
    return click.option("--portal", type=click.IntRange(min=1), default=1, show_default=True, help="Portal id.")(
        command
    )


def settings_in_force() -> Settings:
    """Return the settings of the running command; raises SettingError."""
    return read_settings(os.environ, click.get_current_context().meta.get(_DATA))


@contextmanager
def open_records(settings: Settings) -> Iterator[Database]:
    """Yield the records with their tables up to date, without an engine or background work."""
    make_data_folder(settings)
    database = Database(settings.database_url)
    try:
        migrations.upgrade(database)
        yield database
    finally:
        database.close()


@contextmanager
def open_runtime(settings: Settings, any_engine: bool = False) -> Iterator[Runtime]:
    """Yield a running whole and stop it afterwards.

    Raises WrongEngine where an index was made by another kind of engine, unless `any_engine`; and what servers raise.
    """
    make_data_folder(settings)
    runtime = create_runtime(settings)
    try:
        if not any_engine:
            check_kind(runtime)
        yield runtime
    finally:
        runtime.jobs.close()
        runtime.engine.close()
        runtime.database.close()


def make_data_folder(settings: Settings) -> None:
    """Create the folder of a database that is a file; raises SettingError where that cannot be."""
    path = make_url(settings.database_url).database
    if settings.database_url.startswith("sqlite") and path:
        folder = os.path.dirname(path) or "."
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise SettingError("CONTACTS_DATA", folder, f"{error.strerror}; name a folder that can be made") from None


def require_portal(database: Database, portal_id: int) -> None:
    """Raise click.BadParameter unless the portal exists."""
    with database.read() as session:
        known = portal_ids(session)
    if portal_id not in known:
        there = ", ".join(map(str, known)) or "none yet"
        remedy = f"portals are: {there}; `contacts portals create` makes one"
        raise click.BadParameter(f"portal {portal_id} does not exist ({remedy})", param_hint="--portal")


def _remember(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_DATA] = value
