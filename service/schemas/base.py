"""Fields and bases that all schemas share: they take what real clients send and say what they want instead."""

from collections.abc import Mapping
from typing import Any

import marshmallow
from marshmallow import fields

MAX_NUMBER = 2**63 - 1
MAX_COUNT = 100
NO_OBJECT = "is not an object; send one"


class WireSchema(marshmallow.Schema):
    """A schema that ignores keys it does not know (contract S0.2)."""

    error_messages = {"type": NO_OBJECT}

    class Meta:
        """Marshmallow's options."""

        unknown = marshmallow.EXCLUDE


class Number(fields.Integer):
    """A whole number from `low` to 2^63 - 1, as a JSON number or a string."""

    default_error_messages = {
        "invalid": "is not a whole number; send one from {low} to {high}",
        "null": "is not a whole number; send one from {low} to {high}",
        "required": "is missing; send a whole number from {low} to {high}",
    }

    def __init__(self, low: int = 0, **options: Any) -> None:
        """Take the smallest number allowed; the other options are marshmallow's."""
        self.low = low
        super().__init__(**options)

    def make_error(self, key: str, **facts: Any) -> marshmallow.ValidationError:
        """Return the error of a kind, naming the range."""
        return super().make_error(key, low=self.low, high=MAX_NUMBER, **facts)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> int:
        number = whole_number(value)
        if number is None or not self.low <= number <= MAX_NUMBER:
            raise self.make_error("invalid")
        return number


class Count(Number):
    """A page size: what is above the maximum is capped, what is no number or below 1 is refused."""

    def __init__(self, default: int | None = 20, maximum: int = MAX_COUNT) -> None:
        """Take the size of a page that is not told, and the largest one."""
        self.maximum = maximum
        super().__init__(low=1, load_default=default, metadata={"description": f"page size, at most {maximum}"})

    def make_error(self, key: str, **facts: Any) -> marshmallow.ValidationError:
        """Return the error of a kind, naming the largest page."""
        return marshmallow.ValidationError(f"is not a page size; send a whole number from 1 to {self.maximum}")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> int:
        number = whole_number(value, digits=400)
        if number is None or number < 1:
            raise self.make_error("invalid")
        return min(number, self.maximum)


class Flag(fields.Boolean):
    """A boolean, in any case: tap-hubspot sends `True`."""

    default_error_messages = {"invalid": "is not a boolean; send true or false"}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> bool:
        text = value.strip().lower() if isinstance(value, str) else value
        if text in ("true", "1", True):
            return True
        if text in ("false", "0", False):
            return False
        raise self.make_error("invalid")


class Choice(fields.String):
    """One of a few words, in any case."""

    default_error_messages = {
        "choice": "is not known; send one of {choices}",
        "null": "is not known; send one of {choices}",
        "required": "is missing; send one of {choices}",
    }

    def __init__(self, *choices: str, **options: Any) -> None:
        """Take the words as they are passed on; the options are marshmallow's."""
        self.choices = {choice.lower(): choice for choice in choices}
        super().__init__(validate=None, metadata={"enum": list(choices)}, **options)

    def make_error(self, key: str, **facts: Any) -> marshmallow.ValidationError:
        """Return the error of a kind, naming the words."""
        return super().make_error(key, choices=", ".join(self.choices.values()), **facts)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        choice = self.choices.get(value.strip().lower()) if isinstance(value, str) else None
        if choice is None:
            raise self.make_error("choice")
        return choice


class Text(fields.String):
    """A string, told in the words of all other refusals."""

    default_error_messages = {
        "invalid": "is not a string; send one",
        "required": "is missing; send a string",
        "null": "is not a string; send one",
    }


def whole_number(value: Any, digits: int = 19) -> int | None:
    """Return a JSON number or a string of at most `digits` decimal digits as an integer, None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else None
    text = value.strip() if isinstance(value, str) else ""
    body = text.removeprefix("-")
    return int(text) if body.isascii() and body.isdigit() and len(body) <= digits else None
