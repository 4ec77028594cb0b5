"""Many contacts in one request: the bulk upsert and the look-ups by vid, e-mail and visitor token (S2.3, S2.7)."""

from collections.abc import Sequence

from flask import Response, g

from queries.values import email_key
from records import contacts
from records.errors import ContactExists, ContactMissing
from records.profiles import load_profiles
from records.upserts import Entry, Provenance
from records.writes import Source
from service.blueprints import ApiBlueprint
from service.bodies import read_json
from service.contacts import presenter
from service.presenter import Json
from service.refusals import ApiError
from service.replies import nothing, reply
from service.schemas import contacts as schemas
from service.schemas.base import MAX_COUNT, MAX_NUMBER, whole_number
from service.schemas.batches import Failures, read_items
from service.transactions import snapshot
from service.upserting import write_entries
from service.waiting import feed_number, lists_moved_of

blueprint = ApiBlueprint("batches", "Many contacts in one request")


@blueprint.post("/contacts/v1/contact/batch")
@blueprint.arguments(schemas.BatchQuery, location="query")
@blueprint.response(202)
def upsert_batch(query: Json) -> Response:
    """Update or create up to 1,000 contacts; one bad item refuses all of them.

    With `waitForLists=true` the answer is 200 and tells for every item which lists its contact joined and left.
    """
    entries = read_items(read_json(), presenter().catalogue)
    label = f"auditId={query['auditId']}"
    before = feed_number(query)
    try:
        written = write_entries(entries, Provenance(Source("BATCH_UPDATE", label), ("BATCH_UPDATE", label)))
    except (ContactMissing, ContactExists) as error:
        raise _failures(entries, error).refusal() from None
    return nothing(202) if before is None else reply({"contacts": _moved(written, before)})


@blueprint.get("/contacts/v1/contact/vids/batch")
@blueprint.arguments(schemas.VidsQuery, location="query")
@blueprint.response(200)
def show_by_vids(query: Json) -> Response:
    """Show contacts by vid, keyed by the vid asked for."""
    numbers = [whole_number(text) for text in _limited("vid", query["vid"])]
    vids = [number for number in numbers if number is not None and 0 < number <= MAX_NUMBER]
    return reply(_present(query, {str(vid): vid for vid in vids}))


@blueprint.get("/contacts/v1/contact/emails/batch")
@blueprint.arguments(schemas.EmailsQuery, location="query")
@blueprint.response(200)
def show_by_emails(query: Json) -> Response:
    """Show contacts by e-mail, keyed by vid. A plus sent unescaped, which a query reads as a blank, is a plus again."""
    emails = [email.strip().replace(" ", "+") for email in _limited("email", query["email"])]
    vids = contacts.find_by_emails(snapshot(), g.portal_id, emails).values()
    return reply(_present(query, {str(vid): vid for vid in vids}))


@blueprint.get("/contacts/v1/contact/utks/batch")
@blueprint.get("/contacts/v1/contact/byUtk/batch")
@blueprint.arguments(schemas.TokensQuery, location="query")
@blueprint.response(200)
def show_by_tokens(query: Json) -> Response:
    """Show contacts by visitor token, keyed by token."""
    tokens = _limited("utk", query["utk"])
    vids = contacts.find_by_tokens(snapshot(), g.portal_id, tokens)
    return reply(_present(query, {token: vids[token.lower()] for token in tokens if token.lower() in vids}))


def _present(query: Json, vids: dict[str, int]) -> Json:
    """Return key -> contact JSON for those of the keys' vids that are live contacts."""
    view, show = schemas.view_of(query), presenter()
    found = contacts.find_contacts(snapshot(), g.portal_id, set(vids.values()))
    rows = list({row.vid: row for row in found.values()}.values())
    loaded = load_profiles(snapshot(), g.portal_id, rows, view.wanted)
    profiles = {profile.contact.vid: profile for profile in loaded}
    return {
        key: show.contact(profiles[found[vid].vid], view, asked_vid=vid) for key, vid in vids.items() if vid in found
    }


def _limited(name: str, values: Sequence[str]) -> Sequence[str]:
    if len(values) > MAX_COUNT:
        raise ApiError(400, f"{name}: {len(values)} contacts are too many; ask for at most {MAX_COUNT}")
    return values


def _moved(written: Sequence[tuple[int, bool]], before: int) -> list[Json]:
    """Return for each item what a single upsert answers that waits for its lists."""
    moved = lists_moved_of({vid for vid, _ in written}, before)
    return [{"vid": vid, "isNew": is_new, **moved[vid]} for vid, is_new in written]


def _failures(entries: Sequence[Entry], error: ContactMissing | ContactExists) -> Failures:
    """Return which items a refusal of the records is about."""
    failures = Failures()
    for index, entry in enumerate(entries):
        if isinstance(error, ContactMissing) and entry.vid == error.key:
            failures.add(index, "contact does not exist")
        elif isinstance(error, ContactExists) and _writes(entry, error.email):
            failures.add(index, f"Contact already exists: {error.email} belongs to contact {error.vid}")
    return failures


def _writes(entry: Entry, email: str) -> bool:
    return email_key(entry.values.get("email") or entry.email) == email_key(email)
