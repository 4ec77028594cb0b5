"""Criteria looked at before they are saved, and memberships explained (ours). Nothing here is stored."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, g

from indexer.engines.base import Surveyed
from indexer.explanations import Explanation, explain_membership, match_lists
from indexer.previews import Clause, Difference, Draft, Preview, preview
from queries.describe import describe
from queries.explain import clauses_away
from queries.nodes import Leaf
from queries.tree import render_tree
from records import contacts, marks
from records.profiles import load_profiles
from service.advice import warnings
from service.blueprints import ApiBlueprint
from service.contacts import presenter
from service.criteria import read_draft
from service.presenter import Json, View
from service.replies import reply
from service.schemas import previews as schemas
from service.schemas.contacts import LISTED
from service.transactions import read, runtime, snapshot
from service.values import checked_values

blueprint = ApiBlueprint("previews", "Criteria looked at before they are saved, and memberships explained")

VIEW = View(LISTED | {"email"}, history=False, submissions="none", memberships=False, saved_at=False)


@blueprint.post("/contacts/v1/lists/preview")
@blueprint.arguments(schemas.DraftBody)
@blueprint.response(200, schemas.PreviewAnswer)
def preview_list(body: Json) -> Response:
    """Count whom criteria would match, clause by clause, and who would join and leave an existing list."""
    draft, stored = read_draft(read(), g.portal_id, body)
    found = preview(read(), runtime().engine, g.portal_id, draft, stored)
    return reply(
        {
            **_preview(found),
            "description": describe(draft.tree, stored.context),
            "warnings": _warnings(draft),
            "waiting": marks.count(read(), g.portal_id),
        }
    )


@blueprint.post("/contacts/v1/lists/lint")
@blueprint.arguments(schemas.DraftBody)
@blueprint.response(200, schemas.Looked)
def lint_list(body: Json) -> Response:
    """Describe criteria in plain language and warn of what is hardly meant."""
    draft, stored = read_draft(read(), g.portal_id, body)
    told = describe(draft.tree, stored.context)
    return reply({"description": told, "warnings": _warnings(draft)})


@blueprint.post("/contacts/v1/lists/match")
@blueprint.arguments(schemas.MatchBody)
@blueprint.response(200, schemas.MatchAnswer)
def match_contact(body: Json) -> Response:
    """Return the smart lists that a contact with these values would be in; it is not created."""
    values = checked_values(presenter().catalogue, body["properties"])
    found = match_lists(read(), g.portal_id, values, body["listId"])
    return reply({"lists": [{"listId": list_id, "name": name} for list_id, name in found]})


@blueprint.get("/contacts/v1/lists/<id('listId'):list_id>/explain/<id('vid'):vid>")
@blueprint.response(200, schemas.ExplainAnswer)
def explain_contact(list_id: int, vid: int) -> Response:
    """Explain why a contact is in a smart list or not, clause by clause, and what would change it."""
    return reply(_explanation(explain_membership(read(), g.portal_id, list_id, vid)))


def _warnings(draft: Draft) -> list[Json]:
    list_id = None if draft.row is None else draft.row.list_id
    return warnings(read(), g.portal_id, draft.tree, draft.own_zone, list_id)


def _preview(found: Preview) -> Json:
    moves = found.difference
    surveyed = [found.whole, *(() if moves is None else (moves.joining, moves.leaving))]
    shown = _contacts({vid for each in surveyed for vid in each.vids})
    told = {**_sampled(found.whole, shown), "clauses": None if found.clauses is None else _clause(found.clauses)}
    return told if moves is None else told | {"difference": _difference(moves, shown)}


def _difference(moves: Difference, shown: Mapping[int, Json]) -> Json:
    return {"joining": _sampled(moves.joining, shown), "leaving": _sampled(moves.leaving, shown)}


def _clause(clause: Clause) -> Json:
    told = {"text": clause.text, **_counted(clause.alone), "soFar": _counted(clause.so_far)}
    if isinstance(clause.node, Leaf):
        return told | {"filter": render_tree(clause.node)}
    return told | {"op": type(clause.node).__name__.lower(), "of": [_clause(each) for each in clause.below]}


def _counted(found: Surveyed) -> Json:
    return {"count": found.count, "exact": found.exact}


def _sampled(found: Surveyed, shown: Mapping[int, Json]) -> Json:
    return {**_counted(found), "contacts": [shown[vid] for vid in found.vids if vid in shown]}


def _contacts(vids: Iterable[int]) -> dict[int, Json]:
    """Return vid -> contact of those that are still alive."""
    found = contacts.find_contacts(snapshot(), g.portal_id, list(vids))
    rows = [row for vid, row in found.items() if row.vid == vid]
    show = presenter()
    return {
        profile.contact.vid: show.contact(profile, VIEW)
        for profile in load_profiles(snapshot(), g.portal_id, rows, VIEW.wanted)
    }


def _explanation(found: Explanation) -> dict[str, Any]:
    return {
        "listId": found.list_id,
        "vid": found.vid,
        "matches": found.criteria.matches,
        "pinned": found.pin,
        "belongs": found.belongs,
        "isMember": found.added_at is not None,
        "addedAt": found.added_at,
        "waiting": found.waits,
        "changesAt": found.changes_at,
        "oneClauseAway": [
            {"text": each.text, "filter": render_tree(each.node)} for each in clauses_away(found.criteria)
        ],
        "criteria": found.criteria.as_json(),
    }
