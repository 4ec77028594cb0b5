"""Compares lists and index with the records at once, instead of slowly for ever."""

import time

import click

from indexer import verify
from indexer.runtime import Runtime
from records import verification
from records.models import Verification
from records.progress import read_portal
from service.cli.context import data_option, open_runtime, portal_option, require_portal, settings_in_force
from service.cli.failures import ServerFailed
from service.cli.output import progress_bar

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
"""How long repairs are waited for without any progress."""


@click.command("verify")
@data_option
@portal_option
def verify_portal(portal: int) -> None:
    """Compare every contact's lists and index document with the records now, and have what differs repaired.

    The same goes on slowly in the background for ever; `contacts status` shows what it found.

    \b
    Example:
      contacts verify --portal 2
    """
    with open_runtime(settings_in_force()) as runtime:
        require_portal(runtime.database, portal)
        before = runtime.database.transact(lambda session: verification.begin_now(session, portal))
        after = _compare(runtime, portal)
    found = after.drift_found - before.drift_found
    repaired = after.drift_repaired - before.drift_repaired
    click.echo(f"differences: {found} found, {repaired} repaired")


def _compare(runtime: Runtime, portal: int) -> Verification:
    """Work through a pass together with whoever else does; raises ServerFailed when nobody repairs."""
    idle = 0.0
    with progress_bar("comparing", 1) as bar:
        while True:
            with runtime.database.read() as session:
                state = read_portal(session, portal)
            bar.reach(state.verifying.done, state.verifying.total)
            if state.verification.verified_at is not None:
                return state.verification
            idle = 0.0 if verify.step(runtime, portal) else idle + POLL_SECONDS
            if idle:
                time.sleep(POLL_SECONDS)
            if idle > PATIENCE_SECONDS:
                raise ServerFailed("what differs is marked, and nobody repairs it; `contacts doctor` says why")
