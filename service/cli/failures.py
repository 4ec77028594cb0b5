"""Turns what goes wrong into one line on stderr and an exit code that means something."""

from collections.abc import Callable
from typing import Any

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from indexer.errors import EngineError, WrongEngine
from indexer.imports.errors import ImportRefused
from indexer.settings import SettingError
from service.list_files import ListFileRefused


class ServerFailed(click.ClickException):
    """A server that is needed failed, or nobody does the work that is left."""

    exit_code = 1


class WrongUse(click.ClickException):
    """A wrong option, setting or file; nothing was changed."""

    exit_code = 2


class RowsFailed(click.ClickException):
    """An import went through but for some rows."""

    exit_code = 3


def _database(error: DBAPIError) -> str:
    return f"the database failed: {_first_line(error.orig)}; see CONTACTS_DATABASE_URL and `contacts doctor`"


def _engine(error: Exception) -> str:
    return f"the search engine failed: {_first_line(error)}; see ELASTICSEARCH_URL and `contacts doctor`"


def _redis(error: Exception) -> str:
    return f"Redis failed: {_first_line(error)}; see REDIS_URL and `contacts doctor`"


_FAILURES: tuple[tuple[type[Exception], type[click.ClickException], Callable[[Any], str]], ...] = (
    (SettingError, WrongUse, str),
    (ImportRefused, WrongUse, str),
    (ListFileRefused, WrongUse, str),
    (WrongEngine, WrongUse, str),
    (EngineError, ServerFailed, _engine),
    (DBAPIError, ServerFailed, _database),
    (RedisError, ServerFailed, _redis),
    (OSError, WrongUse, str),
)
"""Error -> what the user sees: a class with its exit code, and words; the first that fits counts."""


class Commands(click.Group):
    """A group whose commands may raise the product's errors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises one of the classes above for the errors that are known, and lets others through."""
        try:
            return super().invoke(ctx)
        except tuple(kind for kind, _, _ in _FAILURES) as error:
            raise _failure(error) from error


def _failure(error: Exception) -> click.ClickException:
    shown, words = next((shown, words) for kind, shown, words in _FAILURES if isinstance(error, kind))
    return shown(words(error))


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
