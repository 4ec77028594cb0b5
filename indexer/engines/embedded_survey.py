"""Counts contacts for the embedded engine: one pass over all stored documents, whatever the number of trees."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nsmallest

import orjson
from sqlalchemy import Connection

from indexer.engines.base import Question, Surveyed
from indexer.engines.embedded_tables import Tables
from queries import fields
from queries.fields import Document
from queries.moments import Moment
from queries.tally import Batch

BATCH = 200
"""Documents in memory at once."""


def survey(connection: Connection, tables: Tables, asked: Sequence[Question], at: Moment) -> list[Surveyed]:
    """Return for each tree how many contacts match it, exactly, and the first ones of them by bucket."""
    counts = [0] * len(asked)
    firsts: list[list[tuple[int, int]]] = [[] for _ in asked]
    with _without_collector():
        for documents in _batches(connection, tables):
            batch = Batch(documents, at)
            for place, each in enumerate(asked):
                answers = batch.answers(each.tree)
                counts[place] += answers.bit_count()
                if each.sample and answers:
                    firsts[place] = nsmallest(each.sample, [*firsts[place], *_order(batch.chosen(answers))])
    return [Surveyed(count, True, tuple(vid for _, vid in first)) for count, first in zip(counts, firsts, strict=True)]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the collector of cycles from searching millions of new objects that have none; it took half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _order(documents: Iterable[Document]) -> Iterator[tuple[int, int]]:
    return ((document[fields.BUCKET], document[fields.VID]) for document in documents)


def _batches(connection: Connection, tables: Tables) -> Iterator[list[Document]]:
    bodies = connection.exec_driver_sql(f"SELECT body FROM {tables.documents} WHERE body IS NOT NULL")
    while rows := bodies.fetchmany(BATCH):
        yield [orjson.loads(row[0]) for row in rows]
