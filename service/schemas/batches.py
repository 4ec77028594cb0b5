"""Reads the items of a bulk upsert one by one, because one answer tells all that is wrong with them (contract S2.3)."""

from dataclasses import dataclass, field
from typing import Any

from queries.catalogue import Catalogue
from queries.values import InvalidValue, check_email
from records.upserts import Entry
from service.refusals import ApiError
from service.schemas.base import MAX_NUMBER, whole_number
from service.values import check_values

MAX_ITEMS = 1_000
NO_IDENTITY = "You need to supply a vid or email for the contact."


@dataclass(slots=True)
class Failures:
    """What is wrong with a batch."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)

    def add(self, index: int, message: str, **extras: Any) -> None:
        """Note a failure of the item with this index."""
        self.messages.append({"index": index, "error": {"status": "error", "message": message}, **extras})

    def refusal(self) -> ApiError:
        """Return the 400 that tells all of them."""
        text = "Errors found processing batch update"
        return ApiError(400, text, invalidEmails=self.emails, failureMessages=self.messages)


def read_items(body: Any, catalogue: Catalogue) -> list[Entry]:
    """Return the entries of a batch; raises ApiError with 400 when the batch or any item of it is refused."""
    if not isinstance(body, list):
        raise ApiError(400, "body: it is not a list; send a list of {vid or email, properties}")
    if len(body) > MAX_ITEMS:
        raise ApiError(400, f"body: {len(body)} contacts are too many; send at most {MAX_ITEMS}")
    failures = Failures()
    entries = [_entry(index, item, catalogue, failures) for index, item in enumerate(body)]
    if failures.messages:
        raise failures.refusal()
    return entries


def _entry(index: int, item: Any, catalogue: Catalogue, failures: Failures) -> Entry:
    if not isinstance(item, dict):
        failures.add(index, "the item is not an object; send {vid or email, properties}")
        return Entry({})
    values = _values(index, item.get("properties") or [], catalogue, failures)
    if item.get("vid") not in (None, ""):
        return Entry(values, vid=_vid(index, item["vid"], failures))
    return Entry(values, email=_email(index, item.get("email"), failures))


def _values(index: int, properties: Any, catalogue: Catalogue, failures: Failures) -> dict[str, str]:
    if not isinstance(properties, list) or not all(isinstance(entry, dict) for entry in properties):
        failures.add(index, "properties: it is not a list of objects; send a list of {property, value}")
        return {}
    try:
        values, problems = check_values(catalogue, properties)
    except ApiError as error:
        failures.add(index, error.message)
        return {}
    for problem in problems:
        failures.add(index, problem["message"], propertyValidationResult=problem)
    return values


def _vid(index: int, value: Any, failures: Failures) -> int:
    vid = whole_number(value)
    if vid is None or not 0 < vid <= MAX_NUMBER:
        failures.add(index, f"vid: {value!r:.100} is not a vid; send a whole number from 1 to {MAX_NUMBER}")
        return 0
    return vid


def _email(index: int, value: Any, failures: Failures) -> str:
    if not isinstance(value, str) or not value.strip():
        failures.add(index, NO_IDENTITY)
        return ""
    try:
        return check_email(value)
    except InvalidValue as error:
        failures.emails.append(value)
        failures.add(index, error.message)
        return ""
