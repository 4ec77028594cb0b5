"""Servers of a test's own, which it may stop."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.engine import NodePair, node_pair
from tests.support.fixtures import enter
from tests.support.postgres import Cluster, local_postgres
from tests.support.redis import LocalRedis, local_redis


@pytest.fixture
def own_redis() -> Iterator[LocalRedis]:
    """A Redis that the test may stop."""
    with ExitStack() as stack:
        yield enter(stack, local_redis(), "Redis")


@pytest.fixture
def own_postgres() -> Iterator[Cluster]:
    """A PostgreSQL that the test may stop and that keeps what it has committed."""
    with ExitStack() as stack:
        yield enter(stack, local_postgres(settings=("fsync=off",)), "PostgreSQL")


@pytest.fixture
def engine_pair() -> Iterator[NodePair]:
    """Two nodes of one search engine, one of which the test may kill."""
    with ExitStack() as stack:
        yield enter(stack, node_pair(), "search engine")
