"""Updates contacts that exist and creates those that do not, many at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from queries.values import email_key
from records import identities
from records.derived import ADDITIONAL_EMAILS, split_emails
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
    locked = lock_contacts(session, portal_id, {key for key in keys if isinstance(key, int)})
    if _have_moved(session, portal_id, owners, locked):
        return upsert(session, portal_id, entries, provenance)
    targets = _targets(session, portal_id, keys, locked, provenance)
    for entry, key in zip(entries, keys, strict=True):
        target = targets[key]
        target.values.update(_values(entry, is_new=target.contact.version == 0))
    answers = [(targets[key].contact.vid, targets[key].contact.version == 0) for key in keys]
    changes = [Change(target.contact, target.values, provenance.source) for target in _distinct(targets)]
    write_contacts(session, portal_id, changes)
    return answers


def lock_owners(session: Session, portal_id: int, emails: Collection[str]) -> dict[str, ContactState]:
    """Lock the contacts that e-mails belong to and return them by folded e-mail; nobody's are left out."""
    owners = identities.find_by_emails(session, portal_id, emails)
    locked = lock_contacts(session, portal_id, set(owners.values()))
    if _have_moved(session, portal_id, owners, locked):
        return lock_owners(session, portal_id, emails)
    return {key: locked[vid] for key, vid in owners.items() if vid in locked}


def _key(entry: Entry, owners: Mapping[str, int]) -> int | str:
    """Return the vid that an entry is for, or the folded e-mail of a contact to be created."""
    if entry.vid is not None:
        return entry.vid
    return owners.get(email_key(entry.email), email_key(entry.email))


def _have_moved(
    session: Session, portal_id: int, owners: Mapping[str, int], locked: Mapping[int, ContactState]
) -> bool:
    """Return whether an e-mail has another owner, or none, now that those who were its owners are locked."""
    doubtful = [key for key, vid in owners.items() if vid not in locked or key not in _addresses(locked[vid])]
    found = identities.find_vids(session, portal_id, identities.EMAIL, doubtful) if doubtful else {}
    return any(found.get(key) != owners[key] for key in doubtful)


def _addresses(contact: ContactState) -> set[str]:
    values = (contact.properties.get(name, "") for name in ("email", ADDITIONAL_EMAILS))
    return {email_key(address) for value in values for address in split_emails(value)}


def _targets(
    session: Session,
    portal_id: int,
    keys: Sequence[int | str],
    locked: Mapping[int, ContactState],
    provenance: Provenance,
) -> dict[int | str, _Target]:
    """Return the locked or new contact of every key; two vids that were merged have one."""
    if missing := {key for key in keys if isinstance(key, int)} - locked.keys():
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
