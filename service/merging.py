"""Merging two contacts, and the further e-mails that a contact may have (contract S2.11, S2.12)."""

from collections.abc import Callable

from flask import Response, g
from sqlalchemy.orm import Session

from records import contacts, secondary_emails
from records.derived import ADDITIONAL_EMAILS, split_emails
from records.errors import ContactMissing
from records.merges import merge_contacts
from service.blueprints import ApiBlueprint
from service.presenter import Json
from service.replies import CONTENT_TYPE, reply
from service.schemas import contacts as schemas
from service.transactions import snapshot, write
from service.values import checked_email

blueprint = ApiBlueprint("merging", "Merge contacts, and give them further e-mails")


@blueprint.post("/contacts/v1/contact/merge-vids/<id('vid'):vid>")
@blueprint.arguments(schemas.MergeBody)
@blueprint.response(200, description="The word SUCCESS, which is not JSON")
def merge(body: Json, vid: int) -> Response:
    """Merge a contact into the one in the path."""
    write(lambda session: merge_contacts(session, g.portal_id, vid, body["vidToMerge"]))
    return Response("SUCCESS", content_type=CONTENT_TYPE)


@blueprint.get("/contacts/v1/secondary-email/<id('vid'):vid>")
@blueprint.response(200, schemas.SecondaryEmails)
def show_emails(vid: int) -> Response:
    """Show a contact's secondary e-mails."""
    found = contacts.find_contacts(snapshot(), g.portal_id, [vid]).get(vid)
    if found is None:
        raise ContactMissing(vid)
    return _reply(vid, split_emails(found.properties.get(ADDITIONAL_EMAILS, "")))


@blueprint.route("/contacts/v1/secondary-email/<id('vid'):vid>", methods=["PATCH"])
@blueprint.arguments(schemas.SecondaryEmailBody)
@blueprint.response(200, schemas.SecondaryEmails)
def replace_email(body: Json, vid: int) -> Response:
    """Put a secondary e-mail in the place of another."""
    old, new = body["targetSecondaryEmail"], checked_email(body["updatedSecondaryEmail"])
    return _write(vid, lambda session: secondary_emails.replace_email(session, g.portal_id, vid, old, new))


@blueprint.put("/contacts/v1/secondary-email/<id('vid'):vid>/email/<path:email>")
@blueprint.response(200, schemas.SecondaryEmails)
def add_email(vid: int, email: str) -> Response:
    """Give a contact a secondary e-mail."""
    address = checked_email(email)
    return _write(vid, lambda session: secondary_emails.add_email(session, g.portal_id, vid, address))


@blueprint.delete("/contacts/v1/secondary-email/<id('vid'):vid>/email/<path:email>")
@blueprint.response(200, schemas.SecondaryEmails)
def remove_email(vid: int, email: str) -> Response:
    """Take a secondary e-mail from a contact."""
    return _write(vid, lambda session: secondary_emails.remove_email(session, g.portal_id, vid, email))


def _write(vid: int, work: Callable[[Session], list[str]]) -> Response:
    return _reply(vid, write(work))


def _reply(vid: int, emails: list[str]) -> Response:
    return reply({"portalId": g.portal_id, "vid": vid, "secondaryEmails": emails})
