"""What the outside world does: writers change and delete the contact, somebody creates and edits the list."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.model.clauses import Clause
from tests.model.drains import Step, Without
from tests.model.moves import put_mark
from tests.model.state import DEAD, FIELD, OTHER, Broken, Document, Drain, Job, List, State

JOINING, LEAVING, ELSEWHERE, DELETING = "1", "0", "other", "delete"
"""Writes: of the value that the first revision asks for, of the other value, of another field, and a deletion."""


class Scenario(NamedTuple):
    """How many processes there are, what each writer writes in turn, and how often the list is saved."""

    drains: int
    jobs: int
    writers: tuple[tuple[str, ...], ...]
    saves: int
    value: int = 0
    listed: bool = False

    def start(self) -> State:
        """Return the state before anything happens: one contact, indexed; `listed`: the list is there and filled."""
        there = Document(self.value, 1)
        row = List(revision=1, registered=1, scanned=True, ended=True) if self.listed else List()
        member = int(self.listed and self.value == 1)
        idle = ((Drain(),) * self.drains, (Job(),) * self.jobs)
        begun = tuple(0 for _ in self.writers)
        saves = 2 - self.saves
        return State(there, there, there, None, *idle, row, row.revision, member, bool(member), begun, saves)


def outside_steps(state: State, scenario: Scenario, without: Without) -> Iterator[Step]:
    """Yield the next write of every writer, and the next save of the list."""
    for number, deeds in enumerate(scenario.writers):
        if state.writes[number] < len(deeds) and not _blocked(state, without):
            yield Step(f"writer {number} writes {deeds[state.writes[number]]}", _write(state, number, deeds, without))
    if state.unmarked:
        yield Step("the writer marks", put_mark(state._replace(unmarked=()), state.unmarked, without))
        yield Step("the writer dies", state._replace(unmarked=()))
    if state.saves < 2:
        yield Step("the list is saved", _save(state))


def _blocked(state: State, without: Without) -> bool:
    return bool(state.unmarked) or (state.is_locked() and Clause.LOCKED not in without)


def _write(state: State, number: int, deeds: tuple[str, ...], without: Without) -> State:
    deed = deeds[state.writes[number]]
    writes = (*state.writes[:number], state.writes[number] + 1, *state.writes[number + 1 :])
    after = state._replace(writes=writes)
    if state.contact.value == DEAD:
        return after
    value = {JOINING: 1, LEAVING: 0, DELETING: DEAD}.get(deed, state.contact.value)
    after = after._replace(contact=Document(value, state.contact.version + 1))
    if deed == DELETING and after.member:
        after = after._replace(member=0, in_feed=False)
    names = (OTHER if deed == ELSEWHERE else FIELD,)
    if Clause.MARKED_WITH_WRITE in without:
        return after._replace(unmarked=names)
    return put_mark(after, names, without)


def _save(state: State) -> State:
    revision = state.row.revision + 1
    row = List(revision=revision, registered=state.row.registered, done=False)
    mark = state.mark._replace(early=False, owed=()) if state.mark else None
    return state.with_drains_early()._replace(row=row, saves=state.saves + 1, mark=mark)


def check(before: State, after: State) -> None:
    """Raise Broken where a list became DONE too early, or the feed and the memberships tell two stories."""
    if after.in_feed != (after.member > 0):
        raise Broken("a replay of the feed is not the membership")
    became_done = after.row.done and not before.row.done
    decided_later = after.mark is not None and not after.mark.owed
    if became_done and (after.member > 0) != after.matches() and not decided_later:
        raise Broken("DONE before the contact was decided")
    if after.is_settled() and (after.member > 0) != after.matches():
        raise Broken("settled with a lost or an invented member")
    if after.is_settled() and after.stored != after.contact:
        raise Broken("settled with a stale document in the index")
