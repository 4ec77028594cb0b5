"""Lists: create, change, read, refresh and delete (contract S4). Their members are in `service.members`."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from records import lists
from records.contacts import highest_vid
from records.errors import ListRefused
from records.models import ContactList
from service.advice import ListTeller, warnings
from service.blueprints import ApiBlueprint
from service.criteria import KEYS, read_criteria
from service.refusals import ApiError
from service.replies import nothing, reply
from service.schemas.base import MAX_NUMBER, whole_number
from service.schemas.lists import (
    BatchQuery,
    KindQuery,
    ListChanges,
    ListObject,
    ListsBatch,
    ListsPage,
    ListsQuery,
    NewList,
    SavedList,
)
from service.transactions import read, write

blueprint = ApiBlueprint("lists", "Static and smart lists: create, change, read, refresh, delete")

NAMELESS = "Every list must have a name."


@blueprint.post("/contacts/v1/lists")
@blueprint.arguments(NewList)
@blueprint.response(200, SavedList)
def create_list(body: dict[str, Any]) -> Response:
    """Create a list. A smart one, or one with filters, fills in the background."""
    name = checked_name(body.get("name", ""))

    def work(session: Session) -> ContactList:
        criteria = read_criteria(session, g.portal_id, body)
        return lists.create_list(session, g.portal_id, name, body["dynamic"], criteria)

    return reply(_saved(write(work, "lists")))


@blueprint.get("/contacts/v1/lists")
@blueprint.arguments(ListsQuery, location="query")
@blueprint.response(200, ListsPage)
def page_lists(query: dict[str, Any]) -> Response:
    """Page through all lists by id."""
    return reply(_page(query, None))


@blueprint.get("/contacts/v1/lists/static")
@blueprint.arguments(KindQuery, location="query")
@blueprint.response(200, ListsPage)
def page_static_lists(query: dict[str, Any]) -> Response:
    """Page through the static lists; without `count` all come at once, without paging keys."""
    return reply(_page(query, False))


@blueprint.get("/contacts/v1/lists/dynamic")
@blueprint.arguments(KindQuery, location="query")
@blueprint.response(200, ListsPage)
def page_dynamic_lists(query: dict[str, Any]) -> Response:
    """Page through the smart lists; without `count` all come at once, without paging keys."""
    return reply(_page(query, True))


@blueprint.get("/contacts/v1/lists/batch")
@blueprint.arguments(BatchQuery, location="query")
@blueprint.response(200, ListsBatch)
def batch_lists(query: dict[str, list[str]]) -> Response:
    """Return the lists of these ids; unknown ids are left out."""
    numbers = (whole_number(text) for text in query["listId"])
    ids = [number for number in numbers if number is not None and 0 < number <= MAX_NUMBER]
    return reply({"lists": list_objects(lists.get_lists(read(), g.portal_id, ids))})


@blueprint.get("/contacts/v1/lists/<id('listId'):list_id>")
@blueprint.response(200, ListObject)
def get_list(list_id: int) -> Response:
    """Return one list."""
    return reply(list_objects([lists.get_list(read(), g.portal_id, list_id)])[0])


@blueprint.post("/contacts/v1/lists/<id('listId'):list_id>")
@blueprint.arguments(ListChanges)
@blueprint.response(200, SavedList)
def update_list(body: dict[str, Any], list_id: int) -> Response:
    """Change a list's name or filters; other filters have it evaluated anew while its members stay readable."""
    name = checked_name(body["name"]) if "name" in body else None

    def work(session: Session) -> ContactList:
        criteria = read_criteria(session, g.portal_id, body, list_id) if body.keys() & KEYS else None
        row = lists.update_list(session, g.portal_id, list_id, name, criteria)
        if body.get("dynamic", row.dynamic) != row.dynamic:
            raise ListRefused(f"dynamic: List {list_id} stays what it is; create another list instead")
        return row

    return reply(_saved(write(work, "lists")))


@blueprint.delete("/contacts/v1/lists/<id('listId'):list_id>")
@blueprint.response(204)
def delete_list(list_id: int) -> Response:
    """Delete a list that no other list uses."""
    write(lambda session: lists.delete_list(session, g.portal_id, list_id), "lists")
    return nothing()


@blueprint.post("/contacts/v1/lists/<id('listId'):list_id>/refresh")
@blueprint.response(204)
def refresh_list(list_id: int) -> Response:
    """Have a smart list evaluated anew."""
    write(lambda session: lists.refresh_list(session, g.portal_id, list_id), "lists")
    return nothing()


def list_objects(rows: Sequence[ContactList]) -> list[dict[str, Any]]:
    """Return lists as contract S4.1 tells them, and what their criteria say in plain language."""
    teller = ListTeller(read(), g.portal_id, rows)
    return [{**_list_object(row, teller.error(row)), "description": teller.description(row)} for row in rows]


def _saved(row: ContactList) -> dict[str, Any]:
    """Return a list that has just been saved, with what is hardly meant in it."""
    tree = ListTeller(read(), g.portal_id, [row]).tree(row)
    told = [] if tree is None else warnings(read(), g.portal_id, tree, row.time_zone, row.list_id)
    return {**list_objects([row])[0], "warnings": told}


def _progress(row: ContactList) -> dict[str, float]:
    """Return how much of the contacts a list's scan has gone through, while it goes on."""
    if row.state == lists.DONE or not row.scan_cursor:
        return {}
    return {"progress": round(min(1.0, row.scan_cursor / max(1, highest_vid(read(), row.portal_id))), 4)}


def _list_object(row: ContactList, error: str) -> dict[str, Any]:
    """Return a list's own facts; its revision is the internal id, which new criteria change."""
    return {
        "listId": row.list_id,
        "internalListId": row.revision,
        "portalId": row.portal_id,
        "name": row.name,
        "dynamic": row.dynamic,
        "listType": "DYNAMIC" if row.dynamic else "STATIC",
        "filters": row.filters,
        **({} if row.filter_tree is None else {"filterTree": row.filter_tree}),
        **({} if row.time_zone is None else {"timeZone": row.time_zone}),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "metaData": {
            "processing": row.state,
            "size": row.size,
            "error": error,
            "lastProcessingStateChangeAt": row.state_changed_at,
            "lastSizeChangeAt": row.size_changed_at,
            "listReferencesCount": None,
            **_progress(row),
        },
        "internal": False,
        "deleteable": True,
        "deleted": row.deleted,
        "readOnly": False,
        "archived": False,
        "parentId": 0,
    }


def _page(query: dict[str, Any], dynamic: bool | None) -> dict[str, Any]:
    offset, count = query["offset"], query["count"]
    rows, more = lists.page_lists(read(), g.portal_id, offset, count, dynamic)
    shown = list_objects(rows)
    return {"lists": shown, **({} if count is None else {"offset": offset + len(rows), "has-more": more})}


def checked_name(name: str) -> str:
    """Return a list's name; raises ApiError with 400 for one without letters."""
    if not name.strip():
        raise ApiError(400, NAMELESS)
    return name
