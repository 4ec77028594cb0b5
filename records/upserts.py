"""Updates contacts that exist and creates those that do not, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from queries.values import email_key
from records import identities
from records.errors import ContactMissing
from records.writes import Change, ContactState, Source, lock_contacts, new_contacts, write_contacts


@dataclass(frozen=True, slots=True)
class Entry:
    """Values for the contact that has this vid, or else for the one that has or shall have this e-mail."""

    values: Mapping[str, str]
    vid: int | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The source of what is written, and the drill-downs of the OFFLINE source of contacts that are created."""

    source: Source
    origin: tuple[str, str]


@dataclass(slots=True)
class _Target:
    """A contact that one or more entries are for; of several values for one property the last counts."""

    contact: ContactState
    values: dict[str, str] = field(default_factory=dict)


def upsert(
    session: Session, portal_id: int, entries: Sequence[Entry], provenance: Provenance
) -> list[tuple[int, bool]]:
    """Write the entries and return vid and whether it is new for each.

    Raises ContactMissing for an unknown vid, ContactExists for an e-mail that belongs to another contact.
    """
    owners = identities.find_by_emails(session, portal_id, [entry.email for entry in entries if entry.vid is None])
    keys = [_key(entry, owners) for entry in entries]
    targets = _targets(session, portal_id, keys, provenance)
    for entry, key in zip(entries, keys, strict=True):
        target = targets[key]
        target.values.update(_values(entry, is_new=target.contact.version == 0))
    answers = [(targets[key].contact.vid, targets[key].contact.version == 0) for key in keys]
    changes = [Change(target.contact, target.values, provenance.source) for target in _distinct(targets)]
    write_contacts(session, portal_id, changes)
    return answers


def _key(entry: Entry, owners: Mapping[str, int]) -> int | str:
    """Return the vid that an entry is for, or the folded e-mail of a contact to be created."""
    if entry.vid is not None:
        return entry.vid
    return owners.get(email_key(entry.email), email_key(entry.email))


def _targets(
    session: Session, portal_id: int, keys: Sequence[int | str], provenance: Provenance
) -> dict[int | str, _Target]:
    """Return the locked or new contact of every key; two vids that were merged have one."""
    vids = {key for key in keys if isinstance(key, int)}
    locked = lock_contacts(session, portal_id, vids)
    if missing := vids - locked.keys():
        raise ContactMissing(min(missing))
    fresh = list(dict.fromkeys(key for key in keys if isinstance(key, str)))
    created = new_contacts(session, portal_id, [provenance.origin] * len(fresh)) if fresh else []
    by_vid = {contact.vid: _Target(contact) for contact in locked.values()}
    targets: dict[int | str, _Target] = {vid: by_vid[contact.vid] for vid, contact in locked.items()}
    return targets | {key: _Target(contact) for key, contact in zip(fresh, created, strict=True)}


def _values(entry: Entry, is_new: bool) -> dict[str, str]:
    if not is_new:
        return dict(entry.values)
    return {**entry.values, "email": entry.values.get("email") or entry.email}


def _distinct(targets: Mapping[int | str, _Target]) -> list[_Target]:
    return list({target.contact.vid: target for target in targets.values()}.values())
