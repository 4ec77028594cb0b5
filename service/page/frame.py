"""The frame around whatever is shown: the lists at one side, the live joins and leaves at the other."""

from typing import Any

from flask import g, render_template

from records.recent import latest_lists
from service.page.moves import show_latest
from service.transactions import read

LISTS = 100
MOVES = 30


def framed(template: str, **shown: Any) -> str:
    """Return a whole page: the template within the frame."""
    return render_template(template, **lists_beside(), **moves_beside(), **shown)


def lists_beside() -> dict[str, Any]:
    """Return what the column of lists shows: those saved last."""
    found = latest_lists(read(), g.portal_id, LISTS + 1)
    return {"lists": found[:LISTS], "more_lists": len(found) > LISTS}


def moves_beside() -> dict[str, Any]:
    """Return what the column of moves shows at first."""
    return {"moves": show_latest(read(), g.portal_id, MOVES)}
