"""Runs the service as users do: the command `contacts serve`, on the server set-up a worker, and real servers below.

Everything that a run makes has names of its own and is removed at its end: the data folder, the database, the indexes
and the keys in Redis.
"""

import json
import os
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from bench.client import Client
from bench.machine import describe_servers
from indexer.settings import VARIABLES, Settings, read_settings
from records.engine_state import find_state
from records.session import Database
from service.app import create_runtime
from tests.support.docker import docker_answers
from tests.support.engine import engine_server, local_node
from tests.support.postgres import postgres_server
from tests.support.process import Server, free_port, work_folder
from tests.support.records import add_portal
from tests.support.redis import redis_server
from tests.support.wait import wait_until

EMBEDDED = "embedded"
SERVER = "server"
SETUPS = (EMBEDDED, SERVER)
START_SECONDS = 60.0
NO_LIMIT = 999_999_999
"""Submissions in ten seconds that one address may send: one machine stands for all visitors."""
CONTACTS = (sys.executable, "-c", "from service.cli import main; main()")
"""The command `contacts`, also where it is not installed."""

JAVA_FLAGS = ("-Xms2g", "-Xmx2g")
"""The engine's heap; unlike in tests, all its compilers are on."""


@dataclass(frozen=True, slots=True)
class Account:
    """A portal and a key of it."""

    portal_id: int
    key: str


@dataclass
class Service:
    """A service whose processes can be stopped and started again; `servers` maps a process's name to it."""

    setup: str
    folder: Path
    environment: Mapping[str, str]
    engine: str
    port: int = field(default_factory=free_port)
    servers: dict[str, Server] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        """The settings that its processes run with."""
        return read_settings(self.environment)

    def client(self, account: Account) -> Client:
        """Return a new connection with the account's key; it ends with the service."""
        self.clients.append(Client(self.address, account.key))
        return self.clients[-1]

    def engine_client(self) -> Client:
        """Return a new connection to the search engine of the server set-up; it ends with the service."""
        self.clients.append(Client(str(self.settings.elasticsearch_url)))
        return self.clients[-1]

    def start(self) -> None:
        """Start its processes and wait until everything that it needs answers."""
        self.servers["server"] = self.run("server", *CONTACTS, "serve", "--port", str(self.port))
        self.servers["server"].wait_ready(lambda: answers(f"{self.address}/readyz"), START_SECONDS)
        if self.setup == SERVER:
            self.servers["worker"] = self.run("worker", *CONTACTS, "worker")

    def stop(self) -> None:
        """Stop its processes and end all connections; the data stays, and connections open again when used."""
        for client in self.clients:
            client.close()
        for server in self.servers.values():
            server.stop()
        self.servers.clear()

    def run(self, name: str, *command: str) -> Server:
        """Start a process with the service's settings and no others of ours."""
        foreign = [part for variable in VARIABLES for part in ("-u", variable)]
        given = [f"{variable}={value}" for variable, value in self.environment.items()]
        return Server(name, ["env", *foreign, *given, *command], self.folder / f"{name}.log")

    def new_account(self, name: str) -> Account:
        """Make a portal with a key and wait until it has an index."""
        with self.records() as database:
            account = Account(*add_portal(database, name))
            wait_until(lambda: _has_index(database, account.portal_id), START_SECONDS, "the portal has an index")
        return account

    @contextmanager
    def records(self) -> Iterator[Database]:
        """Open the service's records beside it."""
        database = Database(self.settings.database_url)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def running_service(setup: str) -> Iterator[Service]:
    """Run the service on one of SETUPS; raises tests.support.process.Unavailable where a server is not to be had."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(work_folder("bench")))
        environment = {
            "CONTACTS_DATA": str(folder),
            "CONTACTS_RATE_FORMS": str(NO_LIMIT),
            "CONTACTS_WEBHOOK_ALLOW": "127.0.0.1",
        }
        if setup == SERVER:
            environment |= stack.enter_context(_servers())
        service = Service(setup, folder, environment, _describe_engine(environment))
        stack.callback(service.stop)
        service.start()
        yield service


def server_versions(service: Service) -> dict[str, str]:
    """Return the versions of the servers that a service uses, none for the embedded one."""
    settings = service.settings
    if settings.redis_url is None:
        return {}
    return describe_servers(settings.database_url, settings.redis_url, service.engine)


def answers(url: str) -> bool:
    """Say whether a GET of this URL answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def command_failed(server: Server) -> str:
    """Return the last words of a process's log."""
    return server.log.read_text(errors="replace")[-2000:]


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    prefix = f"bench-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        redis_url = stack.enter_context(redis_server())
        engine_url = stack.enter_context(_engine())
        stack.callback(_remove_indices, engine_url, prefix)
        stack.callback(_remove_keys, redis_url, prefix)
        yield {
            "CONTACTS_DATABASE_URL": stack.enter_context(postgres.database()),
            "ELASTICSEARCH_URL": engine_url,
            "REDIS_URL": redis_url,
            "CONTACTS_INDEX_PREFIX": prefix,
        }


@contextmanager
def _engine() -> Iterator[str]:
    given = os.environ.get("ELASTICSEARCH_URL") is not None or docker_answers()
    with engine_server() if given else local_node("opensearch", JAVA_FLAGS) as address:
        yield address


def _describe_engine(environment: Mapping[str, str]) -> str:
    runtime = create_runtime(read_settings(environment))
    try:
        return runtime.engine.describe()
    finally:
        runtime.jobs.close()
        runtime.engine.close()
        runtime.database.close()


def _has_index(database: Database, portal_id: int) -> bool:
    with database.read() as session:
        state = find_state(session, portal_id)
    return state is not None and state.live is not None


def _remove_indices(engine_url: str, prefix: str) -> None:
    with urllib.request.urlopen(f"{engine_url}/_cat/indices/{prefix}*?format=json&h=index") as answer:
        names: Sequence[str] = [row["index"] for row in json.load(answer)]
    for name in names:
        urllib.request.urlopen(urllib.request.Request(f"{engine_url}/{name}", method="DELETE")).close()


def _remove_keys(redis_url: str, prefix: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter(match=f"*{prefix}*"):
            client.delete(key)
