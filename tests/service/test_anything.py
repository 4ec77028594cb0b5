"""Every described route takes whatever its description allows, and much that it does not, without failing.

schemathesis makes the requests out of /openapi.json: boundaries of each parameter, wrong types, missing parts.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from indexer import tasks
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Runtime
from indexer.settings import Settings
from service.app import create_app
from service.streaming import EXTENSION
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient, as_body
from tests.support.records import add_portal, create_database

EXAMPLES = 6
"""Requests to a route; `schemathesis run` with an address sends as many as one likes."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """A client of a portal that has a contact, a list and a form."""
    folder = tmp_path_factory.mktemp("anything")
    database = create_database(folder)
    runtime = Runtime(Settings(folder, database.url), database, EmbeddedEngine(database), RecordingJobs())
    portal_id, key = add_portal(database)
    app = create_app(runtime)
    app.extensions[EXTENSION].closed = True  # streams end at once
    client = ApiClient(app.test_client(), key, portal_id)
    client.post("/contacts/v1/contact", as_body({"email": "ada@x.example", "firstname": "Ada"}))
    client.post("/contacts/v1/lists", {"name": "Friends", "dynamic": False})
    client.post("/forms/v2/forms", {"name": "Demo"})
    tasks.settle(runtime)
    yield client
    database.close()


def test_no_request_makes_a_route_fail(client: ApiClient) -> None:
    description = schemathesis.openapi.from_wsgi("/openapi.json", client.client.application)
    operations = [found.ok() for found in description.get_all_operations() if isinstance(found, Ok)]
    answers = [answer for operation in operations for answer in tried(operation, client)]
    assert len(operations) == len(list(description.get_all_operations())) > 100
    assert {status for status, _ in answers} >= {200, 400, 404}
    assert [answer for answer in answers if answer[0] >= 500] == []


def tried(operation: Any, client: ApiClient) -> list[tuple[int, str]]:
    """Send requests to an operation, and return the status of each answer with the command that asks for it again."""
    answers: list[tuple[int, str]] = []
    allowed, forbidden = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=allowed | forbidden)
    def send(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {client.key}"})
        answers.append((answer.status_code, case.as_curl_command()))

    send()
    return answers
