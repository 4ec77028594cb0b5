"""The pages about the service itself: health, metrics, the specification and its page."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import tasks
from indexer.runtime import Runtime
from indexer.settings import Settings
from service.app import create_app
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.unreachable import UnreachableEngine


def samples(visitor: FlaskClient, name: str) -> dict[str, float]:
    """Return labels -> value of a metric."""
    text = visitor.get("/metrics").get_data(as_text=True)
    found = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def test_the_process_says_that_it_lives(visitor: FlaskClient) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "ok"}


def test_the_service_says_that_it_is_ready(visitor: FlaskClient) -> None:
    answer = visitor.get("/readyz")
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["status"] == "ready" and body["parts"].keys() == {"database", "engine"}
    assert body["parts"]["database"] == "sqlite answers"


def test_what_is_down_is_said_in_words(runtime: Runtime) -> None:
    settings = Settings(data=runtime.settings.data, database_url="", redis_url="redis://127.0.0.1:1/0")
    lost = create_app(Runtime(settings, runtime.database, UnreachableEngine(), runtime.jobs))
    answer = lost.test_client().get("/readyz")
    assert answer.status_code == 503
    parts = answer.get_json()["parts"]
    assert (parts["database"], parts["engine"]) == ("sqlite answers", "down: connection refused")
    assert parts["redis"].startswith("down: Error")


def test_requests_are_counted_by_route_template(visitor: FlaskClient, client: ApiClient) -> None:
    route = "/contacts/v1/contact/vid/<id('vid'):vid>/profile"
    label = f'method="GET",route="{route}",status="404"'
    before = samples(visitor, "contacts_requests_total").get(label, 0)
    for vid in (7, 8):
        client.get(f"/contacts/v1/contact/vid/{vid}/profile", 404)
    assert samples(visitor, "contacts_requests_total")[label] == before + 2
    assert samples(visitor, "contacts_request_seconds_count")[f'method="GET",route="{route}"'] >= 2


def test_the_backlog_is_told_until_it_is_worked_off(
    visitor: FlaskClient, client: ApiClient, runtime: Runtime, clock: MovableClock
) -> None:
    assert samples(visitor, "contacts_dirty") == {"": 0}
    client.create(firstname="Ada")
    clock.advance(1_500)
    assert samples(visitor, "contacts_dirty") == {"": 1}
    assert samples(visitor, "contacts_dirty_oldest_seconds") == {"": 1.5}
    tasks.settle(runtime)
    assert samples(visitor, "contacts_dirty") == {"": 0}


def test_lists_that_must_be_tested_for_every_contact_are_counted(
    visitor: FlaskClient, client: ApiClient, runtime: Runtime
) -> None:
    leaf = {"kind": "value", "field": "city", "op": "eq", "value": "Rome"}
    body = {"name": "Elsewhere", "dynamic": True, "filterTree": {"op": "not", "of": [leaf]}}
    list_id = client.post("/contacts/v1/lists", body)["listId"]
    tasks.settle(runtime)
    assert samples(visitor, "contacts_unselective_lists") == {"": 1}
    client.post(f"/contacts/v1/lists/{list_id}", {"filterTree": leaf})
    tasks.settle(runtime)
    assert samples(visitor, "contacts_unselective_lists") == {"": 0}


def test_no_metric_tells_portals_or_lists(visitor: FlaskClient, client: ApiClient) -> None:
    client.create(firstname="Ada")
    labels = set(re.findall(r'[{,](\w+)="', visitor.get("/metrics").get_data(as_text=True)))
    assert labels <= {"method", "route", "status", "le", "generation", "state"}


def test_the_specification_describes_every_route(app: Flask, visitor: FlaskClient) -> None:
    specification = visitor.get("/openapi.json").get_json()
    assert specification["openapi"].startswith("3.")
    described = {
        (re.sub(r"{\w+}", "*", path), method)
        for path, operations in specification["paths"].items()
        for method in operations.keys() - {"parameters"}
    }
    served = {
        (re.sub(r"<[^>]+>", "*", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.partition(".")[0] not in ("health", "metrics", "docs", "api-docs", "page")
    }
    assert described == served and len(served) > 30


def test_the_specification_has_the_wire_names(visitor: FlaskClient) -> None:
    specification = visitor.get("/openapi.json").get_json()
    assert "canonical-vid" in specification["components"]["schemas"]["Contact"]["properties"]
    assert specification["components"]["securitySchemes"].keys() == {"hapikey", "token", "bearer"}
    listing = specification["paths"]["/contacts/v1/lists/all/contacts/all"]["get"]
    assert {"count", "vidOffset", "property"} <= {parameter["name"] for parameter in listing["parameters"]}


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_page_loads_nothing_from_elsewhere(visitor: FlaskClient, path: str) -> None:
    page = visitor.get(path)
    assert page.status_code == 200 and page.mimetype == "text/html"
    links = re.findall(r'(?:href|src)="([^"]+)"', page.get_data(as_text=True))
    assert len(links) == 4
    for link in links:
        assert link.startswith("/docs/")
        with visitor.get(link) as answer:
            assert answer.status_code == 200
    assert '"/openapi.json"' in visitor.get("/docs/start.js").get_data(as_text=True)


@pytest.mark.parametrize("name", ["nosuch.js", "..%2f..%2f__init__.py"])
def test_the_page_serves_no_other_files(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/docs/{name}").status_code == 404
