"""What a subscription would have been told: the planning of the past days, with nothing stored or sent."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from indexer.webhooks import planning
from indexer.webhooks.planning import JOIN, LEAVE, Place, Rules
from records import feed_reading
from records.clock import now
from records.feed_reading import Wanted
from records.models import ContactList

DAY_MS = 86_400_000
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many messages of each event there would have been, how many moves were muted, and since when."""

    fired: Counter[str]
    muted: int
    since: int


def rehearse(session: Session, portal_id: int, rules: Rules, days: int) -> Rehearsal:
    """Return what rules would have told in the last days; rows that have been removed are not counted."""
    since = now(session) - days * DAY_MS
    begin = feed_reading.first_number_since(session, portal_id, since)
    place = Place(size_at(session, portal_id, rules.list_id, begin))
    fired: Counter[str] = Counter()
    muted, after = 0, begin
    while found := feed_reading.rows_after(session, portal_id, Wanted(rules.list_id), after, PAGE):
        fired.update(message.event for message in planning.plan(rules, place, found))
        muted += sum(planning.is_muted(rules, row.reason) for row in found)
        after = found[-1].seq
    fired.update(message.event for message in planning.quiet(rules, place, now(session)))
    return Rehearsal(fired, muted, since)


def size_at(session: Session, portal_id: int, list_id: int | None, seq: int) -> int:
    """Return the size that the list had when the feed stood at `seq`: today's with later moves undone; 0 for None."""
    if list_id is None:
        return 0
    size = session.get_one(ContactList, (portal_id, list_id)).size
    moved = feed_reading.count_after(session, portal_id, Wanted(list_id), seq)
    return size - moved.get(JOIN, 0) + moved.get(LEAVE, 0)
