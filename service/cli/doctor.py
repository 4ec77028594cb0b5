"""Shows what an operator must know first: settings, what answers, versions, lag, and what to do."""

import os
import platform
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

import click
import redis
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from indexer import redis_links
from indexer.errors import EngineError, WrongEngine
from indexer.rebuild import check_kind
from indexer.runtime import Runtime
from indexer.settings import VARIABLES, Settings
from records.backlog import read_backlog, unselective_lists
from records.list_work import most_smart_lists
from records.portals import portal_ids
from service.cli.context import data_option, open_runtime, settings_in_force
from service.cli.failures import ServerFailed

LAG_TO_MENTION_MS = 60_000
SLOW_LISTS_TO_MENTION = 100
PACKAGES = ("contacts", "flask", "gunicorn", "sqlalchemy", "elasticsearch", "rq")
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*@")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, what to do if it is not well, and whether it does not work at all."""

    name: str
    words: str
    remedy: str = ""
    failed: bool = False


@click.command()
@data_option
def doctor() -> None:
    """Show settings, what is reachable, versions, how far the index is behind, and what to do.

    Exits with 1 when something that is needed does not answer.

    \b
    Example:
      contacts doctor
    """
    settings = settings_in_force()
    _show("settings", list(_settings(settings)))
    _show("versions", list(_versions()))
    findings = list(_examine(settings))
    _show("state", findings)
    remedies = [finding for finding in findings if finding.remedy]
    _show("what to do", [Finding(item.name, item.remedy) for item in remedies] or [Finding("", "nothing")])
    failed = [finding.name for finding in findings if finding.failed]
    if failed:
        raise ServerFailed(f"not working: {', '.join(failed)}")


def hide_password(url: str) -> str:
    """Return an address with *** in the place of its password."""
    return _PASSWORD.sub(r"\1***@", url)


def _show(title: str, findings: list[Finding]) -> None:
    click.echo(title)
    for finding in findings:
        click.echo(f"  {finding.name:<24}{finding.words}".rstrip())


def _settings(settings: Settings) -> Iterator[Finding]:
    in_force = {"CONTACTS_DATA": str(settings.data), "CONTACTS_DATABASE_URL": settings.database_url}
    for name, meaning in VARIABLES.items():
        value = in_force.get(name) or os.environ.get(name, "").strip()
        yield Finding(name, f"{hide_password(value) or 'not set'}  ({meaning})")


def _versions() -> Iterator[Finding]:
    yield Finding("python", platform.python_version())
    yield Finding("sqlite", sqlite3.sqlite_version)
    for package in PACKAGES:
        yield Finding(package, metadata.version(package))


def _examine(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url:
        yield _redis(settings.redis_url)
    try:
        with open_runtime(settings, any_engine=True) as runtime:
            yield _database(runtime)
            yield _engine(runtime)
            yield _lists(runtime)
            with runtime.database.read() as session:
                yield from _records(session)
    except DBAPIError as error:
        yield Finding(
            "database", f"down: {_first_line(error.orig)}", "start it, or correct CONTACTS_DATABASE_URL", True
        )


def _redis(url: str) -> Finding:
    try:
        with redis_links.connect(url) as connection:
            return Finding("redis", f"answers, version {connection.info('server')['redis_version']}")
    except redis.RedisError as error:
        return Finding("redis", f"down: {_first_line(error)}", "start it, or correct REDIS_URL", True)


def _database(runtime: Runtime) -> Finding:
    with runtime.database.read() as session:
        dialect = session.get_bind().dialect
        version = dialect.server_version_info or ()
    return Finding("database", f"answers, {dialect.name} {'.'.join(map(str, version))}")


def _engine(runtime: Runtime) -> Finding:
    try:
        words = runtime.engine.describe()
        check_kind(runtime)
    except WrongEngine as error:
        return Finding("search engine", words, str(error), True)
    except EngineError as error:
        return Finding("search engine", f"down: {_first_line(error)}", "start it, or correct ELASTICSEARCH_URL", True)
    return Finding("search engine", f"answers, {words}")


def _lists(runtime: Runtime) -> Finding:
    limit = runtime.engine.most_lists
    with runtime.database.read() as session:
        most = most_smart_lists(session)
    words = f"{most:,} in one portal at most; this set-up is made for {limit:,}"
    return Finding("smart lists", words, "delete lists, or move to the server set-up" if most > limit else "")


def _records(session: Session) -> Iterator[Finding]:
    portals = portal_ids(session)
    yield Finding("portals", ", ".join(map(str, portals)) or "none yet: `contacts portals create` makes one")
    backlog = read_backlog(session)
    late = backlog.oldest_ms > LAG_TO_MENTION_MS
    remedy = "if it does not shrink, start `contacts serve` (embedded) or `contacts worker` (server)" if late else ""
    yield _slow_lists(unselective_lists(session))
    yield Finding("lag", f"{backlog.contacts} contacts wait, the oldest for {backlog.oldest_ms / 1000:.1f} s", remedy)


def _slow_lists(unselective: int) -> Finding:
    if unselective <= SLOW_LISTS_TO_MENTION:
        return Finding("slow lists", f"{unselective} must be tested for every contact")
    remedy = "have their criteria ask for a value besides what is unknown, denied or bound to the clock"
    return Finding("slow lists", f"{unselective} must be tested for every contact", remedy)


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
