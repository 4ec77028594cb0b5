"""What may be wrong with a filled-in form, told as version 3 of the submit API does (contract S5.3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from queries.values import EMAIL, MAX_LENGTH, InvalidValue, check_email
from service.form_entries import MAX_FIELDS, MAX_NAME, MAX_PAGE, Pairs, known_address, known_token
from service.form_values import check_submitted
from service.refusals import shown

Json = dict[str, Any]
Problem = tuple[str, str, str]
"""The place, what is wrong there with the remedy, and the error's type."""


def as_errors(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Return the `errors` of a refusal."""
    return [{"message": f"Error in '{place}'. {text}", "errorType": kind} for place, text, kind in problems]


def size_problems(fields: Pairs) -> Iterator[Problem]:
    """Yield what is too much: more than 1,000 fields, names and values that are too long."""
    if len(fields) > MAX_FIELDS:
        text = f"There are more than {MAX_FIELDS} values; send at most {MAX_FIELDS}"
        yield "fields", text, "MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED"
        return
    for name, value in fields:
        if len(name) > MAX_NAME or len(value) > MAX_LENGTH:
            text = f"Send a name of at most {MAX_NAME} and a value of at most {MAX_LENGTH} characters"
            yield _place(name), text, "INPUT_TOO_LARGE"


def field_problems(fields: Pairs, defined: Mapping[str, Json], *, only_defined: bool) -> Iterator[Problem]:
    """Yield what is wrong with fields, given those that the form defines, as they are shown."""
    given = dict(fields)
    for name, field in defined.items():
        if field["required"] and field["enabled"] and not given.get(name, "").strip():
            yield _place(name), "Required field is missing; send a value", "REQUIRED_FIELD"
    for name, value in fields:
        if name in defined and value:
            yield from check_submitted(_place(name), defined[name], value)
        elif name not in defined and only_defined:
            yield _place(name), "The form has no such field; leave it out", "FIELD_NOT_IN_FORM_DEFINITION"


def email_problems(fields: Pairs) -> Iterator[Problem]:
    """Yield whether an e-mail is none."""
    for name, value in fields:
        if name.lower() == EMAIL and value.strip():
            try:
                check_email(value)
            except InvalidValue:
                yield (
                    _place(name),
                    f"Invalid email address {shown(value)}; send one like name@example.com",
                    "INVALID_EMAIL",
                )


def context_problems(context: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with what is said of the visitor and the page."""
    if context.get("hutk") and not known_token(context["hutk"]):
        yield "context.hutk", "It is no visitor's token; send the cookie hubspotutk, 32 hex digits", "INVALID_HUTK"
    if context.get("ipAddress") and not known_address(context["ipAddress"]):
        yield "context.ipAddress", "It is no IP address; send one like 192.0.2.1", "INVALID_IP_ADDRESS"
    if context.get("pageUri") and not _is_page(context["pageUri"]):
        yield "context.pageUri", f"It is no address; send a text of at most {MAX_PAGE} characters", "INVALID_PAGE_URI"
    for name in ("pageName", "pageId", "sfdcCampaignId"):
        if context.get(name) and not isinstance(context[name], str):
            yield f"context.{name}", "It is no text; send one", "INVALID_METADATA"
    key = context.get("goToWebinarWebinarKey")
    if key and not (isinstance(key, str) and key.isascii() and key.isdigit()):
        yield "context.goToWebinarWebinarKey", "It is no key; send its digits", "INVALID_GOTOWEBINAR_WEBINAR_KEY"


def _is_page(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_PAGE


def _place(name: str) -> str:
    return f"fields.{name[:MAX_NAME]}"
