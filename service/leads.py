"""The Leads API of 2010 to 2014 (contract S6.2 to S6.5), which contacts replaced: it translates and keeps nothing.

A lead is a contact; its guid is the contact's lead guid, its id the vid. Closing one makes it a customer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from indexer.engines.base import MAX_HITS
from indexer.finding import contacts_containing
from queries.errors import MAX_NEEDLE, FilterError
from records import contacts, identities
from records.catalogues import load_catalogue
from records.contacts import ContactRow
from records.deletes import delete_contact
from records.leads import LeadQuery, find_by_guids, page_leads
from records.submissions import find_submission, submissions_of_contacts
from records.writes import Change, Source, lock_contacts, write_contacts
from service.blueprints import ApiBlueprint
from service.deprecation import announce, lead_on
from service.lead_objects import CLOSED, CUSTOMER, STAGE, TEXTS, Lead, dashed_guid, lead_object
from service.presenter import Json
from service.refusals import ApiError, BadInput, Missing
from service.replies import reply
from service.schemas import leads as schemas
from service.search import live_generation
from service.transactions import read, runtime, snapshot, write
from service.values import checked_values

LEADS_API = Source("API", "leads")
SEARCHED = ("firstname", "lastname", "email", "company")
REOPENED = "lead"
NOT_FOUND = "resource not found"
_GUIDS = re.compile(r"guids(\[\d*\])?")
FLAGS = {
    "emailOptOut": ("optedOut", True),
    "optout": ("optedOut", True),
    "eligibleForEmail": ("eligible", True),
    "bounced": ("bounced", True),
    "isNotImported": ("imported", False),
    "notImported": ("imported", False),
}
"""Parameters that narrow a listing, in both spellings -> the state that is asked about, and what `true` means."""

blueprint = ApiBlueprint("leads", "Deprecated: leads, which contacts and lists replaced")
blueprint.after_app_request(announce)


@blueprint.get("/leads/v1/lead/<guid>")
@blueprint.doc(deprecated=True)
@blueprint.response(200, schemas.Lead)
def show(guid: str) -> Response:
    """Show the lead that has the guid."""
    return reply(_present([_found(find_by_guids(snapshot(), g.portal_id, [guid]))])[0])


@blueprint.get("/leads/v1/lead")
@blueprint.doc(deprecated=True)
@blueprint.arguments(schemas.LeadQuery, location="query")
@blueprint.response(200, schemas.Lead)
def find(query: dict[str, str | None]) -> Response:
    """Show the lead that has an e-mail, a conversion event or a visitor's token."""
    return reply(_present([_found(_find(query))])[0])


@blueprint.get("/leads/v1/list")
@blueprint.doc(deprecated=True)
@blueprint.arguments(schemas.LeadsQuery, location="query")
@blueprint.response(200, schemas.Lead(many=True))
def list_leads(query: dict[str, Any]) -> Response:
    """List leads: searched, sorted, cut by a time, and page by page."""
    lead_on("/contacts/v1/search/query" if query["search"] else "/contacts/v1/lists/all/contacts/all")
    guids = [value for name, value in request.args.items(multi=True) if _GUIDS.fullmatch(name) and value]
    if guids:
        rows: Sequence[ContactRow] = find_by_guids(snapshot(), g.portal_id, guids)
    else:
        rows = page_leads(read(), g.portal_id, _lead_query(query))
    return reply(_present(rows, not query["excludeConversionEvents"]))


@blueprint.put("/leads/v1/lead/<guid>")
@blueprint.doc(deprecated=True)
@blueprint.arguments(schemas.LeadBody)
@blueprint.response(200, schemas.Lead)
def update(body: Json, guid: str) -> Response:
    """Change a lead: its fields, `closedAt` to close it or open it again, `isDeleted` to delete it."""
    row = _found(find_by_guids(snapshot(), g.portal_id, [guid]))
    if body["isDeleted"]:
        gone = {**_present([row])[0], "isDeleted": True}
        write(lambda session: delete_contact(session, g.portal_id, row.vid))
        return reply(gone)
    entries = [{"property": TEXTS[name], "value": value} for name, value in body.items() if name in TEXTS]
    values = checked_values(load_catalogue(snapshot(), g.portal_id), [*entries, *_closing(body)])
    write(lambda session: _update(session, row.vid, values))
    return reply(_present([_found(list(contacts.find_contacts(snapshot(), g.portal_id, [row.vid]).values()))])[0])


def _find(query: Mapping[str, str | None]) -> list[ContactRow]:
    if query["email"]:
        found = contacts.find_by_email(snapshot(), g.portal_id, query["email"])
        return [] if found is None else [found]
    if query["conversionEventGuid"]:
        return _converted(query["conversionEventGuid"])
    if query["userToken"]:
        vids = contacts.find_by_tokens(snapshot(), g.portal_id, [query["userToken"]])
        return list(contacts.find_contacts(snapshot(), g.portal_id, vids.values()).values())
    remedy = "put it into the path, or send email, conversionEventGuid or userToken"
    raise ApiError(400, f"guid: is missing; {remedy}")


def _converted(event: str) -> list[ContactRow]:
    """Return whose conversion an event was; its guid may have dashes or not."""
    submission = find_submission(snapshot(), g.portal_id, dashed_guid(event))
    if submission is None or submission.vid is None:
        return []
    return list(contacts.find_contacts(snapshot(), g.portal_id, [submission.vid]).values())


def _found(rows: Sequence[ContactRow]) -> ContactRow:
    if not rows:
        raise Missing(NOT_FOUND)
    lead_on(f"/contacts/v1/contact/vid/{rows[0].vid}/profile")
    return rows[0]


def _lead_query(query: Mapping[str, Any]) -> LeadQuery:
    return LeadQuery(
        sort=query["sort"],
        descending=query["dir"] == "desc",
        offset=query["offset"],
        count=query["max"],
        pivot=query["timePivot"],
        start=query["startTime"],
        stop=query["stopTime"],
        flags={state: query[name] is meaning for name, (state, meaning) in FLAGS.items() if query[name] is not None},
        vids=_searched(query["search"]) if query["search"] else None,
    )


def _searched(text: str) -> list[int]:
    """Return who has the text in a name, an e-mail or a company."""
    try:
        vids = contacts_containing(runtime(), read(), g.portal_id, live_generation(), SEARCHED, text)
    except FilterError as error:
        raise BadInput("search", text, "cannot be looked for", f"send up to {MAX_NEEDLE} characters of text") from error
    if len(vids) > MAX_HITS:
        raise BadInput("search", text, f"finds more than {MAX_HITS} leads", "search for more letters")
    return vids


def _present(rows: Sequence[ContactRow], conversions: bool = True) -> list[Json]:
    vids = [row.vid for row in rows]
    submissions = submissions_of_contacts(snapshot(), g.portal_id, vids) if conversions and vids else {}
    tokens = identities.newest_tokens(snapshot(), g.portal_id, vids)
    root = request.root_url.rstrip("/")
    leads = [Lead(row, submissions.get(row.vid, ()), tokens.get(row.vid, "")) for row in rows]
    return [lead_object(lead, root, conversions) for lead in leads]


def _closing(body: Json) -> list[Json]:
    """Return what `closedAt` writes: when the lead was closed, or nothing of that; the stage follows in `_update`."""
    if "closedAt" not in body:
        return []
    closed = body["closedAt"]
    return [{"property": CLOSED, "value": "" if closed in ("", 0, "0") else closed}]


def _update(session: Session, vid: int, values: dict[str, str]) -> None:
    contact = lock_contacts(session, g.portal_id, [vid]).get(vid)
    if contact is None:
        raise Missing(NOT_FOUND)
    stage = _stage(values, contact.properties)
    write_contacts(session, g.portal_id, [Change(contact, {**values, **stage}, LEADS_API)])


def _stage(values: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Return the stage that closing a lead or opening it again brings; a lead that is sent back as it was keeps its."""
    closed = values.get(CLOSED, "")
    if CLOSED not in values or closed == present.get(CLOSED, ""):
        return {}
    if closed:
        return {STAGE: CUSTOMER}
    return {STAGE: REOPENED} if present.get(STAGE) == CUSTOMER else {}
