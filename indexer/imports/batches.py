"""Writes rows as contacts, a batch in one transaction: a known e-mail updates its contact, other rows create one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy.orm import Session

from indexer.imports.rows import EMAIL, Row
from records.errors import ContactExists
from records.identities import find_by_emails
from records.marks import Urgency
from records.session import Database
from records.writes import Change, ContactState, Source, lock_contacts, new_contacts, write_contacts

ATTEMPTS = 5

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
    """Where rows go: the portal, the values' source and the origin of contacts that are created."""

    portal_id: int
    source: Source
    origin: tuple[str, str]


def write_batch(database: Database, target: Target, rows: Sequence[Row]) -> list[Outcome]:
    """Write rows in one transaction and return an outcome for each, in order.

    Where someone else creates a contact with one of the e-mails meanwhile, the batch is written again and updates it.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return database.transact(partial(_write, target=target, rows=rows))
        except ContactExists:
            continue
    return _write_alone(database, target, rows)


def _write_alone(database: Database, target: Target, rows: Sequence[Row]) -> list[Outcome]:
    """Write row by row, so that one whose e-mail keeps being taken fails alone."""
    outcomes: list[Outcome] = []
    for row in rows:
        try:
            outcomes += database.transact(partial(_write, target=target, rows=[row]))
        except ContactExists as taken:
            outcomes.append(Outcome(row.number, "failed", reason=str(taken)))
    return outcomes


def _write(session: Session, target: Target, rows: Sequence[Row]) -> list[Outcome]:
    known = _lock_known(session, target.portal_id, rows)
    outcomes = [outcome for wave in _waves(rows) for outcome in _write_wave(session, target, wave, known)]
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _lock_known(session: Session, portal_id: int, rows: Iterable[Row]) -> dict[str, ContactState]:
    """Lock the contacts that the rows' e-mails belong to and return them by e-mail key."""
    vids = find_by_emails(session, portal_id, {row.key for row in rows if row.key})
    states = lock_contacts(session, portal_id, set(vids.values()))
    return {key: states[vid] for key, vid in vids.items() if vid in states}


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
    changed = write_contacts(session, target.portal_id, changes, Urgency.IMPORT)
    known.update({row.key: contacts[row.number] for row in fresh if row.key})
    return [
        _outcome(row, row.number in contacts, change.contact.vid, changed)
        for row, change in zip(rows, changes, strict=True)
    ]


def _change(target: Target, row: Row, created: ContactState | None, known: dict[str, ContactState]) -> Change:
    """Return what a row writes; a known contact keeps its primary e-mail, also when a secondary one found it."""
    if created is not None:
        return Change(created, row.values, target.source)
    values = {name: value for name, value in row.values.items() if name != EMAIL}
    return Change(known[row.key or ""], values, target.source)


def _outcome(row: Row, created: bool, vid: int, changed: frozenset[int]) -> Outcome:
    if created:
        return Outcome(row.number, "created", vid)
    return Outcome(row.number, "updated" if vid in changed else "unchanged", vid)
