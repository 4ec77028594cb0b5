"""Shows what background work there is, of all portals, and how far it has come."""

from collections.abc import Iterator, Sequence

import click
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

from indexer.jobs import RedisJobs
from indexer.settings import Settings
from records.portals import portal_ids
from records.progress import PortalState, Progress, read_portal
from service.cli.context import data_option, open_records, settings_in_force

WIDTH = 120
"""Columns where the output is no terminal."""

LATE_MS = 5_000
"""From when on it is told that the clock waits to be swept, which is looked at every second."""

States = dict[int, PortalState]


@click.command()
@data_option
def status() -> None:
    """Show what waits to be indexed, which lists, imports and indexes are under way and until when, and the queues.

    \b
    Example:
      contacts status
    """
    settings = settings_in_force()
    with open_records(settings) as database, database.read() as session:
        states = {portal: read_portal(session, portal) for portal in portal_ids(session)}
    columns = ("portal", "waiting", "oldest", "in work", "parked", "drift found", "repaired", "verified up to vid")
    _print("contacts", columns, [_contacts(portal, state) for portal, state in states.items()])
    _print("work", ("portal", "what", "done", "time left", "running", "trouble"), list(_works(states)))
    if settings.redis_url:
        _print("queues", ("kind", "jobs that wait"), _queues(settings))


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    console = Console()
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name)
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table if rows else f"{title}: none", width=None if console.is_terminal else WIDTH)


def _contacts(portal: int, state: PortalState) -> Sequence[object]:
    waiting, found = state.waiting, state.verification
    oldest = f"{waiting.oldest_ms / 1000:.1f} s"
    seen = found.cursor or ("all" if found.verified_at else "none yet")
    counts = (waiting.contacts, oldest, waiting.in_work, waiting.parked)
    return (portal, *counts, found.drift_found, found.drift_repaired, seen)


def _works(states: States) -> Iterator[Sequence[object]]:
    for portal, state in states.items():
        if state.rebuild is not None:
            yield (portal, "index", *_progress(state.rebuild), "")
        for work in state.lists:
            yield portal, f"list {work.row.list_id}, {work.row.state}", *_progress(work.progress), work.row.error
        for sent in state.imports:
            yield portal, f"import {sent.row.import_id}, {sent.row.name}", *_progress(sent.progress), ""
        if state.verification.cursor:
            yield (portal, "verification", *_progress(state.verifying), "")
        if state.clock_behind_ms >= LATE_MS:
            yield portal, "clock", "", "", "", f"{state.clock_behind_ms / 1000:.0f} s behind"


def _progress(progress: Progress) -> tuple[str, str, str]:
    left = "unknown" if progress.eta_ms is None else f"{progress.eta_ms / 1000:.0f} s"
    return f"{progress.share:.0%}", left, "yes" if progress.running else "no"


def _queues(settings: Settings) -> Sequence[Sequence[object]]:
    jobs = RedisJobs(str(settings.redis_url), settings.index_prefix)
    try:
        return list(jobs.depths().items())
    except RedisError as error:
        return [(f"Redis failed: {error}", "unknown")]
    finally:
        jobs.close()
