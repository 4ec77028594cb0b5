"""Merges one contact into another (contract S2.11): the survivor has the newest values and all addresses.

The merged record becomes a stub that leads to the survivor; its history stays with it and is read together with the
survivor's.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from queries.fields import static_list_mark
from queries.values import email_key
from records import conversions, feed, identities, marks, memberships
from records.contacts import ContactRow, merged_records
from records.deletes import leaving
from records.derived import ADDITIONAL_EMAILS, split_emails
from records.errors import MergeRefused, TooManyMerged
from records.feed import Kind, Move
from records.history import newest_times
from records.marks import Urgency
from records.merge_audits import write_audit
from records.models import Contact, MergeAudit
from records.pins import without_contradictions
from records.writes import CALCULATED, Change, ContactState, Source, lock_contacts, store_stubs, write_contacts

MAX_LINKED = 250  # contract S0.7
MERGE = Source("MERGE_CONTACTS")

Stubs = Mapping[int, Sequence[ContactRow]]


def merge_contacts(session: Session, portal_id: int, canonical_vid: int, merged_vid: int) -> None:
    """Merge the second contact into the first.

    Raises MergeRefused for a vid that is no live contact of its own, and TooManyMerged beyond 250 linked vids.
    """
    canonical, merged = _lock_both(session, portal_id, canonical_vid, merged_vid)
    stubs = merged_records(session, portal_id, [canonical.vid, merged.vid])
    if sum(map(len, stubs.values())) + 2 > MAX_LINKED:
        raise TooManyMerged(canonical.vid, MAX_LINKED)
    marks.mark(session, portal_id, {vid: (marks.EVERYTHING,) for vid in (canonical.vid, merged.vid)}, Urgency.NOW)
    change = _plan(session, portal_id, canonical, merged, stubs)
    write_audit(session, portal_id, canonical, merged, len(change.adopted))
    identities.hand_over(session, portal_id, merged.vid, canonical.vid)
    write_contacts(session, portal_id, [change])
    _lead_on(session, portal_id, merged.vid, canonical.vid)
    store_stubs(session, portal_id, [merged], merged_into=canonical.vid)
    _unite_memberships(session, portal_id, canonical, merged)


def _lock_both(
    session: Session, portal_id: int, canonical_vid: int, merged_vid: int
) -> tuple[ContactState, ContactState]:
    states = lock_contacts(session, portal_id, {canonical_vid, merged_vid})
    for side, vid in (("canonical", canonical_vid), ("merged", merged_vid)):
        if vid not in states or states[vid].vid != vid:
            raise MergeRefused(side, vid)
    if canonical_vid == merged_vid:
        raise MergeRefused("merged", merged_vid)
    return states[canonical_vid], states[merged_vid]


def _plan(session: Session, portal_id: int, canonical: ContactState, merged: ContactState, stubs: Stubs) -> Change:
    """Return the change that gives the survivor the newest value of every property.

    Where another rule holds (e-mails, the create date, conversions) a version of the merge's own says so.
    """
    times = {
        contact.vid: newest_times(session, portal_id, [contact.vid, *(stub.vid for stub in stubs[contact.vid])])
        for contact in (canonical, merged)
    }
    newest = _newest_values(canonical, merged, times)
    counted = conversions.hand_over(session, portal_id, merged.vid, canonical.vid)
    ruled = _ruled_values(canonical, merged) | counted
    asserted = {name: value for name, value in ruled.items() if name == "email" or newest.get(name, "") != value}
    adopted = {
        name: value
        for name, value in newest.items()
        if name not in asserted and canonical.properties.get(name) != value
    }
    canonical.created_at = min(canonical.created_at, merged.created_at)
    united = tuple(sorted(without_contradictions({*canonical.marks, *merged.marks})))
    sources = dict.fromkeys(counted, CALCULATED)
    return Change(canonical, asserted, MERGE, united, adopted=adopted, repeated=frozenset(asserted), sources=sources)


def _newest_values(
    canonical: ContactState, merged: ContactState, times: Mapping[int, Mapping[str, int]]
) -> dict[str, str]:
    newest = dict(canonical.properties)
    for name, value in merged.properties.items():
        if name not in newest or times[merged.vid].get(name, 0) > times[canonical.vid].get(name, 0):
            newest[name] = value
    return newest


def _ruled_values(canonical: ContactState, merged: ContactState) -> dict[str, str]:
    """Return the values for which being newest does not count."""
    created = min(canonical.created_at, merged.created_at)
    owner = canonical if canonical.properties.get("email") else merged
    email = owner.properties.get("email", "")
    others = _further_emails(email, canonical, merged)
    ruled = {"createdate": str(created)}
    if email:
        ruled |= {"email": email, "hs_email_domain": owner.properties.get("hs_email_domain", "")}
    return ruled | ({ADDITIONAL_EMAILS: ";".join(others)} if others else {})


def _further_emails(email: str, *contacts: ContactState) -> list[str]:
    values = [contact.properties.get(name, "") for contact in contacts for name in ("email", ADDITIONAL_EMAILS)]
    found = {email_key(address): address for value in reversed(values) for address in split_emails(value)}
    return sorted(address for key, address in found.items() if key != email_key(email))


def _lead_on(session: Session, portal_id: int, merged_vid: int, canonical_vid: int) -> None:
    """Have the stubs and audits of earlier merges lead to the new survivor."""
    stubs = update(Contact).where(Contact.portal_id == portal_id, Contact.merged_into == merged_vid)
    session.execute(stubs.values(merged_into=canonical_vid))
    audits = update(MergeAudit).where(MergeAudit.portal_id == portal_id, MergeAudit.canonical_vid == merged_vid)
    session.execute(audits.values(canonical_vid=canonical_vid))


def _unite_memberships(session: Session, portal_id: int, canonical: ContactState, merged: ContactState) -> None:
    """Have the merged record leave its lists and the survivor join the static ones among them."""
    reason = feed.reason(Kind.CONTACT_MERGED, mergedVid=merged.vid, canonicalVid=canonical.vid)
    leaves = memberships.remove(session, portal_id, leaving(session, portal_id, merged, reason))
    static = [move for move in leaves if static_list_mark(move.list_id) in merged.marks]
    joins = memberships.add(
        session,
        portal_id,
        [Move(move.list_id, canonical.vid, move.list_revision, canonical.version, reason) for move in static],
    )
    feed.append(session, feed.lock_clock(session, portal_id), joins, leaves)
