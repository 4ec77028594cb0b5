"""Turns the `properties` of a request into checked values, or tells all that is wrong with them (contract S1.3)."""

from collections.abc import Iterable
from typing import Any

from queries.catalogue import Catalogue, Definition
from queries.values import EMAIL, InvalidValue, check_email, check_value
from service.refusals import ApiError, invalid_values, validation_result

Problem = dict[str, Any]
MISSING_NAME = "property cannot be missing or null"


def checked_values(catalogue: Catalogue, entries: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return name -> value to store of parsed entries {property, value}; of several for one name the last counts.

    Raises ApiError with 400 and one validation result for each value that is refused.
    """
    values, problems = check_values(catalogue, entries)
    if problems:
        raise invalid_values(problems)
    return values


def check_values(catalogue: Catalogue, entries: Iterable[dict[str, Any]]) -> tuple[dict[str, str], list[Problem]]:
    """Return the values that are fine and the validation results of those that are not.

    Raises ApiError with 400 for an entry that names no property.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for entry in entries:
        name = _name(entry)
        try:
            values[name] = check_value(_writable(catalogue, name), entry.get("value"))
        except InvalidValue as error:
            problems.append(validation_result(error.property, error.code, error.message))
    return values, problems


def checked_email(text: str) -> str:
    """Return an address that is to be written; raises ApiError with 400 and INVALID_EMAIL (contract S2.2)."""
    try:
        return check_email(text)
    except InvalidValue as error:
        raise invalid_values([validation_result(EMAIL, error.code, error.message)]) from None


def _name(entry: dict[str, Any]) -> str:
    name = entry.get("property")
    if not isinstance(name, str) or not name:
        raise ApiError(400, MISSING_NAME)
    return name


def _writable(catalogue: Catalogue, name: str) -> Definition:
    definition = catalogue.get(name)
    if definition is None:
        raise InvalidValue(name, "", "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only:
        problem = f'Property "{name}" is read only; leave it out, the service itself writes it'
        raise InvalidValue(name, "", "READ_ONLY_VALUE", problem)
    return definition
