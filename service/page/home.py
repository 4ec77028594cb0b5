"""The page's first sight: how many contacts there are, and those that changed last."""

from flask import g

from records import contacts
from records.clock import now
from service.page.base import blueprint
from service.page.frame import framed
from service.page.wording import load_vocabulary, person
from service.transactions import read

SHOWN = 25


@blueprint.get("/")
def home() -> str:
    """Show the contacts that changed last."""
    rows = contacts.recently_updated(read(), g.portal_id, None, SHOWN, now(read()))
    count, _ = contacts.statistics(read(), g.portal_id)
    people = [person(row, row.updated_at) for row in rows]
    return framed("home.html", people=people, count=count, words=load_vocabulary(read(), g.portal_id))
