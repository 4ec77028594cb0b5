"""Compares memberships with a fresh evaluation and index documents with the records, and has what differs repaired.

It goes through all contacts for ever, slowly and after all other work. Nothing is written here but marks, so that a
repair is decided like any other change (design rule 4); what is marked already is not looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from indexer.directory import load_directory
from indexer.documents import build_documents, load_documents
from indexer.engines.base import ListQuery
from indexer.errors import EngineError
from indexer.runtime import Runtime
from queries.evaluate import evaluate
from queries.fields import VERSION, Document
from queries.moments import Moment
from queries.nodes import And
from records import engine_state, list_work, marks, memberships, verification
from records.catalogues import load_catalogue
from records.clock import now
from records.contacts import all_contacts, live_versions
from records.marks import EVERYTHING, Urgency, list_name
from records.models import Verification
from records.verification import DOCUMENT, Doubt

log = structlog.get_logger()

PAGE = 200
PAIRS = 20_000
"""Evaluations in one page, at most."""

CLOCK_GRACE_MS = 300_000
"""How long a list may take to follow the clock before that counts as a difference."""

MAX_VID = 2**63 - 1
_ANYONE = And(())


@dataclass(frozen=True, slots=True)
class Page:
    """Contacts as one snapshot shows them: vid -> version, who is marked, and memberships that are not as evaluated.

    `is_last` says that no contact has a higher vid.
    """

    versions: Mapping[int, int]
    marked: Mapping[int, bool]
    wrong: Sequence[Doubt]
    is_last: bool


def step(runtime: Runtime, portal_id: int) -> bool:
    """Compare the portal's next page, or see whether the last one has been repaired; return whether there was progress.

    Raises EngineError; the page is then compared again later.
    """
    row = runtime.database.transact(lambda session: verification.lease(session, portal_id))
    if row is None:
        return False
    try:
        settled = not row.doubted or _look_again(runtime, row)
        if settled:
            _compare_page(runtime, row)
    except EngineError:
        runtime.database.transact(lambda session: verification.wait(session, portal_id))
        raise
    if not settled:
        runtime.database.transact(lambda session: verification.wait(session, portal_id))
    return settled


def _look_again(runtime: Runtime, row: Verification) -> bool:
    """Count what has been repaired of the last page and return whether nothing is left to wait for."""
    doubted = [(vid, list_id) for vid, list_id in row.doubted]
    vids = sorted({vid for vid, _ in doubted})
    with runtime.database.read() as session:
        marked = marks.waiting(session, row.portal_id, vids)
        documents, _ = load_documents(session, row.portal_id, vids, load_catalogue(session, row.portal_id))
        wrong = _wrong_members(session, row.portal_id, documents)
    left = [doubt for doubt in doubted if marked.get(doubt[0]) is False]
    looked = [doubt for doubt in doubted if doubt[0] not in marked]
    versions = {vid: document[VERSION] for vid, document in documents.items()}
    page = Page(versions, marked, wrong, False)
    still = {*wrong, *_wrong_documents(runtime, row.portal_id, page, vids[0] - 1, vids[-1])}
    for vid, list_id in still & set(looked):
        log.warning("a difference was not repaired", portal=row.portal_id, vid=vid, list=list_id)
    repaired = [doubt for doubt in looked if doubt not in still]
    runtime.database.transact(lambda session: verification.note_repaired(session, row.portal_id, left, repaired))
    return not left


def _compare_page(runtime: Runtime, row: Verification) -> None:
    """Compare the next contacts, mark those that are not as they should be, and move the cursor."""
    portal_id = row.portal_id
    with runtime.database.read() as session:
        page = _read_page(session, portal_id, row.cursor)
    last = max(page.versions, default=row.cursor)
    end = MAX_VID if page.is_last else last
    doubted = [*page.wrong, *_wrong_documents(runtime, portal_id, page, row.cursor, end)]
    for vid, list_id in doubted:
        log.warning("drift", portal=portal_id, vid=vid, list=list_id or None)

    def save(session: Session) -> None:
        marks.mark(session, portal_id, _names(doubted), Urgency.UPKEEP)
        verification.save_page(session, portal_id, last, doubted)
        if page.is_last and not doubted:
            verification.end_pass(session, row)

    runtime.database.transact(save)


def _read_page(session: Session, portal_id: int, after: int) -> Page:
    size = max(1, min(PAGE, PAIRS // max(1, len(load_directory(session, portal_id).queries))))
    rows = all_contacts(session, portal_id, after, size)
    marked = marks.waiting(session, portal_id, [row.vid for row in rows])
    unmarked = [row for row in rows if row.vid not in marked]
    documents = build_documents(session, portal_id, unmarked, load_catalogue(session, portal_id))
    wrong = _wrong_members(session, portal_id, documents)
    return Page({row.vid: row.version for row in rows}, marked, wrong, len(rows) < size)


def _wrong_members(session: Session, portal_id: int, documents: Mapping[int, Document]) -> list[Doubt]:
    """Return who is in a list that is DONE and should not be, or is not and should be."""
    present = memberships.lists_of(session, portal_id, list(documents))
    unfinished = list_work.unfinished(session, portal_id)
    directory = load_directory(session, portal_id)
    queries = [query for list_id, query in directory.queries.items() if list_id not in unfinished]
    moment = now(session)
    return [
        (vid, query.list_id)
        for vid, document in documents.items()
        for query in queries
        if _differs(query, document, query.list_id in present[vid], moment)
    ]


def _differs(query: ListQuery, document: Document, is_member: bool, moment: int) -> bool:
    """Return whether evaluation says otherwise, now and a while ago: what the clock has just moved is on its way."""
    instants = (Moment(moment, query.zone), Moment(moment - CLOCK_GRACE_MS, query.zone))
    return all(evaluate(query.tree, document, at) != is_member for at in instants)


def _wrong_documents(runtime: Runtime, portal_id: int, page: Page, after: int, end: int) -> list[Doubt]:
    """Return whose live document, above vid `after` and up to `end`, is not of the version that the records have.

    Who was written while the index was read is left out: the drain comes to them.
    """
    with runtime.database.read() as session:
        state = engine_state.find_state(session, portal_id)
    generation = engine_state.present_generation(state)
    if generation is None:
        return []
    indexed, end = _indexed(runtime, portal_id, generation, after, end)
    vids = {vid for vid in page.versions if vid <= end} | indexed.keys()
    with runtime.database.read() as session:
        versions = live_versions(session, portal_id, vids)
        marked = page.marked.keys() | marks.waiting(session, portal_id, vids)
    unknown = {vid: indexed[vid] for vid in indexed.keys() - versions.keys()}
    if unknown:
        runtime.engine.delete(portal_id, engine_state.targets(state), unknown)
    still = (vid for vid in vids - marked if versions.get(vid) == page.versions.get(vid))
    return [(vid, DOCUMENT) for vid in sorted(still) if indexed.get(vid) != versions.get(vid)]


def _indexed(runtime: Runtime, portal_id: int, generation: int, after: int, end: int) -> tuple[dict[int, int], int]:
    """Return vid -> version of the documents above `after` up to `end`, or up to where there are too many."""
    with runtime.database.read() as session:
        moment = Moment(now(session))
    runtime.engine.refresh(portal_id, [generation])
    found = runtime.engine.scan(portal_id, generation, _ANYONE, moment, after, 2 * PAGE)
    reached = min(end, found[-1].vid) if len(found) == 2 * PAGE else end
    return {hit.vid: hit.version for hit in found if hit.vid <= reached}, reached


def _names(doubted: Sequence[Doubt]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for vid, list_id in doubted:
        names.setdefault(vid, []).append(EVERYTHING if list_id == DOCUMENT else list_name(list_id))
    return names
