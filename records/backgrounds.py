"""What index documents hold of contacts beside their rows: addresses, visitor tokens, and what properties were before.

Documents are built for every write, so this takes one statement, and one more for contacts that have been changed
since they were created: the history of the others is what they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, false, literal, select, union_all

from records.contacts import ContactRow
from records.identities import EMAIL
from records.models import Contact, Identity, PropertyVersion
from records.statements import PORTAL, ByVid, Matcher, Reader

_STUB = "STUB"


@dataclass(slots=True)
class Background:
    """A contact's addresses, the primary one first; its number of tokens; when its properties changed, in milliseconds.

    `past` holds the values of properties that have had several, newest first, those of merged records among them.
    """

    emails: tuple[str, ...] = ()
    tokens: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    past: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_backgrounds(reader: Reader, portal_id: int, contacts: Sequence[ContactRow]) -> dict[int, Background]:
    """Return vid -> background of live contacts."""
    found = {row.vid: Background() for row in contacts}
    survivors = _add_identities(reader, portal_id, found)
    merged_into = set(survivors.values())
    for row in contacts:
        if row.version == 1 and row.vid not in merged_into:
            found[row.vid].changed = dict.fromkeys(row.properties, row.updated_at)
    asked = [row.vid for row in contacts if row.version > 1 or row.vid in merged_into]
    if asked:
        _add_history(_VERSIONS.run(reader, portal_id, [*asked, *survivors]), survivors, found)
    return found


def _add_identities(reader: Reader, portal_id: int, found: Mapping[int, Background]) -> dict[int, int]:
    """Add addresses and tokens, and return merged vid -> the contact that it was merged into."""
    survivors: dict[int, int] = {}
    for row in sorted(_IDENTITIES.run(reader, portal_id, found.keys()), key=_primary_first):
        background = found[row.owner]
        if row.kind == EMAIL:
            background.emails = (*background.emails, row.value)
        elif row.kind == _STUB:
            survivors[row.vid] = row.owner
        else:
            background.tokens += 1
    return survivors


def _primary_first(row: Row[Any]) -> tuple[bool, str]:
    return not row.is_primary, row.key


def _add_history(rows: Iterable[Row[Any]], survivors: Mapping[int, int], found: Mapping[int, Background]) -> None:
    """Add what the versions of properties tell; of two written at once the survivor's own is the newer."""
    values: dict[tuple[int, str], list[str]] = {}
    for row in sorted(rows, key=lambda row: (-row.timestamp, row.vid in survivors, -row.version)):
        vid = survivors.get(row.vid, row.vid)
        found[vid].changed.setdefault(row.name, row.timestamp)
        values.setdefault((vid, row.name), []).append(row.value)
    for (vid, name), past in values.items():
        if len(past) > 1:
            found[vid].past[name] = tuple(past)


_CONTACT = Contact.__table__.c
_IDENTITY = Identity.__table__.c
_VERSION = PropertyVersion.__table__.c


def _select_identities(matches: Matcher) -> CompoundSelect[Any]:
    identities = select(
        _IDENTITY.vid.label("owner"),
        _IDENTITY.vid,
        _IDENTITY.kind,
        _IDENTITY.value,
        _IDENTITY.is_primary,
        _IDENTITY.key,
    ).where(_IDENTITY.portal_id == PORTAL, matches(_IDENTITY.vid))
    stubs = select(_CONTACT.merged_into, _CONTACT.vid, literal(_STUB), literal(""), false(), literal("")).where(
        _CONTACT.portal_id == PORTAL, matches(_CONTACT.merged_into)
    )
    return union_all(identities, stubs)


def _select_versions(matches: Matcher) -> Select[Any]:
    columns = (_VERSION.vid, _VERSION.version, _VERSION.name, _VERSION.value, _VERSION.timestamp)
    return select(*columns).where(_VERSION.portal_id == PORTAL, matches(_VERSION.vid))


_IDENTITIES = ByVid(_select_identities)
_VERSIONS = ByVid(_select_versions)
