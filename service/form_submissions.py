"""Reads what was sent through a form, newest first (contract S5.4)."""

from typing import Any

from flask import Response, g, request

from records import forms, submissions
from service.blueprints import ApiBlueprint
from service.refusals import BadInput
from service.replies import reply
from service.schemas.submissions import SubmissionPage, SubmissionsQuery
from service.transactions import read

Json = dict[str, Any]

blueprint = ApiBlueprint("form submissions", "What visitors sent through forms")


@blueprint.get("/form-integrations/v1/submissions/forms/<guid>")
@blueprint.arguments(SubmissionsQuery, location="query")
@blueprint.response(200, SubmissionPage)
def list_submissions(query: Json, guid: str) -> Response:
    """List what was sent through a form, newest first; a form that was deleted keeps it."""
    rows = submissions.submissions_of_form(read(), g.portal_id, guid, _before(query["after"]), query["limit"] + 1)
    if not rows:
        forms.get_form(read(), g.portal_id, guid)
    page: Json = {"results": [_submission(row) for row in rows[: query["limit"]]]}
    if len(rows) > query["limit"]:
        after = _cursor(rows[query["limit"] - 1])
        link = f"{request.base_url}?limit={query['limit']}&after={after}"
        page["paging"] = {"next": {"after": after, "link": link}}
    return reply(page)


def _submission(row: Any) -> Json:
    return {
        "conversionId": row.conversion_id,
        "submittedAt": row.submitted_at,
        "values": [{"name": name, "value": value} for name, value in row.fields],
        "pageUrl": row.page_url,
    }


def _cursor(row: Any) -> str:
    return f"{row.submitted_at}-{row.conversion_id}"


def _before(after: str) -> tuple[int, str] | None:
    if not after:
        return None
    moment, _, conversion_id = after.partition("-")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 19):
        raise BadInput("after", after, "is no place in the list", "send the one of paging.next")
    return int(moment), conversion_id
