"""What a list's job does, step by step (design rules 6 and 7)."""

from collections.abc import Iterator
from typing import Any

from tests.model.clauses import Clause
from tests.model.drains import Step, Without
from tests.model.moves import join, leave, put_mark
from tests.model.state import LIST, WANTED, Document, Job, List, State

NAMED = (LIST,)


def job_steps(state: State, without: Without) -> Iterator[Step]:
    """Yield what the jobs can do next, their deaths, and the end of the list's lease."""
    for number, job in enumerate(state.jobs):
        if job.place:
            yield Step(f"job {number} dies", _put(state, number, Job()))
        for words, after in _PLACES[job.place](state, number, job, without):
            yield Step(f"job {number} {words}", after)
    if state.row.leased and Clause.LIST_LEASES_END not in without:
        yield Step("the list's lease ends", state._replace(row=state.row._replace(leased=False)))
    if state.query < state.row.registered and Clause.REGISTERED_VISIBLE in without:
        yield Step("the percolator refreshes", state._replace(query=state.row.registered))


def _put(state: State, number: int, job: Job) -> State:
    return state._replace(jobs=(*state.jobs[:number], job, *state.jobs[number + 1 :]))


def _end(state: State, number: int) -> State:
    """End the piece of work: the lease is given back, unless the list was saved meanwhile."""
    row = state.jobs[number].row
    mine = row.revision == state.row.revision
    freed = state._replace(row=state.row._replace(leased=False)) if mine else state
    return _put(freed, number, Job())


def _note(state: State, job: Job, without: Without, **columns: Any) -> State:
    """Write columns of the list's row, if it still has the revision that the job began with."""
    if job.row.revision != state.row.revision and Clause.NOTES_OF_REVISION not in without:
        return state
    return state._replace(row=state.row._replace(**columns))


def _lease(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    row = state.row
    if row.done or row.leased:
        return
    place = _next_place(row, without)
    yield "leases the list", _put(state._replace(row=row._replace(leased=True)), number, Job(place, row))


def _next_place(row: List, without: Without) -> str:
    registering = row.registered != row.revision
    scan_first = Clause.REGISTERED_FIRST in without and not row.ended
    if registering and not scan_first:
        return "register"
    return "complete" if row.ended else "scan"


def _register(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    after = state
    if Clause.REGISTERED_VISIBLE not in without:
        newer = max(state.query, job.row.revision)
        after = state._replace(query=job.row.revision if Clause.NEWER_QUERY_STAYS in without else newer)
    yield "registers the query", _put(after, number, job._replace(place="note"))


def _note_registered(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    yield "notes the registration", _end(_note(state, job, without, registered=job.row.revision), number)


def _scan(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    """Refresh the index and search it, but behind the cursor there is nobody else."""
    shown = state.shown if Clause.REFRESHED in without or job.row.scanned else state.stored
    hit = shown.value == WANTED[job.row.revision] and not job.row.scanned
    found = shown if hit else None
    yield "scans", _put(state._replace(shown=shown), number, job._replace(place="page", found=found))


def _page(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    """Take in what was found; who is locked or of another version is missed, and marked once the lock is free."""
    if job.found is None:
        yield "finds nobody", _save(state, number, job, without, "doubt")
    elif state.is_locked() or not _is_scanned(state, job.found, without):
        late = Clause.MARKED_BEFORE_CURSOR in without
        after = _save(state, number, job, without, "missed") if late else _put(state, number, _to(job, "missed"))
        yield "misses the contact", after
    elif Clause.PAGE_LOCKED in without:
        yield "sees that the contact is unchanged", _put(state, number, _to(job, "take"))
    else:
        yield from _take(state, number, job, without)


def _take(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    if _is_current(state, job, without):
        yield "takes the contact in", _save(join(state, job.row.revision, without), number, job, without, "doubt")
    else:
        yield "gives the page up", _end(state, number)


def _mark_missed(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    if state.is_locked():
        return
    if not _is_current(state, job, without):
        yield "gives the page up", _end(state, number)
        return
    marked = state if Clause.MISSED_MARKED in without else put_mark(state, NAMED, without)
    yield "marks who was missed", _save(marked, number, job, without, "doubt")


def _save(state: State, number: int, job: Job, without: Without, place: str) -> State:
    """Move the cursor and go on, unless the list was saved meanwhile."""
    if not _is_current(state, job, without):
        return _end(state, number)
    return _put(_note(state, job, without, scanned=True), number, _to(job, place))


def _doubt(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    after = state
    if 0 < state.member < job.row.revision and Clause.MEMBERS_DOUBTED not in without:
        if state.is_locked():
            return
        after = leave(state) if Clause.NONE_LEAVES_UNSEEN in without else put_mark(state, NAMED, without)
    yield "doubts who was not confirmed", _put(after, number, _to(job, "end"))


def _end_scan(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    after = _note(state, job, without, ended=True)
    if after.row.ended:
        after = after.with_drains_early()
        after = after._replace(mark=after.mark and after.mark._replace(early=True, owed=after.mark.changed))
    yield "ends the scan", _end(after, number)


def _complete(state: State, number: int, job: Job, without: Without) -> Iterator[tuple[str, State]]:
    waits = state.mark is not None and state.mark.early and Clause.DONE_WAITS not in without
    after = state if waits else _note(state, job, without, done=True)
    yield "waits for marks" if waits else "makes the list DONE", _end(after, number)


def _is_scanned(state: State, found: Document, without: Without) -> bool:
    return found.version == state.contact.version or Clause.PAGE_VERSION in without


def _is_current(state: State, job: Job, without: Without) -> bool:
    return job.row.revision == state.row.revision or Clause.PAGE_REVISION in without


def _to(job: Job, place: str) -> Job:
    return job._replace(place=place, found=None)


_PLACES = {
    "": _lease,
    "register": _register,
    "note": _note_registered,
    "scan": _scan,
    "page": _page,
    "take": _take,
    "missed": _mark_missed,
    "doubt": _doubt,
    "end": _end_scan,
    "complete": _complete,
}
