"""Turns what the engine and its client library say into the indexer's own errors, in one place.

Nothing outside the engine package sees the library's exceptions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, UnsupportedProductError

from indexer.engines.names import Place
from indexer.errors import EngineError, EngineUnavailable, IndexLost, PartialAnswer, RequestRefused

BACK_OFF = (401, 403, 408, 429)
"""Statuses below 500 that say nothing about the request: no permission, a blocked index, too much."""

MAX_WORDS = 1_000


@contextmanager
def translated(place: Place | None = None) -> Iterator[None]:
    """Raise EngineError children in place of the library's exceptions; `place` is where requests go to."""
    try:
        yield
    except UnsupportedProductError as error:
        raise EngineUnavailable("the server at the engine's address has changed") from error
    except ApiError as error:
        raise failure(error.status_code, error.body, place) from error
    except TransportError as error:
        raise EngineUnavailable(f"the engine does not answer: {error}") from error


def failure(status: int, answer: object, place: Place | None = None) -> EngineError:
    """Return the error for a status other than success and its body, of a request or of a bulk's item."""
    error = answer.get("error", answer) if isinstance(answer, Mapping) else answer
    if place is not None and status == 404 and _kind(error) == "index_not_found_exception":
        return IndexLost(place.portal_id, place.generation)
    if status in BACK_OFF or status >= 500:
        return EngineUnavailable(f"the engine answered {status}: {words(error)}")
    return RequestRefused(status, words(error))


def words(error: object) -> str:
    """Return the engine's own explanation of an error, its cause included, cut to 1,000 characters."""
    if not isinstance(error, Mapping):
        return str(error)[:MAX_WORDS]
    cause = error.get("caused_by") or {}
    reasons = [error.get("reason") or _kind(error), cause.get("reason")]
    return ": ".join(dict.fromkeys(str(reason) for reason in reasons if reason))[:MAX_WORDS]


def require_whole(answer: Mapping[str, Any]) -> None:
    """Raise PartialAnswer unless every shard answered in time (design rule 11)."""
    if answer.get("timed_out") or answer["_shards"]["failed"]:
        raise PartialAnswer(f"timed out: {answer.get('timed_out')}, shards: {answer['_shards']}")


def _kind(error: object) -> object:
    return error.get("type") if isinstance(error, Mapping) else None
