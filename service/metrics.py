"""What operators watch, as Prometheus reads it: requests by route, and how far the index is behind.

Routes are told by their templates, and nothing is told by portal or list: labels must stay few.
"""

from contextlib import ExitStack
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from records.backlog import read_backlog, unselective_lists
from records.freshness import totals
from records.verification import drift
from service.transactions import read

EXTENSION = "contacts-metrics"
NO_ROUTE = "(none)"

blueprint = Blueprint("metrics", __name__)


class Metrics:
    """The instruments of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        answered, took = "Answers by method, route and status", "Time to answer by method and route"
        self.requests = Counter("contacts_requests", answered, ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram("contacts_request_seconds", took, ["method", "route"], registry=self.registry)
        self.dirty = Gauge("contacts_dirty", "Contacts whose index is not up to date", registry=self.registry)
        self.unselective = Gauge(
            "contacts_unselective_lists",
            "Smart lists whose stored query must be tested for every contact",
            registry=self.registry,
        )
        self.age = Gauge(
            "contacts_dirty_oldest_seconds", "How long the oldest of them has waited", registry=self.registry
        )
        self.parked = Gauge(
            "contacts_parked", "Contacts whose documents the search engine refuses", registry=self.registry
        )
        differences = "Differences between records, lists and index: found by verification, and repaired since"
        self.drift = Gauge("contacts_drift", differences, ["state"], registry=self.registry)
        self.totals = {
            name: Gauge(f"contacts_{name}", told, registry=self.registry)
            for name, told in (
                ("lists_unfinished", "Lists that are being filled, re-evaluated or deleted"),
                ("webhook_messages_waiting", "Webhook messages that have not been taken yet"),
            )
        }


def install_metrics(app: Flask) -> None:
    """Measure every request of the application and serve the figures at /metrics."""
    app.extensions[EXTENSION] = Metrics()
    app.before_request(_start)
    app.after_request(_count)
    app.teardown_request(_stop)
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Answer the figures in Prometheus' text format."""
    metrics = _metrics()
    backlog = read_backlog(read())
    metrics.dirty.set(backlog.contacts)
    metrics.age.set(backlog.oldest_ms / 1000)
    metrics.parked.set(backlog.parked)
    for state, count in zip(("found", "repaired"), drift(read()), strict=True):
        metrics.drift.labels(state).set(count)
    found = totals(read())
    for gauge, figure in zip(metrics.totals.values(), (found.unfinished, found.messages), strict=True):
        gauge.set(figure)
    metrics.unselective.set(unselective_lists(read()))
    return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.timer = ExitStack()
    g.timer.enter_context(_metrics().seconds.labels(request.method, _route()).time())


def _count(response: Response) -> Response:
    _metrics().requests.labels(request.method, _route(), response.status_code).inc()
    return response


def _stop(_error: BaseException | None) -> None:
    timer: Any = g.pop("timer", None)
    if timer is not None:
        timer.close()


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else NO_ROUTE


def _metrics() -> Metrics:
    metrics: Metrics = current_app.extensions[EXTENSION]
    return metrics
