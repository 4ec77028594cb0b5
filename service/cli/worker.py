"""Runs the workers of the server set-up."""

import click

from indexer.jobs import RedisJobs, run_worker
from indexer.settings import SettingError, Settings
from service.cli.context import data_option, open_runtime, settings_in_force
from service.cli.pool import run_pool

MOST = 64


@click.command()
@data_option
@click.option(
    "-n",
    "--number",
    type=click.IntRange(1, MOST),
    default=1,
    show_default=True,
    help="Processes.",
)
def worker(number: int) -> None:
    """Do background work of the server set-up until told to stop (Ctrl-C, SIGTERM). Run as many as you like.

    The embedded set-up needs none: `contacts serve` does its own background work.

    \b
    Example:
      REDIS_URL=redis://127.0.0.1:6379/0 contacts worker -n 2
    """
    settings = settings_in_force()
    if settings.redis_url is None:
        remedy = "workers belong to the server set-up; on the embedded one `contacts serve` does the work"
        raise SettingError("REDIS_URL", None, remedy)
    if number == 1:
        work(settings)
    else:
        with open_runtime(settings):
            """Whatever would stop the start is told here, once, before there are processes."""
        run_pool(number, work, settings)


def work(settings: Settings) -> None:
    """Work in this process until told to stop."""
    with open_runtime(settings) as runtime:
        if isinstance(runtime.jobs, RedisJobs):
            run_worker(runtime, runtime.jobs)
