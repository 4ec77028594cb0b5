"""Who is in which list. Rows change only here; the caller tells every real change to the feed (records.feed)."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, literal, select, true, tuple_, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.feed import Move
from records.models import Membership


def add(session: Session, portal_id: int, moves: Sequence[Move]) -> list[Move]:
    """Insert memberships and return the moves that were not members before."""
    if not moves:
        return []
    moment = now(session)
    rows = [(move.list_id, move.vid, move.list_revision) for move in moves]
    new = dialect.number_rows(session, ("list_id", "vid", "revision"), rows)
    values = select(literal(portal_id), new.c.list_id, new.c.vid, literal(moment), new.c.revision).where(true())
    names = ("portal_id", "list_id", "vid", "added_at", "revision")
    statement = dialect.insert(session, Membership).from_select(names, values).on_conflict_do_nothing()
    inserted = session.execute(statement.returning(Membership.list_id, Membership.vid))
    added = {(list_id, vid) for list_id, vid in inserted}
    return [move for move in moves if (move.list_id, move.vid) in added]


def remove(session: Session, portal_id: int, moves: Sequence[Move]) -> list[Move]:
    """Delete memberships and return the moves that were members before."""
    if not moves:
        return []
    pairs = dialect.number_rows(session, ("list_id", "vid"), [(move.list_id, move.vid) for move in moves])
    statement = delete(Membership).where(
        Membership.portal_id == portal_id,
        tuple_(Membership.list_id, Membership.vid).in_(select(pairs.c.list_id, pairs.c.vid)),
    )
    found = session.execute(statement.returning(Membership.list_id, Membership.vid))
    gone = {(list_id, vid) for list_id, vid in found}
    return [move for move in moves if (move.list_id, move.vid) in gone]


def confirm(session: Session, portal_id: int, list_id: int, vids: Collection[int], revision: int) -> None:
    """Stamp members with the revision of the list that was seen to hold for them."""
    session.execute(
        update(Membership)
        .where(Membership.portal_id == portal_id, Membership.list_id == list_id)
        .where(dialect.among(session, Membership.vid, vids))
        .values(revision=revision)
    )


def of_contacts(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, dict[int, Membership]]:
    """Return vid -> list id -> membership."""
    found: dict[int, dict[int, Membership]] = {vid: {} for vid in vids}
    statement = (
        select(Membership)
        .where(Membership.portal_id == portal_id, Membership.vid.in_(list(vids)))
        .order_by(Membership.list_id)
    )
    for membership in session.execute(statement).scalars():
        found[membership.vid][membership.list_id] = membership
    return found


def lists_of(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, set[int]]:
    """Return vid -> ids of the lists it is in."""
    found: dict[int, set[int]] = {vid: set() for vid in vids}
    statement = select(Membership.vid, Membership.list_id).where(
        Membership.portal_id == portal_id, Membership.vid.in_(list(vids))
    )
    for vid, list_id in session.execute(statement):
        found[vid].add(list_id)
    return found


def members(session: Session, portal_id: int, list_id: int, vids: Collection[int]) -> set[int]:
    """Return which of the vids are in the list."""
    statement = select(Membership.vid).where(
        Membership.portal_id == portal_id, Membership.list_id == list_id, Membership.vid.in_(list(vids))
    )
    return set(session.execute(statement).scalars())


def stale_members(session: Session, portal_id: int, list_id: int, revision: int, after: int, limit: int) -> list[int]:
    """Return members above vid `after` that no scan has confirmed for this revision, by vid."""
    statement = (
        select(Membership.vid)
        .where(
            Membership.portal_id == portal_id,
            Membership.list_id == list_id,
            Membership.vid > after,
            Membership.revision < revision,
        )
        .order_by(Membership.vid)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())
