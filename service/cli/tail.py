"""Shows in a terminal who joins and leaves a list, as it happens."""

import time
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.text import Text
from sqlalchemy.orm import Session

from records import feed_reading, lists
from records.contacts import find_contacts
from records.errors import FeedGone, FeedOutOfRange
from records.feed_reading import Wanted
from records.models import FeedEvent
from records.session import Database
from service.cli.context import data_option, open_records, portal_option, require_portal, settings_in_force

LOOK_SECONDS = 0.2
BATCH = 200
STYLES = {"JOIN": "green", "LEAVE": "red"}
NAMES = ("firstname", "lastname", "email")


@click.command()
@data_option
@portal_option
@click.option("--after", type=click.IntRange(min=0), help="Begin after this number of the feed.  [default: now]")
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many joins and leaves.")
@click.argument("list_id", metavar="LIST", type=click.IntRange(min=1))
def tail(portal: int, after: int | None, count: int | None, list_id: int) -> None:
    """Show who joins and leaves the list LIST (its id), and why, until told to stop (Ctrl-C).

    \b
    Examples:
      contacts tail 7
      contacts tail 7 --after 0 --count 20
    """
    with open_records(settings_in_force()) as database:
        require_portal(database, portal)
        begin = _begin(database, portal, list_id, after)
        try:
            _follow(database, portal, Wanted(list_id), begin, count)
        except KeyboardInterrupt:
            """That is how it ends."""


def _begin(database: Database, portal: int, list_id: int, after: int | None) -> int:
    """Return the number to begin after; raises click.BadParameter for a list or a number that is not there."""
    with database.read() as session:
        if lists.find_list(session, portal, list_id) is None:
            raise click.BadParameter(f"portal {portal} has no list {list_id}", param_hint="LIST")
        last = feed_reading.bounds(session, portal)[1]
        try:
            feed_reading.check_number(session, portal, last if after is None else after)
        except (FeedGone, FeedOutOfRange) as error:
            raise click.BadParameter(str(error), param_hint="--after") from None
    return last if after is None else after


def _follow(database: Database, portal: int, wanted: Wanted, after: int, count: int | None) -> None:
    console = Console()
    left = count
    while left is None or left > 0:
        with database.read() as session:
            rows = feed_reading.rows_after(session, portal, wanted, after, min(BATCH, left or BATCH))
            for row in rows:
                console.print(_line(session, row), soft_wrap=True)
        if rows:
            after = rows[-1].seq
            left = None if left is None else left - len(rows)
        else:
            time.sleep(LOOK_SECONDS)


def _line(session: Session, row: FeedEvent) -> Text:
    moment = datetime.fromtimestamp(row.occurred_at / 1000, UTC).astimezone()
    line = Text.from_markup(f"[dim]{moment:%Y-%m-%d %H:%M:%S}[/] {row.seq:>8} ")
    line.append(f"{row.type:<5} ", STYLES[row.type])
    line.append(_printable(f"{row.vid} {_name(session, row)} "), "bold")
    line.append(_printable(_why(row)), "dim")
    return line


def _name(session: Session, row: FeedEvent) -> str:
    found = find_contacts(session, row.portal_id, [row.vid]).get(row.vid)
    values = found.properties if found is not None else {}
    return " ".join(filter(None, (values.get(name, "") for name in NAMES))) or "(gone or nameless)"


def _why(row: FeedEvent) -> str:
    changes = row.reason.get("changes", [])
    told = ", ".join(f"{item['property']}: {item['old'] or '–'} → {item['new'] or '–'}" for item in changes)
    return f"{row.reason['kind']} {told}".strip()


def _printable(text: str) -> str:
    """Return a text without what could command the terminal: anybody may have written the values."""
    return "".join(character if character.isprintable() else "·" for character in text)
