"""Writes rows as contacts, a batch in one transaction: a known e-mail updates its contact, other rows create one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from indexer.imports.rows import EMAIL, Row
from queries.fields import IMPORT_PREFIX, import_mark
from records.errors import ContactExists
from records.marks import Urgency
from records.upserts import lock_owners
from records.writes import Change, ContactState, Source, new_contacts, write_contacts

KEPT_IMPORTS = 250
"""How many imports a contact remembers, the newest ones; a file that is imported every night must not weigh it down."""

IMPORT = "IMPORT"
"""What the source of values and contacts is called that an import writes."""

Result = Literal["created", "updated", "unchanged", "failed"]
RESULTS: tuple[Result, ...] = ("created", "updated", "unchanged", "failed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: a vid unless it failed, a reason if it did."""

    number: int
    result: Result
    vid: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go: the portal, the import that they are of, and the name of its file."""

    portal_id: int
    import_id: int
    name: str

    @property
    def source(self) -> Source:
        """The source of the values that rows write."""
        return Source(IMPORT, str(self.import_id))

    @property
    def origin(self) -> tuple[str, str]:
        """The drill-downs of the OFFLINE source of contacts that rows create."""
        return IMPORT, self.name

    @property
    def mark(self) -> str:
        """The mark of contacts that rows were for."""
        return import_mark(self.import_id)


def write_singly(session: Session, target: Target, rows: Sequence[Row]) -> list[Outcome]:
    """Write row by row, so that one whose e-mail somebody else keeps taking fails alone."""
    outcomes: list[Outcome] = []
    for row in rows:
        try:
            with session.begin_nested():
                outcomes += write_batch(session, target, [row])
        except ContactExists as taken:
            outcomes.append(Outcome(row.number, "failed", reason=str(taken)))
    return outcomes


def write_batch(session: Session, target: Target, rows: Sequence[Row]) -> list[Outcome]:
    """Write rows and return an outcome for each, in order.

    Raises ContactExists where somebody else creates a contact with one of the e-mails meanwhile; done again, it updates
    that contact.
    """
    known = lock_owners(session, target.portal_id, {row.key for row in rows if row.key})
    outcomes = [outcome for wave in _waves(rows) for outcome in _write_wave(session, target, wave, known)]
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _waves(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows in groups in which no e-mail comes twice, so that later rows update earlier ones."""
    while rows:
        seen: set[str] = set()
        wave: list[Row] = []
        later: list[Row] = []
        for row in rows:
            (later if row.key in seen else wave).append(row)
            if row.key:
                seen.add(row.key)
        yield wave
        rows = later


def _write_wave(session: Session, target: Target, rows: Sequence[Row], known: dict[str, ContactState]) -> list[Outcome]:
    """Write rows of different contacts at once; `known` learns the contacts that are created."""
    fresh = [row for row in rows if row.key not in known]
    created = new_contacts(session, target.portal_id, [target.origin] * len(fresh)) if fresh else []
    contacts = {row.number: contact for row, contact in zip(fresh, created, strict=True)}
    changes = [_change(target, row, contacts.get(row.number), known) for row in rows]
    before = [change.contact.change for change in changes]
    write_contacts(session, target.portal_id, changes, Urgency.IMPORT)
    known.update({row.key: contacts[row.number] for row in fresh if row.key})
    return [
        _outcome(row, row.number in contacts, change.contact, number)
        for row, change, number in zip(rows, changes, before, strict=True)
    ]


def _change(target: Target, row: Row, created: ContactState | None, known: dict[str, ContactState]) -> Change:
    """Return what a row writes; a known contact keeps its primary e-mail, also when a secondary one found it."""
    contact = created or known[row.key or ""]
    values = row.values if created else {name: value for name, value in row.values.items() if name != EMAIL}
    return Change(contact, values, target.source, _marks(contact, target.mark), cause=target.mark)


def _marks(contact: ContactState, mark: str) -> tuple[str, ...]:
    """Return the contact's marks with that of the import, and without its oldest imports where they are many."""
    imports = sorted({mark, *filter(_is_import, contact.marks)}, key=lambda name: int(name.removeprefix(IMPORT_PREFIX)))
    others = (name for name in contact.marks if not _is_import(name))
    return tuple(sorted((*others, *imports[-KEPT_IMPORTS:])))


def _is_import(mark: str) -> bool:
    return mark.startswith(IMPORT_PREFIX)


def _outcome(row: Row, created: bool, contact: ContactState, change_before: int) -> Outcome:
    """Tell what became of a row; that the contact remembers the import is no update."""
    if created:
        return Outcome(row.number, "created", contact.vid)
    return Outcome(row.number, "updated" if contact.change != change_before else "unchanged", contact.vid)
