"""What several processes do in one way: marking a contact, and letting it join or leave with its feed row."""

from tests.model.clauses import Clause
from tests.model.state import Broken, Mark, Names, State


def put_mark(state: State, changed: Names, without: frozenset[Clause]) -> State:
    """Mark the contact; a fresh token is the smallest number that nobody holds, so that states stay few."""
    old = state.mark
    names = changed if old is None or Clause.NAMES_ADDED in without else tuple(sorted({*old.changed, *changed}))
    keeps_token = old is not None and Clause.FRESH_TOKEN in without
    token = old.token if old is not None and keeps_token else _fresh(state)
    mark = Mark(token, names) if old is None else old._replace(token=token, changed=names)
    return state._replace(mark=mark)


def join(state: State, revision: int, without: frozenset[Clause]) -> State:
    """Insert the membership, if there is none, with its feed row; raises Broken where that is not true now."""
    if state.member and Clause.REALLY_INSERTED not in without:
        return state._replace(member=max(state.member, revision))
    if state.in_feed:
        raise Broken("JOIN of who is in")
    if not state.matches():
        raise Broken("JOIN of who does not match")
    return state._replace(member=revision, in_feed=True)


def leave(state: State) -> State:
    """Delete the membership, if there is one, with its feed row; raises Broken where that is not true now."""
    if not state.member:
        return state
    if not state.in_feed:
        raise Broken("LEAVE of who is out")
    if state.matches():
        raise Broken("LEAVE of who matches")
    return state._replace(member=0, in_feed=False)


def _fresh(state: State) -> int:
    held = {drain.token for drain in state.drains if drain.step} | ({state.mark.token} if state.mark else set())
    return next(token for token in range(1, len(held) + 2) if token not in held)
