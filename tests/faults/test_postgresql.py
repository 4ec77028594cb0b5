"""A PostgreSQL that is really restarted, in order and after a crash: what was accepted is there, and all goes on."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Response

from indexer.runtime import Runtime
from indexer.settings import Settings
from records.session import Database
from service.app import create_app
from tests.faults.checks import PATIENCE_SECONDS, check_all, cut_connections, let_write, prepare, writing
from tests.faults.installation import Installation, is_settled, server_settings
from tests.faults.stream import Client
from tests.indexing.world import NoJobs
from tests.support.api import ApiClient
from tests.support.postgres import Cluster, PostgresServer
from tests.support.unreachable import UnreachableEngine
from tests.support.wait import wait_until

RESTARTS = (Cluster.stop, Cluster.crash, Cluster.stop)
WRITES = 60


@pytest.mark.usefixtures("engine_url")
def test_restarts_of_postgresql_refuse_writes_in_words_and_lose_none_that_was_accepted(
    tmp_path: Path, engine_url: str, redis_url: str, own_postgres: Cluster
) -> None:
    with PostgresServer(own_postgres.address).database() as url:
        environment = server_settings(url, engine_url, redis_url)
        key = prepare(url)
        installation = Installation(environment, tmp_path, workers=2)
        with writing(installation.url, key) as clients:
            for end in RESTARTS:
                let_write(clients, WRITES)
                end(own_postgres)
                refuse_one(clients)
                assert not installation.is_ready()
                own_postgres.start()
            let_write(clients, WRITES)
        assert [client.unanswered for client in clients] == [[]] * len(clients)
        wait_until(lambda: is_settled(installation.url, key), PATIENCE_SECONDS, "the workers catch up by themselves")
        assert installation.is_ready() and all(process.goes_on for process in installation.processes)
        installation.stop()
        check_all(environment, key, clients)


def refuse_one(clients: Sequence[Client]) -> None:
    """Wait until one more write has been refused."""
    before = sum(len(client.refusals) for client in clients)
    wait_until(lambda: sum(len(client.refusals) for client in clients) > before, PATIENCE_SECONDS, "a refusal")


def test_a_write_that_was_accepted_says_so_though_the_connection_of_its_reads_is_lost(postgres_url: str) -> None:
    key = prepare(postgres_url)
    database = Database(postgres_url)
    app = create_app(Runtime(Settings(Path(), postgres_url), database, UnreachableEngine(), NoJobs()))

    def cut(response: Response) -> Response:
        cut_connections(postgres_url)
        return response

    app.after_request(cut)
    api = ApiClient(app.test_client(), key, 1)
    assert api.value(api.create(firstname="Ada"), "firstname") == "Ada"
    database.close()
