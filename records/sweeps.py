"""How far the clock has been swept for the lists of each portal (design rule 10).

Saving a list makes the cursor, where the list is saved; from then on it moves with the clock, in the transaction that
marks the contacts on its way. A portal none of whose lists the clock moves has none.
"""

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.orm import Session

from records import dialect
from records.clock import now
from records.feed import lock_clock
from records.models import ClockCursor

LONGEST_QUIET_MS = 3_600_000
"""How long a sweep may put the next one off."""


def begin(session: Session, portal_id: int, list_counter: int) -> None:
    """Have the portal's clock swept from now on; where that is done already, look again soon.

    The time to look again lies before all time and is another with every save of a list, which the counter tells: a
    sweep that knew the lists of before must not put it off.
    """
    row = {"portal_id": portal_id, "swept_at": now(session), "place": "", "next_at": -list_counter}
    statement = dialect.insert(session, ClockCursor)
    again = statement.on_conflict_do_update(index_elements=["portal_id"], set_={"next_at": row["next_at"]})
    session.execute(again, [row])


def find(session: Session, portal_id: int) -> ClockCursor | None:
    """Return the portal's cursor, or None where there is nothing to sweep."""
    return session.get(ClockCursor, portal_id, populate_existing=True)


def late_since(cursor: ClockCursor) -> int:
    """Return the moment in milliseconds from which on a cursor that has not moved since is late.

    After a list was saved it is not known when to look again, but no sweep is put off for longer than the longest time.
    """
    return cursor.next_at if cursor.next_at > 0 else cursor.swept_at + LONGEST_QUIET_MS


def pause(session: Session, cursor: ClockCursor, target: int, place: str) -> None:
    """Keep where a sweep to a moment is in its pages, unless another process was quicker."""
    session.execute(_unmoved(cursor).values(target=target, place=place))


def complete(session: Session, cursor: ClockCursor, target: int, next_at: int) -> None:
    """Note that the clock has been swept up to a moment, and when to look again.

    Where another process was quicker, or a list was saved since the cursor was read, it stays as it is.
    """
    session.execute(_unmoved(cursor).values(swept_at=target, target=None, place="", next_at=next_at))


def end(session: Session, portal_id: int, list_counter: int) -> None:
    """Forget the cursor, unless a list was saved since the portal's list counter stood so."""
    if lock_clock(session, portal_id).list_counter == list_counter:
        session.execute(delete(ClockCursor).where(ClockCursor.portal_id == portal_id))


def due_portals(session: Session) -> list[int]:
    """Return the portals whose clock is to be swept now: a sweep is under way, time has come, or it went back."""
    moment = now(session)
    due = or_(ClockCursor.target.is_not(None), ClockCursor.next_at <= moment, ClockCursor.swept_at > moment)
    return list(session.execute(select(ClockCursor.portal_id).where(due).order_by(ClockCursor.portal_id)).scalars())


def _unmoved(cursor: ClockCursor) -> Update:
    return update(ClockCursor).where(
        ClockCursor.portal_id == cursor.portal_id,
        ClockCursor.swept_at == cursor.swept_at,
        ClockCursor.target.is_not_distinct_from(cursor.target),
        ClockCursor.place == cursor.place,
        ClockCursor.next_at == cursor.next_at,
    )
