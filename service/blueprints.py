"""The blueprints that the API is built on: they read requests one way, and all but visitors' ask for a key."""

from typing import Any

from flask_smorest import Blueprint as SmorestBlueprint

from service.auth import authenticate
from service.bodies import RequestParser
from service.limits import enforce_limits


class PlainBlueprint(SmorestBlueprint):
    """A flask-smorest blueprint that reads requests as the API does."""

    ARGUMENTS_PARSER = RequestParser()

    def arguments(self, schema: Any, **options: Any) -> Any:
        """Return a decorator that parses arguments by the schema, which is made once and not for every request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)


class ApiBlueprint(PlainBlueprint):
    """A blueprint whose routes need a key; `g.portal_id` is set in its views.

    Views return `service.replies.reply(...)`; the schema given to `response` documents it.
    """

    def __init__(self, name: str, description: str) -> None:
        """Name the blueprint as the OpenAPI page shows it, with a sentence about it."""
        super().__init__(name, __name__, description=description)
        self.before_request(authenticate)
        self.before_request(enforce_limits)
