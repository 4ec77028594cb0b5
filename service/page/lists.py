"""Lists as a person reads them: what they ask for, how big they are, who is in them and who moved last."""

from typing import Any

from flask import g, request

from records import contacts, lists
from service.advice import ListTeller
from service.page.base import asked_number, blueprint, require_own
from service.page.frame import framed
from service.page.moves import show_latest
from service.page.wording import load_vocabulary, person
from service.schemas.base import whole_number
from service.transactions import read

MEMBERS = 50
MOVES = 5
LISTS = 100


@blueprint.get("/contacts/<int:portal_id>/lists")
def all_lists(portal_id: int) -> str:
    """Show all lists, page by page."""
    require_own(portal_id)
    offset = asked_number("offset")
    found, more = lists.page_lists(read(), g.portal_id, offset, LISTS, None)
    return framed(
        "lists.html",
        rows=found,
        preceding=max(offset - LISTS, 0) if offset else None,
        following=offset + LISTS if more else None,
    )


@blueprint.get("/contacts/<int:portal_id>/lists/<id('listId'):list_id>")
def one_list(portal_id: int, list_id: int) -> str:
    """Show a list with the members that joined last."""
    require_own(portal_id)
    row = lists.get_list(read(), g.portal_id, list_id)
    words = load_vocabulary(read(), g.portal_id)
    moves = show_latest(read(), g.portal_id, MOVES, list_id=list_id, words=words)
    teller = ListTeller(read(), g.portal_id, [row])
    return framed(
        "list.html",
        row=row,
        described=teller.description(row),
        problem=teller.error(row),
        words=words,
        own_moves=moves,
        **_members(list_id),
    )


def _members(list_id: int) -> dict[str, Any]:
    """Return a page of members, the one that joined last first, and where the next page begins."""
    found = contacts.recent_members(read(), g.portal_id, list_id, _before(), MEMBERS + 1)
    shown = found[:MEMBERS]
    last = shown[-1] if len(found) > MEMBERS else None
    return {
        "people": [person(row, row.added_at) for row in shown],
        "before": f"{last.added_at}.{last.vid}" if last else None,
        "is_first": _before() is None,
    }


def _before() -> tuple[int, int] | None:
    """Return the pair (milliseconds, vid) after which the asked page begins, None for the first page."""
    moment, _, vid = request.args.get("before", "").partition(".")
    pair = whole_number(moment), whole_number(vid)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None
