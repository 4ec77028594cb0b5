"""Lists created and edited at the page: a form of questions, and what they would give while they are edited."""

from collections.abc import Iterator
from typing import Any

from flask import Response, g, render_template, request, url_for
from sqlalchemy.orm import Session

from indexer.previews import preview
from queries.describe import describe
from records import lists
from records.contacts import find_contacts
from records.groups import list_groups
from records.models import ContactList, PropertyDefinition
from service.advice import ListTeller, warnings
from service.bodies import RequestParser
from service.criteria import read_criteria, read_draft
from service.lists import checked_name
from service.page.base import blueprint, require_own
from service.page.frame import framed
from service.page.questions import QUESTIONS, can_edit, place_of
from service.page.wording import Vocabulary, load_vocabulary, person
from service.replies import reply
from service.schemas.lists import ListChanges, NewList
from service.schemas.previews import DraftBody
from service.transactions import read, runtime, snapshot, write

SHOWN = 5
PARSER = RequestParser()


@blueprint.get("/contacts/<int:portal_id>/lists/new")
def new_list(portal_id: int) -> str:
    """Show the form for a new list."""
    require_own(portal_id)
    return _form(None)


@blueprint.get("/contacts/<int:portal_id>/lists/<id('listId'):list_id>/edit")
def edit_list(portal_id: int, list_id: int) -> str:
    """Show the form for a list that is there."""
    require_own(portal_id)
    return _form(lists.get_list(read(), g.portal_id, list_id))


@blueprint.post("/page/preview")
def preview_list() -> str:
    """Show what a list of these filters would give: how many contacts, some of them, and who would join and leave."""
    body = PARSER.parse(DraftBody(), request, location="json")
    draft, stored = read_draft(read(), g.portal_id, body)
    found = preview(read(), runtime().engine, g.portal_id, draft, stored)
    list_id = None if draft.row is None else draft.row.list_id
    rows = find_contacts(snapshot(), g.portal_id, found.whole.vids[:SHOWN])
    return render_template(
        "preview.html",
        found=found,
        described=describe(draft.tree, stored.context),
        warnings=warnings(read(), g.portal_id, draft.tree, draft.own_zone, list_id),
        people=[person(rows[vid], rows[vid].updated_at) for vid in found.whole.vids[:SHOWN] if vid in rows],
    )


@blueprint.post("/contacts/<int:portal_id>/lists")
def create_list(portal_id: int) -> Response:
    """Create a list and answer its address."""
    require_own(portal_id)
    body = PARSER.parse(NewList(), request, location="json")
    name = checked_name(body.get("name", ""))

    def work(session: Session) -> ContactList:
        return lists.create_list(session, g.portal_id, name, body["dynamic"], read_criteria(session, g.portal_id, body))

    return _saved(write(work, "lists"))


@blueprint.post("/contacts/<int:portal_id>/lists/<id('listId'):list_id>")
def save_list(portal_id: int, list_id: int) -> Response:
    """Change a list's name and, where filters are sent, what it asks for; answer its address."""
    require_own(portal_id)
    body = PARSER.parse(ListChanges(), request, location="json")
    name = checked_name(body.get("name", ""))

    def work(session: Session) -> ContactList:
        criteria = read_criteria(session, g.portal_id, body, list_id) if "filters" in body else None
        return lists.update_list(session, g.portal_id, list_id, name, criteria)

    return _saved(write(work, "lists"))


def _saved(row: ContactList) -> Response:
    return reply({"address": url_for("page.one_list", portal_id=row.portal_id, list_id=row.list_id)})


def _form(row: ContactList | None) -> str:
    described = None if row is None else ListTeller(read(), g.portal_id, [row]).description(row)
    can_ask = row is not None and described is not None and row.filter_tree is None and can_edit(row.filters)
    is_open = row is None or (row.dynamic and can_ask)
    return framed("builder.html", row=row, described=described, form=_questions(row) if is_open else None)


def _questions(row: ContactList | None) -> dict[str, Any]:
    """Return what the script makes the form of: what can be asked about what, and what the list asks now."""
    words = load_vocabulary(read(), g.portal_id)
    others = [(other, name) for other, name in lists.names(read(), g.portal_id).items() if not _is(row, other)]
    return {
        "groups": [{"label": label, "properties": found} for label, found in _properties(words)],
        "questions": {
            kind: [{"words": each.words, "control": each.control, "keys": each.keys} for each in questions]
            for kind, questions in QUESTIONS.items()
        },
        "lists": [{"value": str(list_id), "label": name} for list_id, name in others],
        "asked": [] if row is None else [[_asked(filter) for filter in group] for group in row.filters],
    }


def _is(row: ContactList | None, list_id: int) -> bool:
    return row is not None and row.list_id == list_id


def _asked(filter: dict[str, Any]) -> dict[str, Any]:
    kind, place = place_of(filter)
    return {"kind": kind, "place": place, "filter": filter}


def _properties(words: Vocabulary) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the headings of properties with the properties under each, by label."""
    for group in list_groups(read(), g.portal_id):
        found = [_property(words, each) for each in words.definitions.values() if each.group_name == group.name]
        if found:
            yield group.display_name, sorted(found, key=lambda each: str(each["label"]).casefold())


def _property(words: Vocabulary, definition: PropertyDefinition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "label": words.label(definition.name),
        "type": definition.type,
        "options": [{"value": value, "label": label} for value, label in words.options(definition.name).items()],
    }
