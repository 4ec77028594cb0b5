"""How the page says things: names of people, values of properties, causes of joins and leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from queries.catalogue import PropertyType
from queries.highlight import Piece, highlight, highlight_phone
from queries.search import SearchText
from queries.text import is_cjk, plain
from records.contacts import ContactRow
from records.models import PropertyDefinition
from records.properties import list_properties

CAUSES = {
    "CONTACT_CHANGE": "the contact changed",
    "FIRST_FILL": "the list was filled",
    "LIST_EDITED": "the list was edited",
    "BY_HAND": "by hand",
    "CONTACT_DELETED": "the contact was deleted",
    "CONTACT_MERGED": "contacts were merged",
    "LIST_DELETED": "the list was deleted",
    "IMPORT": "an import",
    "CLOCK": "time passed",
    "LIST_IN_LIST": "a list that it asks for changed",
    "PIN": "a pin",
}
"""Kinds of causes (records.feed.Kind) in words."""

MOMENTS = (PropertyType.DATETIME.value, PropertyType.DATE.value)
NOTHING = "nothing"
NO_SEARCH = SearchText((), ())


@dataclass(frozen=True, slots=True)
class Person:
    """A contact in a line: its name and e-mail as pieces, and what else tells people apart."""

    vid: int
    name: Sequence[Piece]
    email: Sequence[Piece]
    company: Sequence[Piece]
    phone: Sequence[Piece]
    values: Mapping[str, str]
    moment: int


def full_name(values: Mapping[str, str]) -> str:
    """Return a contact's name as it is written in its own language; empty where there is none."""
    first, last = values.get("firstname", "").strip(), values.get("lastname", "").strip()
    if first and last and is_cjk(plain(first + last)):
        return last + first
    return f"{first} {last}".strip()


def name_of(vid: int, values: Mapping[str, str]) -> str:
    """Return what to call a contact: by name, e-mail, company or number."""
    return full_name(values) or values.get("email", "") or values.get("company", "") or f"Contact {vid}"


def person(row: ContactRow, moment: int, search: SearchText = NO_SEARCH, email: str | None = None) -> Person:
    """Return a contact in a line with what was searched for marked; `moment` is told beside it, in milliseconds.

    `email` is the address to show where it is not the primary one. The phone number is left out unless it was searched
    for.
    """
    values = row.properties
    phone = highlight_phone(values.get("phone", ""), search)
    return Person(
        row.vid,
        highlight(name_of(row.vid, values), search),
        highlight(values.get("email", "") if email is None else email, search),
        highlight(values.get("company", ""), search),
        [piece for piece in phone if piece.marked],
        values,
        moment,
    )


@dataclass(frozen=True)
class Vocabulary:
    """What a portal calls its properties and their options."""

    definitions: Mapping[str, PropertyDefinition]

    def label(self, name: str) -> str:
        """Return what people call a property."""
        definition = self.definitions.get(name)
        return definition.details.get("label") or name if definition else name

    def is_moment(self, name: str) -> bool:
        """Tell whether the property's values are instants."""
        definition = self.definitions.get(name)
        return definition is not None and definition.type in MOMENTS

    def options(self, name: str) -> dict[str, str]:
        """Return the values that a property offers with what people call them; none where any value will do."""
        definition = self.definitions.get(name)
        options = definition.details.get("options", ()) if definition else ()
        return {option["value"]: option.get("label") or option["value"] for option in options}

    def value(self, name: str, value: str) -> str:
        """Return a value as people say it: options by their labels."""
        labels = self.options(name)
        return ", ".join(labels.get(part, part) for part in value.split(";")) if labels else value

    def cause(self, reason: Mapping[str, Any]) -> str:
        """Return a join's or leave's cause in words; of a contact's change, what changed."""
        changes = [self._change(change) for change in reason.get("changes", ())]
        names = ", ".join(self.label(name) for name in reason.get("properties", ()) if name in self.definitions)
        said = "; ".join(changes) or (f"{names} changed" if names else "")
        kind = CAUSES.get(reason["kind"], reason["kind"])
        if reason["kind"] == "CONTACT_CHANGE":
            return said or kind
        return f"{kind}: {said}" if said else kind

    def _change(self, change: Mapping[str, Any]) -> str:
        name = change["property"]
        old, new = (self.value(name, change[key] or "") or NOTHING for key in ("old", "new"))
        return f"{self.label(name)}: {old} → {new}"


def load_vocabulary(session: Session, portal_id: int) -> Vocabulary:
    """Return the portal's words."""
    return Vocabulary({row.name: row for row in list_properties(session, portal_id)})
