"""What each refusal of the inner packages means on the wire: status, message and the endpoint's further keys.

Texts and statuses are those that old clients match on (contract S0.4, S1.3, S2 to S4).
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from flask import g, request

from indexer.errors import EngineError, EngineUnavailable
from queries.errors import FilterError
from queries.values import InvalidValue
from records import errors as records
from records.contacts import find_contacts
from records.profiles import Wanted, load_profiles
from service.presenter import existing_profile
from service.transactions import snapshot

MERGE_TEXTS = {
    "canonical": "canonical vid is not a valid contact or is already in the process of being merged",
    "merged": "vid to merge is not a valid contact or is already in the process of being merged",
}
MISSING_DEFINITIONS = {
    "Property": "Couldn't find a Property with the given name '{}'",
    "Group": "Couldn't find a Group with the given name '{}'.",
}
NOT_FOUND_HEADERS = {"X-HubSpot-NotFound": "true"}
RETRY_HEADERS = {"Retry-After": "1"}


class ApiError(Exception):
    """An answer with an error status; `extras` are further keys of its envelope."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **extras: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers
        self.extras = extras


class BadInput(ApiError):
    """A 400 that names the field, its value and the remedy."""

    def __init__(self, field: str, value: object, problem: str, remedy: str, **extras: Any) -> None:
        super().__init__(400, f"{field}: {shown(value)} {problem}; {remedy}", **extras)
        self.field = field


class Missing(ApiError):
    """A 404 of a resource, as against that of a path that does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__(404, message, NOT_FOUND_HEADERS)


def shown(value: object, limit: int = 100) -> str:
    """Return a value as it may stand in a message: quoted, short and encodable."""
    text = repr(value)
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return cut.encode("utf-8", "backslashreplace").decode("utf-8")


@singledispatch
def refusal(error: Exception) -> ApiError:
    """Return the answer to a refusal; a kind that is not told apart is a 400 in its own words."""
    return ApiError(400, str(error))


@refusal.register
def _(error: ApiError) -> ApiError:
    return error


@refusal.register
def _(error: FilterError) -> ApiError:
    return ApiError(400, str(error))


@refusal.register
def _(error: InvalidValue) -> ApiError:
    return invalid_values([validation_result(error.property, error.code, error.message)])


@refusal.register
def _(error: EngineError) -> ApiError:
    return ApiError(503, f"The search engine failed: {error}", RETRY_HEADERS)


@refusal.register
def _(error: EngineUnavailable) -> ApiError:
    return ApiError(503, f"The search engine cannot be reached: {error}", RETRY_HEADERS)


@refusal.register
def _(error: records.ContactMissing) -> ApiError:
    return Missing("contact does not exist")


@refusal.register
def _(error: records.ContactExists) -> ApiError:
    profile = _existing_profile(error.vid)
    return ApiError(409, "Contact already exists", identityProfile=profile, error="CONTACT_EXISTS")


@refusal.register
def _(error: records.MergeRefused) -> ApiError:
    return ApiError(400, MERGE_TEXTS[error.side])


@refusal.register
def _(error: records.TooManyMerged) -> ApiError:
    text = f"vidToMerge: contact {error.vid} would carry more than {error.limit} linked vids; merge fewer contacts"
    return ApiError(400, text)


@refusal.register
def _(error: records.DefinitionMissing) -> ApiError:
    return Missing(MISSING_DEFINITIONS[error.kind].format(error.name))


@refusal.register
def _(error: records.DefinitionExists) -> ApiError:
    return ApiError(409, f"A {error.kind} named '{error.name}' already exists: choose another name")


@refusal.register
def _(error: records.ListMissing) -> ApiError:
    return Missing(f"Couldn't find a List with the given id '{error.list_id}'.")


@refusal.register
def _(error: records.FormMissing) -> ApiError:
    return ApiError(404, f"No form found with guid '{error.guid}'", NOT_FOUND_HEADERS, type="NOT_FOUND")


@refusal.register
def _(error: records.FeedOutOfRange) -> ApiError:
    return BadInput("after", error.after, f"lies beyond the feed's last number {error.last}", "send a number from it")


@refusal.register
def _(error: records.FeedGone) -> ApiError:
    list_id = (request.view_args or {}).get("list_id") or request.args.get("listId") or ":listId"
    address = f"/alerts/v1/lists/{list_id}/snapshot"
    text = f"after: {error.after} lies below {error.horizon}, up to which rows have been removed; begin with {address}"
    return ApiError(410, text, snapshot=address, horizon=error.horizon)


@refusal.register
def _(error: records.SubscriptionMissing) -> ApiError:
    return Missing(f"Couldn't find a subscription with the given id '{error.subscription_id}'.")


@refusal.register
def _(error: records.ConsumerMissing) -> ApiError:
    return Missing(f"Couldn't find a consumer with the given name {shown(error.name)}: make it with PUT")


@refusal.register
def _(error: records.EmailMissing) -> ApiError:
    return Missing(str(error))


@refusal.register
def _(error: records.ImportMissing) -> ApiError:
    return Missing(f"Couldn't find an Import with the given id '{error.import_id}'.")


@refusal.register
def _(error: records.CallbackMissing) -> ApiError:
    return Missing(str(error))


@refusal.register
def _(error: records.ImportEnded) -> ApiError:
    return ApiError(409, str(error))


def _existing_profile(vid: int) -> dict[str, Any]:
    """Return what a 409 tells of the contact that has the e-mail; little when it is gone by now."""
    found = find_contacts(snapshot(), g.portal_id, [vid])
    if vid not in found:
        return {"vid": vid, "identity": []}
    [profile] = load_profiles(snapshot(), g.portal_id, [found[vid]], Wanted(history=False, memberships=False))
    return existing_profile(profile.contact, profile.emails)


def validation_result(name: str, code: str, message: str) -> dict[str, Any]:
    """Return one entry of `validationResults` (contract S1.3)."""
    return {"isValid": False, "message": message, "error": code, "name": name}


def invalid_values(results: list[dict[str, Any]]) -> ApiError:
    """Return the 400 that tells which property values were refused (contract S1.3)."""
    return ApiError(400, "Property values were not valid", validationResults=results)
