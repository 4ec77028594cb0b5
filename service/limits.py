"""How many requests a portal and its visitors may make (contract S0.6).

The two limits of a portal are off by default, and then nothing is counted. Visitors send forms without a key, so that
they are always limited, by portal and address.

Counts live in Redis where there is one, so that all processes share them, and in this process otherwise. A lost Redis
lets requests pass: limits protect the service, and a limit that stops it does the opposite.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from limits.util import WindowStats

from indexer import redis_links
from indexer.settings import Settings
from service.refusals import ApiError

EXTENSION = "contacts-limits"
PREFIX = "X-HubSpot-RateLimit"
VISITORS = "Ten_secondly_rolling"
VISITORS_SECONDS = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: its name as headers say it, and its amount in a window."""

    name: str
    item: RateLimitItem

    @property
    def policy(self) -> str:
        """The `policyName` of the 429 body."""
        return self.name.upper()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of portals, that of visitors, and what counts them."""

    limits: tuple[Limit, ...]
    visitors: Limit
    limiter: FixedWindowRateLimiter
    pause: redis_links.Pause


def install_limits(app: Flask, settings: Settings) -> None:
    """Put the settings' limits in force; with none set, no request of a key is counted and no header is sent."""
    limits = tuple(_limits(settings))
    visitors = Limit(VISITORS, RateLimitItemPerSecond(settings.rate_forms, VISITORS_SECONDS))
    app.extensions[EXTENSION] = Limits(limits, visitors, _limiter(settings), redis_links.Pause())
    if limits:
        app.after_request(_add_headers)


def enforce_limits() -> None:
    """Count the request for its portal; raises ApiError with 429 once a limit is reached."""
    installed = _installed()
    for limit in installed.limits:
        if not _hit(installed, limit, *_key()):
            raise _exceeded(limit)


def enforce_visitor_limit(portal_id: int) -> None:
    """Count what a visitor sends to a portal from one address; raises ApiError with 429 once there is too much."""
    installed = _installed()
    if not _hit(installed, installed.visitors, "visitor", str(portal_id), request.remote_addr or ""):
        raise _exceeded(installed.visitors)


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests a portal may make a day, has made, and when counting begins anew (milliseconds)."""

    limit: int
    used: int
    resets_at: int


def daily_usage() -> Usage | None:
    """Return the portal's use of its daily limit; None where there is no such limit.

    Raises ApiError with 503 where it cannot be read.
    """
    for limit in _installed().limits:
        if limit.policy == "DAILY":
            window = _window(limit)
            if window is None:
                raise ApiError(503, "The use of the daily limit cannot be read now: try again later")
            return Usage(limit.item.amount, limit.item.amount - window.remaining, int(window.reset_time * 1000))
    return None


def _limits(settings: Settings) -> list[Limit]:
    found = []
    if settings.rate_secondly is not None:
        found.append(Limit("Secondly", RateLimitItemPerSecond(settings.rate_secondly)))
    if settings.rate_daily is not None:
        found.append(Limit("Daily", RateLimitItemPerDay(settings.rate_daily)))
    return found


def _limiter(settings: Settings) -> FixedWindowRateLimiter:
    if settings.redis_url is None:
        return FixedWindowRateLimiter(MemoryStorage())
    options: Any = redis_links.connection_options()
    return FixedWindowRateLimiter(RedisStorage(settings.redis_url, wrap_exceptions=True, **options))


def _installed() -> Limits:
    installed: Limits = current_app.extensions[EXTENSION]
    return installed


def _hit(installed: Limits, limit: Limit, *key: str) -> bool:
    if installed.pause.is_over:
        try:
            return installed.limiter.hit(limit.item, *key)
        except StorageError as error:
            _note_lost(installed, error)
    return True


def _window(limit: Limit) -> WindowStats | None:
    """Return how far the portal's window is used; None where counts cannot be read."""
    installed = _installed()
    if installed.pause.is_over:
        try:
            return installed.limiter.get_window_stats(limit.item, *_key())
        except StorageError as error:
            _note_lost(installed, error)
    return None


def _note_lost(installed: Limits, error: StorageError) -> None:
    if installed.pause.begin():
        log.warning("rate limits are not counted", error=str(error))


def _exceeded(limit: Limit) -> ApiError:
    text = f"You have reached your {limit.name.lower()} limit."
    return ApiError(429, text, errorType="RATE_LIMIT", policyName=limit.policy)


def _add_headers(response: Response) -> Response:
    if "portal_id" in g:
        for limit in _installed().limits:
            response.headers.update(_headers(limit))
    return response


def _headers(limit: Limit) -> dict[str, Any]:
    window = _window(limit)
    if window is None:
        return {}
    name = f"{PREFIX}-{limit.name}"
    return {name: str(limit.item.amount), f"{name}-Remaining": str(window.remaining)}


def _key() -> tuple[str, str]:
    return "portal", str(g.portal_id)
