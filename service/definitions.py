"""Remembers forms and what their fields mean, so that a visitor's submission needs no look at them beforehand.

What is remembered may be out of date: the submission's own transaction compares its stamp with what is stored, and no
refusal rests on it. So a form that was changed, wherever that was, is read as it is from the next submission on.
"""

from collections.abc import Callable
from contextlib import suppress

from flask import Flask, Response, current_app

from records import forms
from records.errors import DefinitionsMoved
from records.forms import Definitions
from service.refusals import ApiError
from service.transactions import end_snapshot, snapshot

EXTENSION = "contacts-definitions"
MOST = 1_000
ATTEMPTS = 3


def install_definitions(app: Flask) -> None:
    """Let the application remember definitions, by portal and guid; of more than MOST it begins anew."""
    app.extensions[EXTENSION] = {}


def by_definitions(portal_id: int, guid: str, work: Callable[[Definitions], Response]) -> Response | None:
    """Return what `work` answers by the definitions of a form; None where there is no such portal or form.

    `work` may run more than once, and only one run is kept. Raises its refusals, where they rest on what is stored.
    """
    remembered: dict[tuple[int, str], Definitions] = current_app.extensions[EXTENSION]
    known = remembered.get((portal_id, guid))
    if known is not None:
        with suppress(ApiError, DefinitionsMoved):
            return work(known)
    return _by_stored(remembered, portal_id, guid, work)


def _by_stored(
    remembered: dict[tuple[int, str], Definitions],
    portal_id: int,
    guid: str,
    work: Callable[[Definitions], Response],
) -> Response | None:
    for _ in range(ATTEMPTS):
        found = forms.find_definitions(snapshot(), portal_id, guid)
        if found is None:
            return None
        if len(remembered) >= MOST:
            remembered.clear()
        remembered[portal_id, guid] = found
        try:
            return work(found)
        except DefinitionsMoved:
            end_snapshot()
    raise ApiError(503, "The form is being changed: send it again", {"Retry-After": "1"})
