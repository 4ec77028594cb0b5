"""Whether a submitted value is one that the form's own field takes (contract S5.3)."""

import re
from collections.abc import Iterator
from typing import Any

from queries.catalogue import Definition, PropertyType
from queries.values import EMAIL, check_value, email_key
from service.refusals import shown

_SPAN = re.compile(r"\s*(-?[0-9.]+)?\s*:\s*(-?[0-9.]+)?\s*")

_ANY_NUMBER = Definition("number", PropertyType.NUMBER)

Json = dict[str, Any]
Problem = tuple[str, str, str]


def check_submitted(place: str, field: Json, value: str) -> Iterator[Problem]:
    """Yield what is wrong with a value that is not empty, of a field as it is shown."""
    if field["name"] == EMAIL:
        yield from _blocked(place, field, value)
    if field["type"] == "number":
        yield from _number(place, field, value)
    if field["type"] == "enumeration":
        yield from _options(place, field, value)


def _blocked(place: str, field: Json, value: str) -> Iterator[Problem]:
    blocked = {entry.strip().lower().lstrip("@") for entry in field["validation"]["blockedEmailAddresses"]}
    address = email_key(value)
    if {address, address.rpartition("@")[2]} & blocked:
        yield place, f"The form takes no {shown(value)}; send another address", "BLOCKED_EMAIL"


def _number(place: str, field: Json, value: str) -> Iterator[Problem]:
    number = _as_number(value)
    if number is None:
        yield place, f"{shown(value)} is no number; send one like 12.5", "INVALID_NUMBER"
        return
    span = _SPAN.fullmatch(field["validation"]["data"])
    low, high = (_as_number(end or "") for end in span.groups()) if span else (None, None)
    if (low is not None and number < low) or (high is not None and number > high):
        text = f"{shown(value)} is outside {field['validation']['data']}; send a number inside"
        yield place, text, "NUMBER_OUT_OF_RANGE"


def _options(place: str, field: Json, value: str) -> Iterator[Problem]:
    options = {option["value"] for option in field["options"]}
    strange = [part for part in value.split(";") if part and part not in options]
    if options and strange:
        text = f"{shown(strange[0])} is not one of its options; send one of them"
        yield place, text, "VALUE_NOT_IN_FIELD_DEFINITION"


def _as_number(text: str) -> float | None:
    try:
        return float(check_value(_ANY_NUMBER, text))
    except ValueError:
        return None
