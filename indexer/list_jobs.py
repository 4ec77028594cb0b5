"""Fills, re-evaluates and empties lists. The list's row is the job (design rules 6 and 7).

Save, register the stored query, refresh, scan: in this order a contact that is written meanwhile is caught by the
percolator, by the scan, or by the mark that a scan leaves on what it could not lock.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer import clock
from indexer.directory import load_directory
from indexer.documents import load_documents
from indexer.engines.base import ListQuery, Scanned
from indexer.errors import EngineError, IndexLost, RequestRefused
from indexer.rebuild import note_lost
from indexer.runtime import Runtime
from indexer.stored_lists import load_lists
from queries.catalogue import Catalogue
from queries.compile import compile_percolator, selects_nothing
from queries.errors import FilterError
from queries.evaluate import evaluate
from queries.fields import static_list_mark
from queries.moments import Moment
from records import dialect, engine_state, feed, list_work, lists, marks, memberships
from records.catalogues import load_catalogue
from records.clock import now
from records.errors import ListMissing
from records.feed import Kind, Move, reason
from records.lists import DELETING
from records.marks import Urgency
from records.models import Contact, ContactList, EngineState
from records.writes import Change, ContactState, Source, lock_contacts, write_contacts

PAGE = 500
"""Contacts in one transaction of a fill, which locks them."""

PAGES = 4
"""Pages of a dynamic list that one scan of the index finds; a search costs as much as taking a page in."""


class ListMoved(Exception):
    """The list was saved or deleted while a page was written; the page is given up."""


def step(runtime: Runtime, portal_id: int) -> bool:
    """Do one piece of work on one list of the portal and return whether anything was done.

    A list that the engine refuses keeps its words in `error` and is tried again after a minute; so is one that cannot
    be read. Raises EngineError when the engine fails; the piece is then done again later.
    """
    row = runtime.database.transact(lambda session: list_work.lease_next(session, portal_id))
    if row is None:
        return False
    try:
        progressed = _advance(runtime, row)
    except ListMoved:
        progressed = True
    except (RequestRefused, FilterError) as error:
        words = str(error)
        runtime.database.transact(lambda session: list_work.note_error(session, row, words))
        return False
    except EngineError as error:
        runtime.database.transact(lambda session: list_work.release(session, row))
        if isinstance(error, IndexLost):
            note_lost(runtime, error)
        raise
    runtime.database.transact(lambda session: list_work.release(session, row))
    return progressed


def restart_halted(runtime: Runtime, portal_id: int) -> None:
    """Have lists that cannot be read evaluated anew as soon as they can be: until then nobody joins or leaves them."""
    with runtime.database.read() as session:
        halted = load_directory(session, portal_id).halted - list_work.unfinished(session, portal_id).keys()
    for list_id in sorted(halted):
        with suppress(ListMissing):
            runtime.database.transact(partial(lists.refresh_list, portal_id=portal_id, list_id=list_id))


def _advance(runtime: Runtime, row: ContactList) -> bool:
    with runtime.database.read() as session:
        state = engine_state.find_state(session, row.portal_id)
        catalogue = load_catalogue(session, row.portal_id)
        query = None if row.state == DELETING else _query(session, row)
        moment = now(session)
    if query is None:
        return _empty_page(runtime, row, state)
    if row.dynamic and row.registered != row.revision:
        return _register(runtime, row, query, engine_state.targets(state), catalogue)
    if row.scan_ended_at is None:
        return _scan_page(runtime, row, query, Moment(moment, query.zone), engine_state.present_generation(state))
    return runtime.database.transact(lambda session: list_work.complete(session, row))


def _query(session: Session, row: ContactList) -> ListQuery:
    """Return the list as engines see it; raises ListMoved when it was saved since it was leased, FilterError if halted.

    A dynamic list is taken from where its members are decided.
    """
    known = load_directory(session, row.portal_id).queries.get(row.list_id) if row.dynamic else None
    query = load_lists(session, row.portal_id).query(row) if known is None else known
    if row.dynamic and (known is None or query.revision != row.revision):
        raise ListMoved
    return query


def _register(
    runtime: Runtime, row: ContactList, query: ListQuery, generations: Sequence[int], catalogue: Catalogue
) -> bool:
    """Store the list's query in every generation, whose mappings must know what it reads."""
    if generations:
        runtime.engine.extend(row.portal_id, generations, catalogue)
        runtime.engine.register(row.portal_id, generations, [query])
    unselective = selects_nothing(compile_percolator(query.tree))
    runtime.database.transact(lambda session: list_work.note_registered(session, row, unselective))
    return True


def _scan_page(runtime: Runtime, row: ContactList, query: ListQuery, at: Moment, generation: int | None) -> bool:
    """Take in the next page of matching contacts; after the last one, ask about members that were not confirmed."""
    if generation is None:
        return False
    if row.scan_cursor == 0:
        if not row.dynamic and _is_behind(runtime, row):
            return False
        runtime.engine.refresh(row.portal_id, [generation])
    limit = PAGES * PAGE if row.dynamic else PAGE
    found = runtime.engine.scan(row.portal_id, generation, query.tree, at, row.scan_cursor, limit)
    if row.dynamic:
        for start in range(0, len(found), PAGE):
            page = partial(_take_dynamic, row=row, found=found[start : start + PAGE])
            runtime.database.transact(page)
    else:
        unseen = () if len(found) == limit else _unseen(runtime, row, found)
        runtime.database.transact(lambda session: _take_static(session, row, [*unseen, *found], query))
    if len(found) < limit:
        _doubt_members(runtime, row)
        if row.dynamic:
            clock.sweep_list(runtime, row.portal_id, query, since=row.state_changed_at)
        runtime.database.transact(lambda session: list_work.end_scan(session, row))
    return True


def _unseen(runtime: Runtime, row: ContactList, found: Sequence[Scanned]) -> list[Scanned]:
    """Return the contacts that no scan can find because the engine refuses them, in a version that none has."""
    seen = {item.vid for item in found}
    with runtime.database.read() as session:
        return [Scanned(vid, 0) for vid in marks.parked(session, row.portal_id) if vid not in seen]


def _is_behind(runtime: Runtime, row: ContactList) -> bool:
    """Return whether contacts that were written before the list was saved are not indexed yet.

    A static list is filled once, so nobody would take them in later.
    """
    with runtime.database.read() as session:
        return marks.waiting_since(session, row.portal_id, row.state_changed_at)


def _take_dynamic(session: Session, row: ContactList, found: Sequence[Scanned]) -> None:
    """Make the scanned contacts members; those locked or changed meanwhile are marked for the drain instead."""
    held = _share(session, row.portal_id, found)
    missed = {item.vid: (marks.list_name(row.list_id),) for item in found if item.vid not in held}
    marks.mark(session, row.portal_id, missed, Urgency.NOW)
    moves = [_move(row, item.vid, item.version) for item in found if item.vid in held]
    joins = memberships.add(session, row.portal_id, moves)
    there = held - {move.vid for move in joins}
    if there:
        memberships.confirm(session, row.portal_id, row.list_id, sorted(there), row.revision)
    _save_page(session, row, found, joins)


def _take_static(session: Session, row: ContactList, found: Sequence[Scanned], query: ListQuery) -> None:
    """Fill a static list once: its members carry a mark, as if they had been added by hand.

    Those changed since they were scanned are evaluated as they are now; merged ones are not followed.
    """
    versions = {item.vid: item.version for item in found}
    locked = lock_contacts(session, row.portal_id, list(versions))
    live = {vid: contact for vid, contact in locked.items() if contact.vid == vid}
    changed = [vid for vid, contact in live.items() if contact.version != versions[vid]]
    catalogue = load_catalogue(session, row.portal_id)
    documents, _ = load_documents(session, row.portal_id, changed, catalogue)
    at = Moment(now(session), query.zone)
    gone = {vid for vid, document in documents.items() if not evaluate(query.tree, document, at)}
    contacts = [contact for vid, contact in live.items() if vid not in gone]
    add_marks(session, row, contacts)
    moves = [_move(row, contact.vid, contact.version) for contact in contacts]
    _save_page(session, row, found, memberships.add(session, row.portal_id, moves))


def add_marks(session: Session, row: ContactList, contacts: Sequence[ContactState]) -> None:
    """Mark locked contacts as members of a static list."""
    mark = static_list_mark(row.list_id)
    changes = [
        Change(contact, {}, Source("API"), (*contact.marks, mark)) for contact in contacts if mark not in contact.marks
    ]
    write_contacts(session, row.portal_id, changes)


def remove_marks(session: Session, row: ContactList, contacts: Sequence[ContactState]) -> None:
    """Take the mark of a static list from locked contacts."""
    mark = static_list_mark(row.list_id)
    changes = [
        Change(contact, {}, Source("API"), tuple(item for item in contact.marks if item != mark))
        for contact in contacts
    ]
    write_contacts(session, row.portal_id, changes)


def _save_page(session: Session, row: ContactList, found: Sequence[Scanned], joins: Sequence[Move]) -> None:
    """Write joins and cursor under the portal's clock; raises ListMoved when the list is not what was scanned for."""
    clock = feed.lock_clock(session, row.portal_id)
    if not list_work.is_current(session, row):
        raise ListMoved
    feed.append(session, clock, joins, ())
    if found:
        list_work.save_cursor(session, row, found[-1].vid)


def _share(session: Session, portal_id: int, found: Sequence[Scanned]) -> set[int]:
    """Lock the scanned contacts against change and return the vids that are live and still of the scanned version."""
    versions = {item.vid: item.version for item in found}
    statement = (
        select(Contact.vid, Contact.version)
        .where(
            Contact.portal_id == portal_id,
            dialect.among(session, Contact.vid, versions),
            Contact.deleted.is_(False),
            Contact.merged_into.is_(None),
        )
        .order_by(Contact.vid)
        .with_for_update(read=True, skip_locked=True)
    )
    return {vid for vid, version in session.execute(statement) if versions[vid] == version}


def _doubt_members(runtime: Runtime, row: ContactList) -> None:
    """Have every member that the scan did not confirm evaluated; nobody leaves because a scan did not return it."""
    stale: Sequence[int] = (0,)
    while row.dynamic and stale:
        page = partial(list_work.doubt_page, row=row, after=stale[-1], limit=PAGE)
        stale = runtime.database.transact(page)


def _empty_page(runtime: Runtime, row: ContactList, state: EngineState | None) -> bool:
    """Let the next page of a deleted list's members leave, and forget the list after the last one."""
    if row.dynamic and row.registered != row.revision:
        generations = engine_state.targets(state)
        if generations:
            runtime.engine.unregister(row.portal_id, generations, row.list_id, row.revision)
        runtime.database.transact(lambda session: list_work.note_registered(session, row))
    runtime.database.transact(lambda session: _let_leave(session, row))
    return True


def _let_leave(session: Session, row: ContactList) -> None:
    vids = list_work.member_page(session, row, PAGE)
    if not vids:
        return list_work.forget_list(session, row.portal_id, row.list_id)
    contacts = lock_contacts(session, row.portal_id, vids)
    if not row.dynamic:
        remove_marks(session, row, [contact for vid, contact in contacts.items() if vid == contact.vid])
    versions = {vid: contact.version for vid, contact in contacts.items()}
    moves = [Move(row.list_id, vid, row.revision, versions.get(vid, 0), reason(Kind.LIST_DELETED)) for vid in vids]
    leaves = memberships.remove(session, row.portal_id, moves)
    feed.append(session, feed.lock_clock(session, row.portal_id), (), leaves)
    return None


def _move(row: ContactList, vid: int, version: int) -> Move:
    kind = list_work.fill_kind(row.state, row.cause)
    return Move(row.list_id, vid, row.revision, version, reason(kind))
