"""Wires a process: settings become a running whole here, and nowhere else is it asked which set-up runs."""

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from indexer.runtime import Runtime
from indexer.settings import Settings
from records import migrations
from records.clock import Clock
from records.session import Database
from service import (
    account,
    alerts,
    batches,
    contacts,
    docs,
    form_submissions,
    form_submits,
    form_uploads,
    forms,
    health,
    imports,
    lead_callbacks,
    lead_director,
    leads,
    listings,
    lists,
    members,
    merging,
    page,
    pins,
    pipeline,
    previews,
    properties,
    search,
    statistics,
    streaming,
    streams,
    subscriptions,
)
from service.bodies import MAX_BODY
from service.converters import IdConverter, register_converters
from service.definitions import install_definitions
from service.errors import answer_http_error, register_error_handlers
from service.limits import install_limits
from service.logs import configure_logs
from service.metrics import install_metrics
from service.paths import TolerantPaths
from service.transactions import EXTENSION, end_snapshot

BLUEPRINTS: tuple[Blueprint, ...] = (
    contacts.blueprint,
    batches.blueprint,
    listings.blueprint,
    search.blueprint,
    merging.blueprint,
    statistics.blueprint,
    account.blueprint,
    properties.blueprint,
    forms.blueprint,
    form_submissions.blueprint,
    form_uploads.visitors,
    form_uploads.trusted,
    form_submits.visitors,
    form_submits.trusted,
    lead_director.blueprint,
    lists.blueprint,
    previews.blueprint,
    members.blueprint,
    pins.blueprint,
    alerts.blueprint,
    imports.blueprint,
    leads.blueprint,
    lead_callbacks.blueprint,
    pipeline.blueprint,
    streams.blueprint,
    subscriptions.blueprint,
)

CONFIG = {
    "API_TITLE": "Contacts API",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "MAX_CONTENT_LENGTH": MAX_BODY,
    "API_SPEC_OPTIONS": {"security": [{"hapikey": []}, {"token": []}, {"bearer": []}]},
}
SECURITY = {
    "hapikey": {"type": "apiKey", "in": "query", "name": "hapikey"},
    "token": {"type": "apiKey", "in": "query", "name": "access_token"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


class ContactsApi(Api):
    """flask-smorest's API, with errors in the envelope."""

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Return the envelope of an HTTP error."""
        return answer_http_error(error)


def create_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Open everything that the settings name and bring the tables up to date; `clock` replaces the database's in tests.

    The one place that asks which set-up runs. On the embedded one, background work begins at once in a thread of this
    process, so that a server calls this after any fork.
    """
    database = Database(settings.database_url, clock)
    migrations.upgrade(database)
    return _server(settings, database) if settings.is_server else _embedded(settings, database)


def create_app(runtime: Runtime) -> Flask:
    """Return the WSGI application over a running whole."""
    configure_logs()
    app = Flask("service", static_folder=None)
    app.config.update(CONFIG)
    app.extensions[EXTENSION] = runtime
    app.extensions[streaming.EXTENSION] = streaming.Hub()
    app.wsgi_app = _behind_proxies(TolerantPaths(app.wsgi_app), runtime.settings.proxies)  # type: ignore[method-assign]
    app.teardown_appcontext(end_snapshot)
    register_converters(app)
    install_metrics(app)
    install_limits(app, runtime.settings)
    install_definitions(app)
    _register_api(app)
    register_error_handlers(app)
    return app


def _behind_proxies(inner: Any, proxies: int) -> Any:
    return ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else inner


def _register_api(app: Flask) -> None:
    api = ContactsApi(app)
    api.register_converter(IdConverter, _describe_id)
    for name, scheme in SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    for pages in (health.blueprint, docs.blueprint, page.blueprint):
        app.register_blueprint(pages)


def _describe_id(_converter: IdConverter) -> dict[str, Any]:
    return {"type": "integer", "format": "int64", "minimum": 1}


def _embedded(settings: Settings, database: Database) -> Runtime:
    from indexer.engines.embedded import EmbeddedEngine
    from indexer.loop import ThreadJobs

    jobs = ThreadJobs()
    runtime = Runtime(settings, database, EmbeddedEngine(database), jobs)
    jobs.start(runtime)
    return runtime


def _server(settings: Settings, database: Database) -> Runtime:
    from indexer.engines.elastic import ElasticEngine
    from indexer.jobs import RedisJobs

    engine = ElasticEngine(str(settings.elasticsearch_url), settings.index_prefix)
    return Runtime(settings, database, engine, RedisJobs(str(settings.redis_url), settings.index_prefix))
