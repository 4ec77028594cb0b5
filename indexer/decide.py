"""Decides who joins and leaves: the engine proposes, `queries.evaluate` decides (design rule 4).

Everything happens in one short transaction over locked contacts, so that what is written was true when it was written.
A leave is always evaluated, never inferred from a missing hit; lists that were not asked are not touched.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.directory import Directory, load_directory
from indexer.documents import load_documents
from indexer.engines.base import ListQuery
from indexer.reasons import explain
from queries.evaluate import evaluate
from queries.fields import VERSION, VID, Document
from queries.moments import Moment
from records import dialect, feed, marks, memberships
from records.catalogues import load_catalogue
from records.clock import now
from records.feed import Move
from records.marks import Claimed
from records.models import Contact, Membership

Proposals = Mapping[int, frozenset[int]]
"""vid -> lists that the engine proposes; a contact that is missing is evaluated against every list that it asks."""

CHUNK = 200
"""Contacts in one deciding transaction, at most (design rule 4)."""


class ListsMoved(Exception):
    """A list was saved while the decision was made; it must be made again."""


@dataclass(frozen=True, slots=True)
class Work:
    """Claimed contacts with their documents, the engine's proposals, and those whose documents the engine refuses.

    What was claimed and has no document is a stub, or a vid that only an index of newer records knows.
    """

    claimed: Sequence[Claimed]
    documents: Mapping[int, Document]
    proposals: Proposals
    refused: frozenset[int]


@dataclass(slots=True)
class Verdict:
    """The differences to write: joins, leaves, and members to stamp with their list's present revision."""

    joins: list[Move] = field(default_factory=list)
    leaves: list[Move] = field(default_factory=list)
    confirmed: dict[int, list[int]] = field(default_factory=dict)


def decide(session: Session, portal_id: int, work: Work) -> None:
    """Write joins and leaves of the claimed contacts and settle their marks.

    A contact that another transaction has locked is left for the next drain; one that the engine refuses is parked.
    Raises ListsMoved when a list was saved meanwhile; the caller rolls back and decides again.
    """
    directory = load_directory(session, portal_id)
    documents = _lock_documents(session, portal_id, work)
    gone = {item.vid for item in work.claimed} - work.documents.keys()
    _settle(session, portal_id, work, {vid: document[VERSION] for vid, document in documents.items()}, gone)
    verdict = _judge(session, portal_id, directory, documents, work)
    verdict.joins = explain(session, portal_id, directory, work.claimed, verdict.joins)
    verdict.leaves = explain(session, portal_id, directory, work.claimed, verdict.leaves)
    _write(session, portal_id, directory, verdict)


def _settle(session: Session, portal_id: int, work: Work, versions: Mapping[int, int], gone: AbstractSet[int]) -> None:
    """Remove the marks that are worked off, put off the refused ones, and give back those that are newer or locked.

    `versions` are those of the documents that are decided for, `gone` the contacts without one.
    """
    marks.lock(session, portal_id, work.claimed)
    decided = versions.keys() | gone
    parked = [item for item in work.claimed if item.vid in decided & work.refused]
    settled = marks.settle(session, portal_id, [item for item in work.claimed if item.vid in decided - work.refused])
    left = [item for item in work.claimed if item.vid not in settled]
    marks.note_evaluated(session, portal_id, [item for item in left if item.vid in decided], versions)
    marks.requeue(session, portal_id, [item for item in left if item.vid in decided - work.refused])
    marks.release(session, portal_id, left)
    marks.park(session, portal_id, parked)


def _lock_documents(session: Session, portal_id: int, work: Work) -> dict[int, Document]:
    """Lock the live contacts, skipping locked ones, and return their documents, built anew where the version moved."""
    statement = (
        select(Contact.vid, Contact.version)
        .where(Contact.portal_id == portal_id, dialect.among(session, Contact.vid, work.documents))
        .where(Contact.deleted.is_(False), Contact.merged_into.is_(None))
        .order_by(Contact.vid)
        .with_for_update(skip_locked=True)
    )
    versions = {row.vid: row.version for row in session.execute(statement)}
    moved = [vid for vid, version in versions.items() if version != work.documents[vid][VERSION]]
    rebuilt, _ = load_documents(session, portal_id, moved, load_catalogue(session, portal_id)) if moved else ({}, {})
    return {vid: rebuilt.get(vid, work.documents[vid]) for vid in versions}


def _judge(
    session: Session, portal_id: int, directory: Directory, documents: Mapping[int, Document], work: Work
) -> Verdict:
    present = _present(session, portal_id, list(documents))
    at = _moments(now(session))
    verdict = Verdict()
    for item in work.claimed:
        if item.vid in documents:
            for list_id in _candidates(directory, item, work.proposals, present[item.vid]):
                query = directory.queries[list_id]
                revision = present[item.vid].get(list_id)
                _compare(verdict, query, documents[item.vid], at(query.zone), revision)
    return verdict


def _moments(now_ms: int) -> Callable[[ZoneInfo], Moment]:
    """Return what gives the moment in a zone, the same one for all lists of the zone, which works out its day once."""
    return cache(lambda zone: Moment(now_ms, zone))


def _candidates(
    directory: Directory, item: Claimed, proposals: Proposals, present: Mapping[int, int]
) -> frozenset[int]:
    """Return the lists to evaluate: proposed ones, asked ones that it is in, and those asked for by id."""
    asked = directory.asked(item.changed)
    proposed = proposals.get(item.vid, asked)
    return (asked & (proposed | present.keys())) | directory.named(item.changed)


def _compare(verdict: Verdict, query: ListQuery, document: Document, at: Moment, revision: int | None) -> None:
    """Add what evaluation says of one contact and one list; `revision` is its membership's, None for no member.

    Moves have no reasons yet.
    """
    matches = evaluate(query.tree, document, at)
    if matches and revision is not None and revision < query.revision:
        verdict.confirmed.setdefault(query.list_id, []).append(document[VID])
    if matches == (revision is not None):
        return
    move = Move(query.list_id, document[VID], query.revision, document[VERSION], {})
    (verdict.joins if matches else verdict.leaves).append(move)


def _write(session: Session, portal_id: int, directory: Directory, verdict: Verdict) -> None:
    joins = memberships.add(session, portal_id, sorted(verdict.joins, key=_by_list))
    leaves = memberships.remove(session, portal_id, sorted(verdict.leaves, key=_by_list))
    for list_id, vids in sorted(verdict.confirmed.items()):
        memberships.confirm(session, portal_id, list_id, vids, directory.queries[list_id].revision)
    if joins or leaves or verdict.confirmed:
        clock = feed.lock_clock(session, portal_id)
        if clock.list_counter != directory.counter:
            raise ListsMoved
        feed.append(session, clock, joins, leaves)


def _by_list(move: Move) -> tuple[int, int]:
    return move.list_id, move.vid


def _present(session: Session, portal_id: int, vids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return vid -> list id -> revision of its membership."""
    found: dict[int, dict[int, int]] = {vid: {} for vid in vids}
    statement = select(Membership.vid, Membership.list_id, Membership.revision).where(
        Membership.portal_id == portal_id, dialect.among(session, Membership.vid, vids)
    )
    for vid, list_id, revision in session.execute(statement):
        found[vid][list_id] = revision
    return found
