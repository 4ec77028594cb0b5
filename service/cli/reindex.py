"""Builds search indexes anew, from the command line (design rule 13)."""

import time
from collections.abc import Callable

import click

from indexer import rebuild
from indexer.runtime import Runtime
from records.engine_state import live_generation, portals_to_rebuild
from service.cli.context import data_option, open_runtime, portal_option, require_portal, settings_in_force
from service.cli.failures import ServerFailed, WrongUse
from service.cli.output import progress_bar

POLL_SECONDS = 0.1


@click.command()
@data_option
@portal_option
@click.option("--finish", is_flag=True, help="Remove the former index.")
@click.option("--roll-back", is_flag=True, help="Read the former index again.")
def reindex(portal: int, finish: bool, roll_back: bool) -> None:
    """Fill a new search index beside the live one, then turn readers over to it.

    Reads and writes go on meanwhile. The former index is kept up to date until --finish, so that --roll-back can turn
    readers back at once. An interrupted run goes on where it was left.

    \b
    Examples:
      contacts reindex
      contacts reindex --portal 2 --roll-back
      contacts reindex --portal 2 --finish
    """
    if finish and roll_back:
        raise click.UsageError("choose one of --finish and --roll-back")
    with open_runtime(settings_in_force(), any_engine=True) as runtime:
        require_portal(runtime.database, portal)
        if finish:
            _use_former(rebuild.finish, runtime, portal)
        elif roll_back:
            _use_former(rebuild.roll_back, runtime, portal)
        else:
            _rebuild(runtime, portal)
    click.echo("done")


def _use_former(change: Callable[[Runtime, int], bool], runtime: Runtime, portal: int) -> None:
    if not change(runtime, portal):
        raise WrongUse(f"portal {portal} has no former index that this version reads; `contacts reindex` makes one")


def _rebuild(runtime: Runtime, portal: int) -> None:
    """Ask for a new index and work on it together with whoever else does; raises EngineError, ServerFailed."""
    before = _live(runtime, portal)
    rebuild.request(runtime, portal)
    runtime.jobs.wake("rebuild", portal)
    with progress_bar("indexing", 1) as bar:
        while _is_under_way(runtime, portal):
            with runtime.database.read() as session:
                bar.reach(*rebuild.progress(session, portal))
            if not rebuild.step(runtime, portal):
                time.sleep(POLL_SECONDS)
    if _live(runtime, portal) == before:
        problem = "the new index was given up, the former one is read on"
        raise ServerFailed(f"{problem}; the log tells which contacts it refuses")


def _live(runtime: Runtime, portal: int) -> int | None:
    with runtime.database.read() as session:
        return live_generation(session, portal)


def _is_under_way(runtime: Runtime, portal: int) -> bool:
    with runtime.database.read() as session:
        return portal in portals_to_rebuild(session)
