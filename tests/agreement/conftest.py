"""Judges for tests: the embedded engine and the search engine of the test run."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.embedded import EmbeddedEngine
from records.session import Database
from tests.agreement.judges import ElasticJudge, EmbeddedJudge, Judge


@pytest.fixture(
    params=[
        pytest.param("embedded_judge", id="embedded"),
        pytest.param("elastic_judge", id="elastic", marks=pytest.mark.engine),
    ]
)
def judge(request: pytest.FixtureRequest) -> Judge:
    """A judge of each kind in turn."""
    made: Judge = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def embedded_judge(tmp_path: Path) -> Iterator[EmbeddedJudge]:
    """The embedded engine in a file of its own."""
    database = Database(f"sqlite:///{tmp_path / 'contacts.sqlite3'}")
    yield EmbeddedJudge(EmbeddedEngine(database))
    database.close()


@pytest.fixture
def elastic_judge(engine_url: str) -> Iterator[ElasticJudge]:
    """The test run's search engine, under index names of this test's own."""
    judge = ElasticJudge(engine_url, f"test-{secrets.token_hex(4)}")
    yield judge
    judge.close()
