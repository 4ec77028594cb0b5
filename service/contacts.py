"""Single contacts: create, update, look up and delete (contract S2.1, S2.2, S2.4 to S2.6)."""

from flask import Response, g, request
from sqlalchemy.orm import Session

from records import contacts, identities
from records.catalogues import load_catalogue
from records.contacts import ContactRow
from records.deletes import delete_contact
from records.errors import ContactMissing
from records.profiles import load_profiles
from records.statements import Reader
from records.upserts import Entry, Provenance
from records.writes import Change, Source, lock_contacts, new_contacts, write_contacts
from service.blueprints import ApiBlueprint
from service.presenter import Json, Presenter
from service.refusals import ApiError, Missing
from service.replies import nothing, reply
from service.schemas import contacts as schemas
from service.transactions import snapshot, write
from service.upserting import write_entries
from service.values import checked_email, checked_values
from service.waiting import feed_number, lists_moved

API = Source("API")
NOT_FOUND = "resource not found"
DIRECT = ("API", "")
UPSERT = Provenance(Source("API", "contact-upsert"), ("API", "contact-upsert"))

blueprint = ApiBlueprint("contacts", "Single contacts: create, update, look up, delete")


def presenter() -> Presenter:
    """Return the presenter of the request's portal."""
    return Presenter(g.portal_id, load_catalogue(snapshot(), g.portal_id), request.root_url.rstrip("/"))


@blueprint.post("/contacts/v1/contact")
@blueprint.arguments(schemas.WriteBody)
@blueprint.arguments(schemas.WaitQuery, location="query")
@blueprint.response(200, schemas.Contact)
def create(body: Json, query: Json) -> Response:
    """Create a contact; at least one property, the e-mail is optional."""
    if not body["properties"]:
        raise ApiError(400, "properties: the list is empty; send at least one {property, value}")
    show = presenter()
    sent = checked_values(show.catalogue, body["properties"])

    def work(session: Session) -> Json:
        [contact] = new_contacts(session, g.portal_id, [DIRECT])
        write_contacts(session, g.portal_id, [Change(contact, sent, API)])
        return show.created(contact, sent, API.type)

    before = feed_number(query)
    created = write(work)
    return reply({**created, **lists_moved(created["vid"], before)})


@blueprint.post("/contacts/v1/contact/createOrUpdate/email/<path:email>")
@blueprint.arguments(schemas.WriteBody)
@blueprint.arguments(schemas.WaitQuery, location="query")
@blueprint.response(200, schemas.Upserted)
def create_or_update(body: Json, query: Json, email: str) -> Response:
    """Update the contact that has the e-mail, or create it."""
    entry = Entry(checked_values(presenter().catalogue, body["properties"]), email=checked_email(email))
    before = feed_number(query)
    [(vid, is_new)] = write_entries([entry], UPSERT)
    return reply({"vid": vid, "isNew": is_new, **lists_moved(vid, before)})


@blueprint.get("/contacts/v1/contact/vid/<id('vid'):vid>/profile")
@blueprint.arguments(schemas.ProfileQuery, location="query")
@blueprint.response(200, schemas.Contact)
def show_by_vid(query: Json, vid: int) -> Response:
    """Show the contact that has the vid, or the one that it was merged into."""
    return _show(query, vid)


@blueprint.get("/contacts/v1/contact/email/<path:email>/profile")
@blueprint.arguments(schemas.ProfileQuery, location="query")
@blueprint.response(200, schemas.Contact)
def show_by_email(query: Json, email: str) -> Response:
    """Show the contact that has the e-mail as its primary or a secondary one."""
    found = contacts.find_by_email(snapshot(), g.portal_id, email)
    if found is None:
        raise ContactMissing(email)
    return _present(query, found, found.vid)


@blueprint.get("/contacts/v1/contact/utk/<utk>/profile")
@blueprint.arguments(schemas.ProfileQuery, location="query")
@blueprint.response(200, schemas.Contact)
def show_by_token(query: Json, utk: str) -> Response:
    """Show the contact that the visitor token belongs to."""
    vid = contacts.find_by_tokens(snapshot(), g.portal_id, [utk]).get(utk.lower())
    if vid is None:
        raise Missing(NOT_FOUND)
    return _show(query, vid)


@blueprint.post("/contacts/v1/contact/vid/<id('vid'):vid>/profile")
@blueprint.arguments(schemas.WriteBody)
@blueprint.arguments(schemas.WaitQuery, location="query")
@blueprint.response(204)
def update_by_vid(body: Json, query: Json, vid: int) -> Response:
    """Write values of the contact that has the vid; properties that are not sent stay as they are."""
    values = checked_values(presenter().catalogue, body["properties"])
    before = feed_number(query)
    return _updated(write(lambda session: _update(session, vid, values)), before)


@blueprint.post("/contacts/v1/contact/email/<path:email>/profile")
@blueprint.arguments(schemas.WriteBody)
@blueprint.arguments(schemas.WaitQuery, location="query")
@blueprint.response(204)
def update_by_email(body: Json, query: Json, email: str) -> Response:
    """Write values of the contact that has the e-mail; properties that are not sent stay as they are."""
    values = checked_values(presenter().catalogue, body["properties"])
    before = feed_number(query)
    return _updated(write(lambda session: _update(session, _vid_by_email(session, email), values)), before)


@blueprint.delete("/contacts/v1/contact/vid/<id('vid'):vid>")
@blueprint.response(200, schemas.Deleted)
def delete(vid: int) -> Response:
    """Delete the contact that has the vid."""
    write(lambda session: delete_contact(session, g.portal_id, vid))
    return reply({"vid": vid, "deleted": True, "reason": "OK"})


def _show(query: Json, vid: int) -> Response:
    found = contacts.find_contacts(snapshot(), g.portal_id, [vid]).get(vid)
    if found is None:
        raise ContactMissing(vid)
    return _present(query, found, vid)


def _present(query: Json, found: ContactRow, vid: int) -> Response:
    """Answer a contact that was found under a vid."""
    view = schemas.view_of(query)
    [profile] = load_profiles(snapshot(), g.portal_id, [found], view.wanted)
    return reply(presenter().contact(profile, view, asked_vid=vid))


def _vid_by_email(session: Reader, email: str) -> int:
    found = identities.find_by_emails(session, g.portal_id, [email])
    if not found:
        raise ContactMissing(email)
    return next(iter(found.values()))


def _updated(vid: int, before: int | None) -> Response:
    """Answer an update with nothing, as the original does, or with the lists that moved where it was to wait."""
    return nothing() if before is None else reply({"vid": vid, **lists_moved(vid, before)})


def _update(session: Session, vid: int, values: dict[str, str]) -> int:
    """Write values and return the vid of the contact that has them now."""
    contact = lock_contacts(session, g.portal_id, [vid]).get(vid)
    if contact is None:
        raise Missing(NOT_FOUND)
    write_contacts(session, g.portal_id, [Change(contact, values, API)])
    return contact.vid
