"""The dirty set: which contacts the indexer must look at, kept in the transaction that changed them (design rule 2).

`changed` names the document fields that differ; `*` stands for all lists, `list:7` asks for list 7, and `import:7`
tells that import 7 wrote. Names are only ever added, and the token is fresh with every mark, so that a drain removes
only the mark that it worked on. A mark tells for which version of the contact its lists were last decided, so that a
join or leave can say what has changed since.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.dialect import Rows
from records.models import Dirty, Portal

EVERYTHING = "*"
LEASE_MS = 60_000
LONGEST_DELAY_MS = 3_600_000
MAX_CHANGED = 2_000


class Urgency(IntEnum):
    """Who goes first: a person waiting, an import, or upkeep."""

    UPKEEP = 0
    IMPORT = 1
    NOW = 2


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mark that a drain works on until its lease ends.

    `evaluated` is the contact's version that its lists were last decided for and `version` the newest one that was
    marked; both are None where no write of the contact is behind the mark. `claimed_at` is the moment of the claim.
    """

    vid: int
    token: str
    changed: frozenset[str]
    attempts: int
    evaluated: int | None = None
    version: int | None = None
    claimed_at: int = 0


def list_name(list_id: int) -> str:
    """Return the changed name that asks for one list."""
    return f"list:{list_id}"


def mark(session: Session, portal_id: int, changed: Mapping[int, Collection[str]], urgency: Urgency) -> None:
    """Mark contacts dirty: vid -> names of the document fields that changed."""
    if changed:
        dialect.insert_together(session, [rows_of(portal_id, changed, urgency, now(session))])


def rows_of(
    portal_id: int,
    changed: Mapping[int, Collection[str]],
    urgency: Urgency,
    moment: int,
    versions: Mapping[int, int] | None = None,
) -> Rows:
    """Return the marks that `mark` makes, to be stored with what they follow from; `moment` is in milliseconds.

    `versions` tells vid -> the contact's version that the write made for which this marks, if one did.
    """
    written = versions or {}
    rows = [_row(portal_id, vid, names, urgency, moment, written.get(vid)) for vid, names in sorted(changed.items())]
    return Rows(Dirty, rows, _upsert)


def claim(session: Session, portal_id: int, limit: int) -> list[Claimed]:
    """Lease up to `limit` marks of a portal, the most urgent and oldest first; commit before any engine call.

    They are chosen in a statement of their own: as part of the UPDATE, PostgreSQL may choose anew for every row.
    """
    moment = now(session)
    chosen = (
        select(Dirty.vid, Dirty.token, Dirty.changed, Dirty.attempts, Dirty.evaluated, Dirty.version)
        .where(Dirty.portal_id == portal_id, *_is_due(moment))
        .order_by(Dirty.urgency.desc(), Dirty.queued_at, Dirty.vid)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(chosen).all()
    if rows:
        session.execute(
            update(Dirty)
            .where(Dirty.portal_id == portal_id, dialect.among(session, Dirty.vid, [row.vid for row in rows]))
            .values(leased_until=moment + LEASE_MS, attempts=Dirty.attempts + 1)
        )
    return [
        Claimed(
            row.vid, row.token, frozenset(row.changed.split(",")), row.attempts + 1, row.evaluated, row.version, moment
        )
        for row in rows
    ]


def lock(session: Session, portal_id: int, claimed: Collection[Claimed]) -> None:
    """Lock marks by vid, as everybody does who sets several, before they are changed or removed in any other order.

    Otherwise a drain and a sweep that meet wait for each other, which PostgreSQL ends after a second.
    """
    mine = (Dirty.portal_id == portal_id, dialect.among(session, Dirty.vid, [item.vid for item in claimed]))
    session.execute(select(Dirty.vid).where(*mine).order_by(Dirty.vid).with_for_update())


def settle(session: Session, portal_id: int, done: Collection[Claimed]) -> frozenset[int]:
    """Remove the marks that were worked on, but only where no newer mark has come meanwhile; return their vids.

    Tokens are unique, so that of another contact matches nothing.
    """
    if not done:
        return frozenset()
    mine = (Dirty.portal_id == portal_id, dialect.among(session, Dirty.vid, [claimed.vid for claimed in done]))
    worked = dialect.among(session, Dirty.token, [claimed.token for claimed in done])
    return frozenset(session.execute(delete(Dirty).where(*mine, worked).returning(Dirty.vid)).scalars())


def note_evaluated(session: Session, portal_id: int, decided: Collection[Claimed], versions: Mapping[int, int]) -> None:
    """Note for marks that stay which version of its contact the lists were decided for.

    That is the one of the document, vid -> version in `versions`, where the mark by now asks no list that was not asked
    when it was claimed; else it is the claimed version.
    """
    asking = {} if not decided else _asking(session, portal_id, [item.vid for item in decided])
    for item in decided:
        is_whole = EVERYTHING in item.changed or asking.get(item.vid, item.changed) <= item.changed
        version = versions.get(item.vid, item.version) if is_whole else item.version
        if version is not None:
            session.execute(
                update(Dirty).where(Dirty.portal_id == portal_id, Dirty.vid == item.vid).values(evaluated=version)
            )


def _asking(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return vid -> the names of its mark."""
    statement = select(Dirty.vid, Dirty.changed).where(Dirty.portal_id == portal_id, Dirty.vid.in_(list(vids)))
    return {vid: frozenset(changed.split(",")) for vid, changed in session.execute(statement)}


def requeue(session: Session, portal_id: int, decided: Collection[Claimed]) -> None:
    """Queue newer marks, whose lists were decided for what was claimed, behind what was marked before the claim.

    Otherwise a contact that is written faster than it is drained would keep every new list from being done.
    """
    if decided:
        vids, moment = [item.vid for item in decided], min(item.claimed_at for item in decided)
        behind = (Dirty.portal_id == portal_id, Dirty.vid.in_(vids), Dirty.queued_at < moment)
        session.execute(update(Dirty).where(*behind).values(queued_at=moment))


def undecided(session: Session, portal_id: int, versions: Mapping[int, int]) -> frozenset[int]:
    """Return the contacts whose lists have not been decided for this version of them, nor for a newer one."""
    statement = select(Dirty.vid, Dirty.evaluated).where(
        Dirty.portal_id == portal_id, dialect.among(session, Dirty.vid, versions), Dirty.next_at == 0
    )
    found = session.execute(statement)
    return frozenset(vid for vid, evaluated in found if evaluated is not None and evaluated < versions[vid])


def release(session: Session, portal_id: int, claimed: Collection[Claimed], delay_ms: int = 0) -> None:
    """End the leases of marks that stay, now or in `delay_ms` milliseconds, so that they are claimed again."""
    vids = [item.vid for item in claimed]
    if vids:
        session.execute(
            update(Dirty)
            .where(Dirty.portal_id == portal_id, dialect.among(session, Dirty.vid, vids))
            .values(leased_until=now(session) + delay_ms if delay_ms else 0)
        )


def park(session: Session, portal_id: int, claimed: Collection[Claimed]) -> None:
    """Put off marks whose documents the engine refuses, longer with every attempt; newer marks are left alone."""
    moment = now(session)
    for item in claimed:
        session.execute(
            update(Dirty)
            .where(Dirty.portal_id == portal_id, Dirty.vid == item.vid, Dirty.token == item.token)
            .values(next_at=moment + park_delay(item.attempts))
        )


def park_delay(attempts: int) -> int:
    """Return the milliseconds after which a refused contact is tried again: from 2 s doubling to an hour."""
    return int(min(LONGEST_DELAY_MS, 1_000 * 2 ** min(attempts, 12)))


def waiting_since(session: Session, portal_id: int, moment: int) -> bool:
    """Return whether a mark queued at or before `moment` still waits; parked ones do not count."""
    waiting = exists().where(Dirty.portal_id == portal_id, Dirty.queued_at <= moment, Dirty.next_at == 0)
    return bool(session.execute(select(waiting)).scalar_one())


def count(session: Session, portal_id: int) -> int:
    """Return how many contacts of a portal wait to be indexed and judged, parked ones included."""
    return int(session.execute(select(func.count()).where(Dirty.portal_id == portal_id)).scalar_one())


def is_marked(session: Session, portal_id: int, vid: int) -> bool:
    """Return whether a contact waits to be indexed and judged."""
    waiting = exists().where(Dirty.portal_id == portal_id, Dirty.vid == vid)
    return bool(session.execute(select(waiting)).scalar_one())


def parked(session: Session, portal_id: int) -> list[int]:
    """Return the vids of contacts whose documents the engine refuses, in order."""
    statement = select(Dirty.vid).where(Dirty.portal_id == portal_id, Dirty.next_at > 0)
    return list(session.execute(statement.order_by(Dirty.vid)).scalars())


def waiting(session: Session, portal_id: int, vids: Collection[int]) -> dict[int, bool]:
    """Return which of the contacts have a mark, and whether it is put off because the engine refuses the document."""
    statement = select(Dirty.vid, Dirty.next_at).where(Dirty.portal_id == portal_id, Dirty.vid.in_(list(vids)))
    return {vid: next_at > 0 for vid, next_at in session.execute(statement)}


def due_portals(session: Session) -> list[int]:
    """Return the portals that have marks to be claimed now, by how urgent and how old their first ones are."""
    moment = now(session)

    def first(column: Any) -> Any:
        due = select(column).where(Dirty.portal_id == Portal.portal_id, *_is_due(moment))
        return due.order_by(Dirty.urgency.desc(), Dirty.queued_at, Dirty.vid).limit(1).scalar_subquery()

    waiting = select(
        Portal.portal_id, first(Dirty.urgency).label("urgency"), first(Dirty.queued_at).label("since")
    ).subquery()
    statement = select(waiting.c.portal_id).where(waiting.c.since.is_not(None))
    return list(session.execute(statement.order_by(waiting.c.urgency.desc(), waiting.c.since)).scalars())


def _is_due(moment: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Leases and delays count as ended when they are past, or too far ahead because the clock went back (rule 10)."""
    return (
        or_(Dirty.leased_until <= moment, Dirty.leased_until > moment + 2 * LEASE_MS),
        or_(Dirty.next_at <= moment, Dirty.next_at > moment + 2 * LONGEST_DELAY_MS),
    )


def _row(
    portal_id: int, vid: int, names: Collection[str], urgency: Urgency, moment: int, written: int | None
) -> tuple[object, ...]:
    """Return a row in the order of Dirty's columns, without lease, delay and attempts."""
    joined = ",".join(sorted(names))
    changed = EVERYTHING if len(joined) > MAX_CHANGED else joined
    evaluated = None if written is None else written - 1
    return (portal_id, vid, uuid.uuid4().hex, changed, int(urgency), moment, 0, 0, 0, evaluated, written)


def _upsert(session: Session) -> Any:
    statement = dialect.insert(session, Dirty)
    return statement.on_conflict_do_update(index_elements=["portal_id", "vid"], set_=_raised(statement.excluded))


def _raised(added: object) -> dict[str, object]:
    """Return what a second mark does to the first: names are added, urgency rises, the token is fresh."""
    return {
        "token": added.token,  # type: ignore[attr-defined]
        "changed": _union(added.changed),  # type: ignore[attr-defined]
        "urgency": case((added.urgency > Dirty.urgency, added.urgency), else_=Dirty.urgency),  # type: ignore[attr-defined]
        "next_at": 0,
        "evaluated": func.coalesce(Dirty.evaluated, added.evaluated),  # type: ignore[attr-defined]
        "version": func.coalesce(added.version, Dirty.version),  # type: ignore[attr-defined]
    }


def _union(added: ColumnElement[str]) -> ColumnElement[str]:
    """Return the joined names; `*` keeps the names beside it, which tell a join or leave its cause."""
    too_long = func.length(Dirty.changed) + func.length(added) >= MAX_CHANGED
    return case((Dirty.changed == added, Dirty.changed), (too_long, EVERYTHING), else_=Dirty.changed + "," + added)
