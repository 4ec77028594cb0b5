"""Search: the engine finds, the records show (contract S2.10), so that the dead are never shown."""

from flask import Response, g

from indexer.engines.base import MAX_HITS, SearchRequest, Sort
from indexer.errors import EngineUnavailable
from queries import fields
from queries.catalogue import Catalogue
from queries.search import parse_search
from records import contacts, engine_state
from records.profiles import load_profiles
from service.blueprints import ApiBlueprint
from service.contacts import presenter
from service.presenter import Json, Presenter, View
from service.refusals import BadInput
from service.replies import reply
from service.schemas import contacts as schemas
from service.transactions import runtime, snapshot

MAX_QUERY = 1_000

blueprint = ApiBlueprint("search", "Find contacts by what is typed")


@blueprint.get("/contacts/v1/search/query")
@blueprint.arguments(schemas.SearchQuery, location="query")
@blueprint.response(200, schemas.SearchPage)
def search(query: Json) -> Response:
    """Find contacts by name, company, e-mail or phone; the best match first, or in the order of a property."""
    _check(query)
    show = presenter()
    text, sort = parse_search(query["q"]), _sort(query, show.catalogue)
    request = SearchRequest(text, query["offset"], query["count"], sort)
    hits = runtime().engine.search(g.portal_id, live_generation(), request)
    end = query["offset"] + len(hits.vids)
    return reply(
        {
            "query": query["q"],
            "offset": end if hits.vids else 0,
            "has-more": bool(hits.vids) and end < hits.total,
            "total": hits.total,
            "contacts": _present(show, query, hits.vids),
        }
    )


def _check(query: Json) -> None:
    if len(query["q"]) > MAX_QUERY:
        raise BadInput("q", query["q"], f"has {len(query['q'])} characters", f"send at most {MAX_QUERY}")
    if query["offset"] + query["count"] > MAX_HITS:
        problem = f"with count {query['count']} lies beyond the {MAX_HITS} contacts that can be paged through"
        raise BadInput("offset", query["offset"], problem, "narrow the search")


def _sort(query: Json, catalogue: Catalogue) -> Sort | None:
    name = query["sort"]
    if name is None:
        return None
    descending = query["order"] == "DESC"
    if name == fields.VID:
        return Sort(fields.VID, descending)
    definition = catalogue.get(name)
    if definition is None:
        raise BadInput("sort", name, "is not a property", "send vid or the internal name of a property")
    kind = fields.kind(definition)
    return Sort(fields.path(fields.EXACT_SET if kind == "e" else kind, name), descending)


def live_generation() -> int:
    """Return the index that is read; raises EngineUnavailable before the portal's first one is whole."""
    live = engine_state.live_generation(snapshot(), g.portal_id)
    if live is None:
        raise EngineUnavailable("the portal's index is being built for the first time")
    return live


def _present(show: Presenter, query: Json, vids: list[int]) -> list[Json]:
    """Return the contacts of hits in their order; deleted and merged ones are left out."""
    named = query["property"]
    shown = None if named is None else frozenset(named)
    view = View(shown, history=False, submissions="none", memberships=False, saved_at=False)
    found = contacts.find_contacts(snapshot(), g.portal_id, vids)
    rows = [found[vid] for vid in vids if vid in found and found[vid].vid == vid]
    return [show.contact(profile, view) for profile in load_profiles(snapshot(), g.portal_id, rows, view.wanted)]
