"""Takes filled-in forms as scripts send them (contract S5.3): version 3 of the submit API, in JSON."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Response

from queries.catalogue import Catalogue
from records.errors import FormMissing
from records.forms import Definitions
from service.blueprints import ApiBlueprint
from service.consents import consent_problems, kept_consent
from service.definitions import by_definitions
from service.form_checks import (
    Problem,
    as_errors,
    context_problems,
    email_problems,
    field_problems,
    size_problems,
)
from service.form_entries import lenient_context, make_submission
from service.form_objects import form_fields, show_field
from service.refusals import ApiError
from service.replies import reply
from service.schemas.submissions import SubmissionAnswer, SubmissionBody
from service.visitors import (
    NO_KEY,
    VisitorBlueprint,
    allow_other_sites,
    check_portal,
    limit_size,
    take_in,
)

Json = dict[str, Any]

CONTACT = "0-1"
THANKS = "Thanks for submitting the form."

visitors = VisitorBlueprint("form submits", "Filled-in forms, sent by scripts of any site")
visitors.after_app_request(allow_other_sites)
trusted = ApiBlueprint("trusted form submits", "Filled-in forms in JSON, sent by servers that have a key")
trusted.before_request(limit_size)


@visitors.post("/submissions/v3/integration/submit/<id('portalId'):portal_id>/<guid>")
@visitors.doc(**NO_KEY)
@visitors.arguments(SubmissionBody)
@visitors.response(200, SubmissionAnswer)
def submit(body: Json, portal_id: int, guid: str) -> Response:
    """Take in a filled-in form of a visitor; it may have only the fields that the form defines."""
    return _take(body, portal_id, guid, only_defined=True)


@trusted.post("/submissions/v3/integration/secure/submit/<id('portalId'):portal_id>/<guid>")
@trusted.arguments(SubmissionBody)
@trusted.response(200, SubmissionAnswer)
def submit_with_key(body: Json, portal_id: int, guid: str) -> Response:
    """Take in a filled-in form that a server with a key hands on; it may have any fields."""
    check_portal(portal_id)
    return _take(body, portal_id, guid, only_defined=False)


def _take(body: Json, portal_id: int, guid: str, *, only_defined: bool) -> Response:
    answer = by_definitions(portal_id, guid, lambda found: _take_by(found, body, portal_id, only_defined))
    if answer is None:
        raise FormMissing(guid)
    return answer


def _take_by(definitions: Definitions, body: Json, portal_id: int, only_defined: bool) -> Response:
    form, catalogue = definitions
    problems = list(_problems(body, form, catalogue, only_defined))
    if problems:
        raise ApiError(400, "The request is not valid", errors=as_errors(problems))
    fields = [(each["name"], each["value"]) for each in body["submitted"] if each["objectTypeId"] in (None, CONTACT)]
    context = lenient_context(body["context"], consent=kept_consent(body["legalConsentOptions"]))
    submission = make_submission((form.guid, form.name), fields, context, catalogue, body["submittedAt"])
    take_in(portal_id, replace(submission, stamp=definitions.stamp))
    target = form.details.get("redirect")
    return reply({"redirectUri": target} if target else {"inlineMessage": form.details.get("inlineMessage") or THANKS})


def _problems(body: Json, form: Any, catalogue: Catalogue, only_defined: bool) -> Iterator[Problem]:
    fields = [(each["name"], each["value"]) for each in body["submitted"]]
    oversized = list(size_problems(fields))
    if oversized:
        yield from oversized
        return
    yield from email_problems(fields)
    if not body["skipValidation"]:
        defined = {field["name"]: show_field(field, catalogue, second=True) for field in form_fields(form.details)}
        yield from field_problems(fields, defined, only_defined=only_defined)
    yield from context_problems(body["context"])
    yield from consent_problems(body["legalConsentOptions"])
