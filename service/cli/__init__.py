"""The command `contacts`: one module for each family of commands, one table of failures and their exit codes."""

import click

from service.cli.context import data_option
from service.cli.demo import demo
from service.cli.doctor import doctor
from service.cli.failures import Commands
from service.cli.imports import import_file
from service.cli.lists import lists
from service.cli.portals import keys, portals
from service.cli.reindex import reindex
from service.cli.serve import serve
from service.cli.status import status
from service.cli.tail import tail
from service.cli.verify import verify_portal
from service.cli.worker import worker


@click.group(cls=Commands)
@data_option
@click.version_option(package_name="contacts", prog_name="contacts")
def main() -> None:
    """Run and look after a contact service.

    Settings come from options, then from the environment; `contacts doctor` shows them.

    \b
    Exit codes:
      0  all went well
      1  a server that is needed (database, search engine, Redis) failed
      2  a wrong option, setting or file
      3  some rows of an import failed

    \b
    Examples:
      contacts demo --contacts 10000
      contacts serve
      contacts import people.csv
    """


for _command in (
    serve,
    demo,
    worker,
    portals,
    keys,
    import_file,
    lists,
    reindex,
    verify_portal,
    status,
    tail,
    doctor,
):
    main.add_command(_command)
