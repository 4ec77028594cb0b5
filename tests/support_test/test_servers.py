"""The server fixtures give servers that are real, of the product asked for, and clean for each test."""

import os
import urllib.request

import orjson
import psycopg
import pytest
import redis
import sqlalchemy

from tests.support.postgres import PostgresServer
from tests.support.process import port_answers
from tests.support.redis import local_redis

EXPECTED_VERSIONS = {"opensearch": "3.4.", "elasticsearch7": "7.17."}


def call(method: str, url: str, body: object = None) -> dict[str, object]:
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        parsed: dict[str, object] = orjson.loads(answer.read())
    return parsed


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


def test_the_engine_is_the_product_asked_for(engine_url: str) -> None:
    version = call("GET", engine_url)["version"]
    assert isinstance(version, dict)
    assert version["number"].startswith(EXPECTED_VERSIONS.get(os.environ.get("CONTACTS_TEST_ENGINE", ""), ""))


def test_the_engine_percolates(engine_url: str) -> None:
    index = f"{engine_url}/support-test"
    properties = {"stage": {"type": "keyword"}, "query": {"type": "percolator"}}
    call("PUT", index, {"mappings": {"properties": properties}})
    try:
        call("PUT", f"{index}/_doc/1?refresh=true", {"query": {"term": {"stage": "lead"}}})
        percolate = {"field": "query", "document": {"stage": "lead"}}
        hits = call("POST", f"{index}/_search", {"query": {"percolate": percolate}})["hits"]
        assert isinstance(hits, dict)
        assert [hit["_id"] for hit in hits["hits"]] == ["1"]
    finally:
        call("DELETE", index)


@pytest.mark.parametrize("round", [1, 2])
def test_redis_is_empty_for_each_test(redis_url: str, round: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left-over", round)


@pytest.mark.parametrize("round", [1, 2])
def test_postgres_gives_each_test_a_database_of_its_own(postgres_url: str, round: int) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE left_over (round integer)"))
        assert connection.scalar(sqlalchemy.text("SHOW server_encoding")) == "UTF8"
    engine.dispose()


def test_a_postgres_template_is_prepared_once_and_copied(postgres_server: PostgresServer) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with connect(url) as connection:
            connection.execute("CREATE TABLE filled AS SELECT 7 AS number")

    for _ in range(2):
        template = postgres_server.template("support-test", prepare)
        with postgres_server.database(template) as url, connect(url) as connection:
            assert connection.execute("SELECT number FROM filled").fetchone() == (7,)
    assert len(prepared) == 1


def test_a_stopped_server_is_gone() -> None:
    with local_redis() as server:
        port = int(server.address.rpartition(":")[2].removesuffix("/0"))
        assert port_answers(port)
    assert not port_answers(port)
