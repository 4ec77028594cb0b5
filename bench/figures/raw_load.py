"""The baseline of imports and rebuilds: the same rows by COPY and the same documents by bulk, with nothing in between.

The rows are those that keep what a file says: contacts, their e-mails and their history.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

Documents = Sequence[dict[str, Any]]


def rates(service: Service, account: Account) -> list[float]:
    """Return contacts a second, round by round, of loading up to SAMPLE contacts of a portal once more."""
    settings = service.settings
    engine, alias = service.engine_client(), _alias(service, account)
    documents = [document for page in _pages(engine, alias, SAMPLE) for document in page]
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        last = documents[-1]["vid"]
        rows = {table: _rows(connection, table, account.portal_id, last) for table in TABLES}
        return [len(documents) / (_copy(connection, rows) + _bulk(engine, alias, [documents])) for _ in range(ROUNDS)]


def seconds(service: Service, account: Account) -> float:
    """Return the seconds that bulks of all documents of a portal and one refresh take."""
    engine, alias = service.engine_client(), _alias(service, account)
    return _bulk(engine, alias, _pages(engine, alias))


def _alias(service: Service, account: Account) -> str:
    return f"{service.settings.index_prefix}-{account.portal_id}-contacts"


def _pages(engine: Client, alias: str, most: int | None = None) -> Iterator[Documents]:
    """Yield the documents of an index by vid, PAGE at a time, until there are `most` or none are left."""
    engine.send("POST", f"/{alias}/_refresh")
    found, after = PAGE, 0
    total = 0
    while found == PAGE and (most is None or total < most):
        asked = {"size": PAGE, "sort": [{"vid": "asc"}], "search_after": [after]}
        hits = engine.post(f"/{alias}/_search", asked)["hits"]["hits"]
        found, total = len(hits), total + len(hits)
        if hits:
            after = hits[-1]["sort"][0]
            yield [hit["_source"] for hit in hits]


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


def _bulk(engine: Client, alias: str, pages: Iterable[Documents]) -> float:
    """Return the seconds that bulks and one refresh take, into an index with the same mapping and settings."""
    name = f"{alias}-raw"
    [made] = engine.get(f"/{alias}").values()
    settings = {key: value for key, value in made["settings"]["index"].items() if key in ALLOWED_SETTINGS}
    engine.send("PUT", f"/{name}", orjson.dumps({"settings": settings, "mappings": made["mappings"]}))
    seconds = 0.0
    for documents in pages:
        start = time.perf_counter()
        for first in range(0, len(documents), BULK):
            lines = [part for document in documents[first : first + BULK] for part in _lines(document)]
            engine.send("POST", f"/{name}/_bulk", b"\n".join(lines) + b"\n")
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    engine.send("POST", f"/{name}/_refresh")
    seconds += time.perf_counter() - start
    engine.send("DELETE", f"/{name}")
    return seconds


def _lines(document: dict[str, Any]) -> tuple[bytes, bytes]:
    return orjson.dumps({"index": {"_id": str(document["vid"])}}), orjson.dumps(document)
