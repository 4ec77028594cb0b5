"""Search for people at the page: as they type, and page by page."""

from typing import Any

from flask import g, render_template, request

from indexer.engines.base import MAX_HITS, SearchHits, SearchRequest
from queries.search import SearchText, parse_search
from records.contacts import find_contacts
from records.profiles import Wanted, load_profiles
from service.page.base import asked_number, blueprint
from service.page.frame import framed
from service.page.wording import Person, load_vocabulary, person
from service.search import MAX_QUERY, live_generation
from service.transactions import read, runtime, snapshot

TYPED = 10
SHOWN = 50


@blueprint.get("/search")
def search() -> str:
    """Show a page of the contacts that a search finds."""
    found = _find(_asked(), min(asked_number("offset"), MAX_HITS - SHOWN), SHOWN)
    return framed("search.html", **found, words=load_vocabulary(read(), g.portal_id))


@blueprint.get("/page/typed")
def typed() -> str:
    """Show, for the list under the search box, the contacts that best meet what is typed so far."""
    return render_template("typed.html", **_find(_asked(), 0, TYPED))


def _asked() -> str:
    return request.args.get("q", "")[:MAX_QUERY]


def _find(q: str, offset: int, count: int) -> dict[str, Any]:
    text = parse_search(q)
    wanted = SearchRequest(text, offset, count)
    hits = runtime().engine.search(g.portal_id, live_generation(), wanted) if text.words else SearchHits([], 0)
    end = offset + len(hits.vids)
    return {
        "q": q,
        "people": _people(text, hits.vids),
        "offset": offset,
        "total": hits.total,
        "total_is_exact": hits.total < MAX_HITS,
        "following": end if hits.vids and end < min(hits.total, MAX_HITS - SHOWN) else None,
        "preceding": max(offset - count, 0) if offset else None,
    }


def _people(text: SearchText, vids: list[int]) -> list[Person]:
    """Return the contacts of hits in their order, with what was searched for marked; those that are gone are left out.

    Of several e-mails that one is shown which was searched for.
    """
    found = find_contacts(snapshot(), g.portal_id, vids)
    rows = [found[vid] for vid in vids if vid in found and found[vid].vid == vid]
    people = []
    for profile in load_profiles(snapshot(), g.portal_id, rows, Wanted(history=False, memberships=False)):
        row = profile.contact
        ways = [person(row, row.updated_at, text, email.value) for email in profile.emails]
        met = (way for way in ways if any(piece.marked for piece in way.email))
        people.append(next(met, person(row, row.updated_at, text)))
    return people
