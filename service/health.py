"""Says whether the process lives and whether the servers that it needs answer, for balancers and people."""

from collections.abc import Callable, Iterator

import redis
from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from indexer import redis_links
from indexer.errors import EngineError
from service.replies import reply
from service.transactions import runtime

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def live() -> Response:
    """Answer 200 as long as the process answers at all."""
    return reply({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Answer 200 when everything needed answers, else 503; `parts` says in words how each part is."""
    checks = dict(_checks())
    parts = {name: _told(check) for name, check in checks.items()}
    up = all(is_up for is_up, _ in parts.values())
    words = {name: told for name, (_, told) in parts.items()}
    return reply({"status": "ready" if up else "not ready", "parts": words}, 200 if up else 503)


def _checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "database", _ask_database
    yield "engine", runtime().engine.describe
    if runtime().settings.redis_url:
        yield "redis", _ask_redis


def _told(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except (SQLAlchemyError, EngineError, redis.RedisError) as error:
        return False, f"down: {error}"


def _ask_database() -> str:
    with runtime().database.read() as session:
        session.execute(text("SELECT 1"))
        return f"{session.get_bind().dialect.name} answers"


def _ask_redis() -> str:
    url = runtime().settings.redis_url or ""
    with redis_links.connect(url) as connection:
        connection.ping()
    return "Redis answers"
