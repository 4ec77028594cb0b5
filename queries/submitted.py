"""What of a contact's form submissions stands in its index document, for criteria about forms (`queries.leaves.form`).

A contact has at most 1,000 submissions, and a document holds all of them: per form a list of instants with their pages.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from queries import fields
from queries.fields import Document

MAX_PAGE = 500
"""Characters of a page that are told apart."""


class Submitted(NamedTuple):
    """A form that was sent at an instant (milliseconds since the epoch) from a page, which may be "" for unknown."""

    form: str
    at: int
    page_id: str
    page_url: str


def submission_fields(submissions: Iterable[Submitted]) -> Document:
    """Return the part of a document that tells what was sent through forms; nothing of nothing."""
    found: dict[str, list[list[int | str]]] = {}
    terms: set[str] = set()
    instants: set[int] = set()
    for each in submissions:
        pages = tuple(dict.fromkeys(page for page in (page_key(each.page_id), page_key(each.page_url)) if page))
        found.setdefault(each.form, []).append([each.at, *pages])
        terms.update(_terms(each.form, pages))
        instants.add(each.at)
    if not found:
        return {}
    return {fields.SENT: sorted(terms), fields.SENT_AT: sorted(instants), fields.SUBMISSIONS: found}


def page_key(page: str) -> str:
    """Return that by which pages are compared: an id, or an address without its query and fragment."""
    return page.partition("#")[0].partition("?")[0].strip()[:MAX_PAGE]


def _terms(form: str, pages: Iterable[str]) -> Iterator[str]:
    yield fields.sent_term(form, "")
    for page in pages:
        yield fields.sent_term("", page)
        yield fields.sent_term(form, page)
