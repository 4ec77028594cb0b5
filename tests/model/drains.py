"""What a drain does, step by step (design rules 2 to 4); every step is one transaction or one call of the engine."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.model.clauses import Clause
from tests.model.moves import join, leave
from tests.model.state import DEAD, DECIDED, FIELD, LIST, WANTED, Document, Drain, State

Without = frozenset[Clause]


class Step(NamedTuple):
    """A move of the model: who does what, and the state after it."""

    words: str
    state: State


def drain_steps(state: State, without: Without) -> Iterator[Step]:
    """Yield what the drains can do next, their deaths, and the end of their lease."""
    for number, drain in enumerate(state.drains):
        if drain.step:
            yield Step(f"drain {number} dies", _put(state, number, Drain()))
        for words, after in _next(state, number, drain, without):
            yield Step(f"drain {number} {words}", after)
    if state.mark is not None and state.mark.leased and Clause.LEASES_END not in without:
        yield Step("the mark's lease ends", state._replace(mark=state.mark._replace(leased=False)))


def _next(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    steps = [_claim, _build, *_engine_calls(without), _judge, _write]
    yield from steps[drain.step](state, number, drain, without)


def _engine_calls(without: Without) -> list[Callable[..., Iterator[tuple[str, State]]]]:
    if Clause.INDEXED_FIRST in without:
        return [_read, _percolate, _index]
    return [_read, _index, _percolate] if Clause.READ_AFTER_INDEXING in without else [_index, _read, _percolate]


def _put(state: State, number: int, drain: Drain) -> State:
    """Return the state with this drain; drains are all alike, so their order is kept the same."""
    drains = (*state.drains[:number], drain, *state.drains[number + 1 :])
    return state._replace(drains=tuple(sorted(drains)))


def _claim(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    if state.mark is not None and not state.mark.leased:
        claimed = Drain(1, state.mark.token, state.mark.changed, late=state.row.ended)
        yield "claims the mark", _put(state._replace(mark=state.mark._replace(leased=True)), number, claimed)


def _build(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    yield "builds the document", _put(state, number, drain._replace(step=2, document=state.contact))


def _index(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    newer = drain.document.version >= state.stored.version or Clause.NEWER_DOCUMENT_STAYS in without
    stored = drain.document if newer else state.stored
    yield "indexes it", _put(state._replace(stored=stored), number, drain._replace(step=drain.step + 1))


def _read(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    yield "reads the list", _put(state, number, drain._replace(step=drain.step + 1, read=state.row.revision))


def _percolate(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    """Send what the list reads as far as it is known; a newer query may ask for more and then does not hit."""
    is_whole = state.query <= drain.read
    hit = is_whole and drain.document.value == WANTED[state.query] and _asks(drain, without)
    yield "percolates it", _put(state, number, _keep(drain, without)._replace(step=drain.step + 1, read=0, hit=hit))


def _judge(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    """Lock the contact and evaluate; one that is locked is left, with its mark, for the next drain."""
    if state.is_locked() and Clause.LOCKED not in without:
        yield "finds the contact locked", _put(_release(state), number, Drain())
        return
    document = _seen_under_lock(state, drain, without)
    joins, leaves = _verdict(state, drain, document, without)
    revision = state.row.revision if joins or leaves else 0
    decided = drain._replace(step=DECIDED, revision=revision, join=joins, leave=leaves)
    yield "evaluates it under lock", _put(state, number, decided)


def _seen_under_lock(state: State, drain: Drain, without: Without) -> Document:
    overlooked = Clause.DEAD_SEEN if state.contact.value == DEAD else Clause.BUILT_ANEW
    return drain.document if overlooked in without else state.contact


def _verdict(state: State, drain: Drain, document: Document, without: Without) -> tuple[bool, bool]:
    """Return whether the contact is to join and whether it is to leave."""
    asked = _asks(drain, without) and document.value != DEAD
    is_asked_member = state.member > 0 and Clause.MEMBERS_ASKED not in without
    candidate = asked and (drain.hit or _names_list(drain, without) or is_asked_member)
    matches = document.value == WANTED[state.row.revision]
    joins = drain.hit if Clause.JOIN_EVALUATED in without else candidate and matches
    leaves = candidate and not matches
    if Clause.LEAVE_EVALUATED in without:
        leaves, joins = asked and not drain.hit, joins and drain.hit
    return joins, leaves and state.member > 0


def _write(state: State, number: int, drain: Drain, without: Without) -> Iterator[tuple[str, State]]:
    differs = drain.join or drain.leave
    if differs and drain.revision != state.row.revision and Clause.LISTS_STOOD not in without:
        undecided = drain._replace(step=DECIDED - 1, revision=0, join=False, leave=False)
        yield "starts over, a list was saved", _put(state, number, undecided)
        return
    after = state
    if drain.join:
        after = join(after, drain.revision, without)
    elif drain.leave:
        after = leave(after)
    mine = after.mark is not None and (after.mark.token == drain.token or Clause.OWN_TOKEN in without)
    after = after._replace(mark=None) if mine else _requeue(_release(after), drain, without)
    yield "writes what it decided", _put(after, number, Drain())


def _keep(drain: Drain, without: Without) -> Drain:
    """Forget the document where it is built anew in any case; states that differ in nothing else are one."""
    needed = without & {Clause.BUILT_ANEW, Clause.DEAD_SEEN, Clause.INDEXED_FIRST}
    return drain if needed else drain._replace(document=Document())


def _release(state: State) -> State:
    return state if state.mark is None else state._replace(mark=state.mark._replace(leased=False))


def _requeue(state: State, drain: Drain, without: Without) -> State:
    """Queue a newer mark at the moment of the claim: what was marked before has been decided."""
    if state.mark is None:
        return state
    is_later = drain.late or Clause.QUEUED_AT_CLAIM in without
    owed = tuple(name for name in state.mark.owed if name not in drain.changed)
    return state._replace(mark=state.mark._replace(early=state.mark.early and not is_later, owed=owed))


def _asks(drain: Drain, without: Without) -> bool:
    return FIELD in drain.changed or _names_list(drain, without)


def _names_list(drain: Drain, without: Without) -> bool:
    return LIST in drain.changed and Clause.LIST_NAMED not in without
