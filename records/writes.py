"""The only door through which contacts change: every write of a property or a mark, from anywhere, goes through here.

One call writes any number of contacts: rows, identities, history and dirty marks in the caller's transaction (design
rule 1). Nothing else raises a contact's version.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from queries.fields import IDENTIFIED, TOKENS
from queries.supplied import effective_values
from records import dialect, identities, instants, marks
from records.clock import now
from records.derived import ADDITIONAL_EMAILS, derived_values, first_values
from records.dialect import Rows
from records.identities import EmailClaim, TokenClaim
from records.marks import Urgency
from records.models import Contact, PropertyVersion

LAST_MODIFIED = "lastmodifieddate"
CONTACTS = cast(Table, Contact.__table__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from: `source-type`, `source-id` and `source-label` of contract S1.1."""

    type: str
    id: str | None = None
    label: str | None = None


CALCULATED = Source("CALCULATED")


@dataclass(slots=True)
class ContactState:
    """A contact that is locked, or not stored yet (`version` 0), as the records hold it now."""

    vid: int
    version: int
    created_at: int
    updated_at: int
    origin: tuple[str, str]
    lead_guid: str
    change: int = 0
    properties: dict[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What to write to a contact: new values by property name, from a source; `marks`, when given, replaces its own.

    `cause`, such as `import:7`, is told by the feed where the contact joins or leaves a list because of this. `sources`
    are those of values that come from elsewhere. Only for merges: `adopted` are further values, whose history a merged
    record keeps, and `repeated` names the values that get a new version even where they are the same. `token` is a
    visitor's, of nobody so far, by which the contact is found from now on.
    """

    contact: ContactState
    values: Mapping[str, str]
    source: Source
    marks: tuple[str, ...] | None = None
    cause: str = ""
    adopted: Mapping[str, str] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    sources: Mapping[str, Source] = field(default_factory=dict)
    token: str = ""


def new_contacts(session: Session, portal_id: int, origins: Sequence[tuple[str, str]]) -> list[ContactState]:
    """Return contacts to be created by `write_contacts`, one for each origin, with fresh vids."""
    moment = now(session)
    numbers = dialect.next_contacts(session, portal_id, len(origins))
    return [
        ContactState(vid, 0, moment, moment, origin, str(uuid.uuid4()), change)
        for (vid, change), origin in zip(numbers, origins, strict=True)
    ]


def lock_contacts(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, ContactState]:
    """Lock live contacts in vid order; return vid asked for -> contact, or survivor of a merge, without dead ones."""
    rows = _lock_rows(session, portal_id, vids)
    moved = {row.vid: row.merged_into for row in rows.values() if row.merged_into is not None}
    rows.update(_lock_rows(session, portal_id, set(moved.values()) - rows.keys()))
    states = {vid: _state(row) for vid, row in rows.items() if not row.deleted and row.merged_into is None}
    return {vid: states[moved.get(vid, vid)] for vid in vids if moved.get(vid, vid) in states}


def write_contacts(
    session: Session,
    portal_id: int,
    changes: Sequence[Change],
    urgency: Urgency = Urgency.NOW,
    further: Sequence[Rows] = (),
) -> frozenset[int]:
    """Write changes to contacts and return the vids that really changed; rewriting the same value changes nothing.

    `further` rows are stored with them. Raises ContactExists and TokenTaken when an e-mail or a token belongs to
    another contact.
    """
    moment = now(session)
    written = [write for write in (_plan(change, moment) for change in changes) if write.differs]
    _write_addresses(session, portal_id, written, moment)
    dated = [(each.contact.vid, each.contact.properties, each.stored) for each in written]
    followed = instants.follow(session, portal_id, dated) if written else ()
    _number(session, written, moment)
    versions = {write.contact.vid: write.contact.version for write in written}
    marked = marks.rows_of(portal_id, _changed_names(written), urgency, moment, versions)
    _store(session, portal_id, written, [*followed, marked, *further])
    return frozenset(versions)


def store_stubs(
    session: Session, portal_id: int, contacts: Sequence[ContactState], *, merged_into: int | None = None
) -> None:
    """Turn contacts into stubs: deleted, or merged into another; their documents leave the index."""
    for contact in contacts:
        session.execute(
            update(Contact)
            .where(Contact.portal_id == portal_id, Contact.vid == contact.vid)
            .values(
                version=contact.version + 1,
                deleted=merged_into is None,
                merged_into=merged_into,
                updated_at=now(session),
                properties={},
                marks=[],
            )
        )
    instants.forget(session, portal_id, [(contact.vid, contact.properties) for contact in contacts])
    marks.mark(session, portal_id, {contact.vid: (marks.EVERYTHING,) for contact in contacts}, Urgency.NOW)


@dataclass(slots=True)
class _Write:
    contact: ContactState
    values: dict[str, tuple[str, Source]]
    adopted: Mapping[str, str]
    marks: tuple[str, ...] | None
    moved_marks: frozenset[str]
    cause: str
    token: str
    is_new: bool

    @property
    def names(self) -> set[str]:
        return {*self.values, *self.adopted}

    @property
    def stored(self) -> dict[str, str]:
        """What the contact's row gets: adopted values, covered by written ones."""
        return {**self.adopted, **{name: value for name, (value, _) in self.values.items()}}

    @property
    def differs(self) -> bool:
        return self.is_new or bool(self.names) or self.marks is not None or bool(self.token)


def _plan(change: Change, moment: int) -> _Write:
    contact = change.contact
    is_new = contact.version == 0
    given = {**first_values(contact.created_at), **change.values} if is_new else change.values
    current = effective_values(contact.properties, contact.created_at, contact.updated_at, contact.origin)
    written = _differences(current, given)
    derived = _differences(current, derived_values(written, contact.properties, moment))
    repeated = {name: given[name] for name in change.repeated}
    values = {name: (value, CALCULATED) for name, value in derived.items() if name not in given}
    values |= {name: (value, change.sources.get(name, change.source)) for name, value in (written | repeated).items()}
    marked = change.marks if change.marks is not None and change.marks != contact.marks else None
    moved = frozenset() if marked is None else frozenset(marked) ^ frozenset(contact.marks)
    return _Write(contact, values, change.adopted, marked, moved, change.cause, change.token, is_new)


def _differences(current: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if current.get(name, "") != value}


def _write_addresses(session: Session, portal_id: int, written: Sequence[_Write], moment: int) -> None:
    emails = {write.contact.vid: write.values["email"][0] for write in written if _changes_email(write)}
    stored = {write.contact.vid for write in written if not write.is_new}
    identities.release_primary(session, portal_id, emails.keys() & stored)
    claims = [EmailClaim(vid, email, moment, is_new=vid not in stored) for vid, email in emails.items() if email]
    tokens = [TokenClaim(write.contact.vid, write.token, moment) for write in written if write.token]
    identities.claim_addresses(session, portal_id, claims, tokens)


def _changes_email(write: _Write) -> bool:
    return "email" in write.values and write.values["email"][0] != write.contact.properties.get("email", "")


def _number(session: Session, written: Sequence[_Write], moment: int) -> None:
    """Raise versions, and give a new change number and time to every stored contact whose properties changed."""
    changed = [write for write in written if write.names and not write.is_new]
    for write, change in zip(changed, dialect.next_changes(session, len(changed)) if changed else (), strict=True):
        write.contact.change = change
        write.contact.updated_at = moment
    for write in written:
        write.contact.version += 1
        write.contact.properties |= write.stored
        write.contact.marks = write.contact.marks if write.marks is None else write.marks


def _store(session: Session, portal_id: int, written: Sequence[_Write], further: Sequence[Rows]) -> None:
    """Store contacts and their history, and further rows that follow from them."""
    stored = [_row(portal_id, write.contact) for write in written if not write.is_new]
    if updated := [dict(zip(_NEW_NAMES, row, strict=True)) for row in stored]:
        session.connection().execute(_UPDATE, updated)
    created = [_row(portal_id, write.contact) for write in written if write.is_new]
    history = [row for write in written for row in _history(portal_id, write)]
    rows = (Rows(Contact, created, _insert), Rows(PropertyVersion, history), *further)
    dialect.insert_together(session, rows)


def _insert(session: Session) -> Any:
    return dialect.insert(session, Contact)


def _history(portal_id: int, write: _Write) -> list[tuple[Any, ...]]:
    """Return rows in the order of PropertyVersion's columns."""
    contact = write.contact
    first = (portal_id, contact.vid, contact.version)
    return [
        (*first, name, value, contact.updated_at, source.type, source.id, source.label)
        for name, (value, source) in write.values.items()
    ]


def _changed_names(written: Sequence[_Write]) -> dict[int, set[str]]:
    names: dict[int, set[str]] = {}
    for write in written:
        changed = names.setdefault(write.contact.vid, set())
        changed.update(
            write.names,
            write.moved_marks,
            (LAST_MODIFIED,) if write.names else (),
            (IDENTIFIED,) if write.names & {"email", ADDITIONAL_EMAILS} else (),
            (write.cause,) if write.cause else (),
            (TOKENS,) if write.token else (),
        )
        if write.is_new:
            changed.add(marks.EVERYTHING)
    return names


def _row(portal_id: int, contact: ContactState) -> tuple[Any, ...]:
    """Return a row in the order of Contact's columns."""
    first = (portal_id, contact.vid, contact.version, contact.change, contact.created_at, contact.updated_at)
    rest = (contact.lead_guid, list(contact.origin), contact.properties, list(contact.marks))
    return (*first, False, None, *rest)


_NEW_NAMES = [f"new_{name}" for name in CONTACTS.columns.keys()]
_UPDATE = (
    update(CONTACTS)
    .where(Contact.portal_id == bindparam("new_portal_id"), Contact.vid == bindparam("new_vid"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("version", "change", "created_at", "updated_at", "origin", "properties", "marks")
        }
    )
)


def _lock_rows(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, Any]:
    if not vids:
        return {}
    statement = (
        select(*Contact.__table__.columns)
        .where(Contact.portal_id == portal_id, dialect.among(session, Contact.vid, vids))
        .order_by(Contact.vid)
        .with_for_update()
    )
    return {row.vid: row for row in session.execute(statement)}


def _state(row: Any) -> ContactState:
    return ContactState(
        vid=row.vid,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        origin=(row.origin[0], row.origin[1]),
        lead_guid=row.lead_guid,
        change=row.change,
        properties=dict(row.properties),
        marks=tuple(row.marks),
    )
