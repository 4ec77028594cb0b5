"""Makes portals and their API keys."""

import click

from queries.errors import UnknownZone
from queries.moments import zone_named
from records.keys import create_key
from records.portals import create_portal
from service.cli.context import data_option, open_records, portal_option, require_portal, settings_in_force
from service.cli.failures import WrongUse


@click.group()
@data_option
def portals() -> None:
    """Make portals: the accounts that contacts belong to.

    \b
    Example:
      contacts portals create --name "Acme"
    """


@portals.command("create")
@data_option
@click.option("--name", default="", help="A name to know the portal by.")
@click.option("--time-zone", default="UTC", show_default=True, help="The IANA zone in which its lists tell days.")
def create_one_portal(name: str, time_zone: str) -> None:
    """Make a portal and print its id, alone.

    \b
    Examples:
      contacts portals create --name "Acme"
      contacts portals create --name "Acme Berlin" --time-zone Europe/Berlin
    """
    try:
        zone = zone_named(time_zone, "--time-zone").key
    except UnknownZone as error:
        raise WrongUse(str(error)) from None
    with open_records(settings_in_force()) as database:
        click.echo(database.transact(lambda session: create_portal(session, name, zone)))


@click.group()
@data_option
def keys() -> None:
    """Make API keys.

    \b
    Example:
      contacts keys create --portal 1 --name "web site"
    """


@keys.command("create")
@data_option
@portal_option
@click.option("--name", default="", help="A name to know the key by.")
def create_one_key(portal: int, name: str) -> None:
    """Make an API key of a portal and print it, alone. It is stored as a digest and cannot be shown again.

    \b
    Example:
      KEY=$(contacts keys create --portal 1 --name "web site")
    """
    with open_records(settings_in_force()) as database:
        require_portal(database, portal)
        click.echo(database.transact(lambda session: create_key(session, portal, name)))
