"""The baseline of imports: the same rows by COPY and the same documents by bulk, with nothing in between.

The rows are those that keep what a file says: contacts, their e-mails and their history.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import psycopg
from sqlalchemy import make_url

from bench.client import Client
from bench.service import Account, Service

TABLES = ("contact", "identity", "property_version")
ROUNDS = 3
SAMPLE = 20_000
BULK = 500
PAGE = 5_000
ALLOWED_SETTINGS = ("number_of_shards", "number_of_replicas", "refresh_interval", "sort")


def rates(service: Service, account: Account) -> list[float]:
    """Return contacts a second, round by round, of loading up to SAMPLE contacts of a portal once more."""
    settings = service.settings
    engine = service.engine_client()
    alias = f"{settings.index_prefix}-{account.portal_id}-contacts"
    documents = list(_documents(engine, alias))
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        last = documents[-1]["vid"]
        rows = {table: _rows(connection, table, account.portal_id, last) for table in TABLES}
        return [len(documents) / (_copy(connection, rows) + _bulk(engine, alias, documents)) for _ in range(ROUNDS)]


def _documents(engine: Client, alias: str) -> Iterator[dict[str, Any]]:
    after: int | None = 0
    while after is not None:
        asked = {"size": PAGE, "sort": [{"vid": "asc"}], "search_after": [after]}
        hits = engine.post(f"/{alias}/_search", asked)["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        after = hits[-1]["sort"][0] if len(hits) == PAGE and hits[-1]["sort"][0] < SAMPLE else None


def _rows(connection: psycopg.Connection[Any], table: str, portal_id: int, last: int) -> bytes:
    """Return a portal's rows up to a vid in the form of COPY."""
    asked = f"SELECT * FROM {table} WHERE portal_id = {portal_id} AND vid <= {last}"
    with connection.cursor().copy(f"COPY ({asked}) TO STDOUT") as copy:
        return b"".join(bytes(block) for block in copy)


def _copy(connection: psycopg.Connection[Any], rows: Mapping[str, bytes]) -> float:
    """Return the seconds that COPY and its commit take, into tables with the same indexes."""
    for table in rows:
        connection.execute(f"DROP TABLE IF EXISTS raw_{table}")
        connection.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
    connection.commit()
    start = time.perf_counter()
    for table, content in rows.items():
        with connection.cursor().copy(f"COPY raw_{table} FROM STDIN") as copy:
            copy.write(content)
    connection.commit()
    return time.perf_counter() - start


def _bulk(engine: Client, alias: str, documents: Sequence[dict[str, Any]]) -> float:
    """Return the seconds that bulks and one refresh take, into an index with the same mapping and settings."""
    name = f"{alias}-raw"
    [made] = engine.get(f"/{alias}").values()
    settings = {key: value for key, value in made["settings"]["index"].items() if key in ALLOWED_SETTINGS}
    engine.send("PUT", f"/{name}", orjson.dumps({"settings": settings, "mappings": made["mappings"]}))
    start = time.perf_counter()
    for first in range(0, len(documents), BULK):
        lines = [part for document in documents[first : first + BULK] for part in _lines(document)]
        engine.send("POST", f"/{name}/_bulk", b"\n".join(lines) + b"\n")
    engine.send("POST", f"/{name}/_refresh")
    seconds = time.perf_counter() - start
    engine.send("DELETE", f"/{name}")
    return seconds


def _lines(document: dict[str, Any]) -> tuple[bytes, bytes]:
    return orjson.dumps({"index": {"_id": str(document["vid"])}}), orjson.dumps(document)
