"""A contact as a person reads it: values, history, identities, and the lists it is in with the reason why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from flask import Response, g, make_response, redirect, url_for

from records.contacts import ContactRow, find_contacts
from records.errors import ContactMissing
from records.groups import list_groups
from records.profiles import Profile, Wanted, load_profiles
from service.page.base import blueprint, require_own
from service.page.frame import framed
from service.page.moves import show_moves_of
from service.page.stays import show_stays
from service.page.wording import Vocabulary, load_vocabulary, name_of
from service.transactions import read, snapshot

STEPS = 60
MOVES = 200
SOURCES = {"API": "API", "IMPORT": "import", "FORM": "form", "MERGE_CONTACTS": "merge", "CALCULATED": "calculated"}


@dataclass(frozen=True, slots=True)
class Value:
    """A property's value under the property's label."""

    name: str
    label: str
    text: str
    is_moment: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What was written to a contact at one moment by one source."""

    moment: int
    source: str
    values: Sequence[Value]


@blueprint.get("/contacts/<int:portal_id>/contact/<id('vid'):vid>")
def contact(portal_id: int, vid: int) -> str | Response:
    """Show a contact; a merged one leads to its survivor."""
    require_own(portal_id)
    row = find_contacts(snapshot(), g.portal_id, [vid]).get(vid)
    if row is None:
        raise ContactMissing(vid)
    if row.vid != vid:
        return make_response(redirect(url_for("page.contact", portal_id=portal_id, vid=row.vid)))
    [profile] = load_profiles(snapshot(), g.portal_id, [row], Wanted(history=True, memberships=True))
    words = load_vocabulary(read(), g.portal_id)
    moves = show_moves_of(read(), g.portal_id, vid, MOVES, words)
    return framed(
        "contact.html",
        contact=row,
        name=name_of(vid, row.properties),
        profile=profile,
        groups=list(_groups(words, row)),
        steps=list(islice(_steps(words, profile), STEPS)),
        stays=show_stays(profile, moves),
        own_moves=moves,
    )


def _groups(words: Vocabulary, row: ContactRow) -> Iterator[tuple[str, list[Value]]]:
    """Yield the headings of properties with the values that the contact has there."""
    for group in list_groups(read(), g.portal_id):
        names = [name for name, found in words.definitions.items() if found.group_name == group.name]
        values = [_value(words, name, row.properties[name]) for name in names if row.properties.get(name)]
        if values:
            yield group.display_name, sorted(values, key=lambda value: _place(words, value))


def _place(words: Vocabulary, value: Value) -> tuple[Any, ...]:
    order = words.definitions[value.name].details.get("displayOrder", -1)
    return order < 0, order, value.label


def _steps(words: Vocabulary, profile: Profile) -> Iterator[Step]:
    """Yield what was written to the contact, the newest first."""
    versions = [row for name, rows in profile.versions.items() if name in words.definitions for row in rows]
    written = sorted(versions, key=lambda row: (-row.timestamp, _source(row), words.label(row.name), -row.version))
    for (moment, source), rows in groupby(written, key=lambda row: (row.timestamp, _source(row))):
        yield Step(moment, source, [_value(words, row.name, row.value) for row in rows])


def _source(row: Any) -> str:
    kind = SOURCES.get(row.source_type, row.source_type)
    detail = row.source_label or row.source_id
    return f"{kind}: {detail}" if detail else kind


def _value(words: Vocabulary, name: str, value: str) -> Value:
    return Value(name, words.label(name), words.value(name, value), words.is_moment(name))
