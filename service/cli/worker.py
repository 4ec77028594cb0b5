"""Runs a worker of the server set-up."""

import click

from indexer.jobs import RedisJobs, run_worker
from indexer.settings import SettingError
from service.cli.context import data_option, open_runtime, settings_in_force


@click.command()
@data_option
def worker() -> None:
    """Do background work of the server set-up until told to stop (Ctrl-C, SIGTERM). Run as many as you like.

    The embedded set-up needs none: `contacts serve` does its own background work.

    \b
    Example:
      REDIS_URL=redis://127.0.0.1:6379/0 contacts worker
    """
    settings = settings_in_force()
    if settings.redis_url is None:
        remedy = "workers belong to the server set-up; on the embedded one `contacts serve` does the work"
        raise SettingError("REDIS_URL", None, remedy)
    with open_runtime(settings) as runtime:
        if isinstance(runtime.jobs, RedisJobs):
            run_worker(runtime, runtime.jobs)
