"""Visits every state that the protocol can reach, breadth first, so that the first trouble found is the shortest."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tests.model.clauses import Clause
from tests.model.drains import Step, drain_steps
from tests.model.jobs import job_steps
from tests.model.outside import Scenario, check, outside_steps
from tests.model.state import Broken, State

Without = frozenset[Clause]


@dataclass(frozen=True)
class Trouble:
    """What went wrong, and the shortest way there, step by step."""

    words: str
    way: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """How many states there are, and the trouble, if any."""

    states: int
    trouble: Trouble | None


def explore(scenario: Scenario, without: Without = frozenset()) -> Result:
    """Visit all states and return the first trouble: a broken invariant, or a state from which nothing ever settles."""
    start = scenario.start()
    origins: dict[State, tuple[State, str] | None] = {start: None}
    sources: dict[State, list[State]] = {start: []}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        try:
            for words, after in _steps(state, scenario, without):
                if after not in origins:
                    origins[after], sources[after] = (state, words), []
                    queue.append(after)
                sources[after].append(state)
                check(state, after)
        except Broken as error:
            return Result(len(origins), Trouble(str(error), _way(origins, state)))
    return Result(len(origins), _stuck(origins, sources))


def _steps(state: State, scenario: Scenario, without: Without) -> Iterator[Step]:
    yield from outside_steps(state, scenario, without)
    yield from drain_steps(state, without)
    yield from job_steps(state, without)


def _stuck(origins: dict[State, tuple[State, str] | None], sources: dict[State, list[State]]) -> Trouble | None:
    """Return a state from which no settled one can be reached, if there is one."""
    hopeful = {state for state in origins if state.is_settled()}
    queue = deque(hopeful)
    while queue:
        for source in sources[queue.popleft()]:
            if source not in hopeful:
                hopeful.add(source)
                queue.append(source)
    lost = next((state for state in origins if state not in hopeful), None)
    return None if lost is None else Trouble("work that is never done", _way(origins, lost))


def _way(origins: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    words: list[str] = []
    origin = origins[state]
    while origin is not None:
        words.append(origin[1])
        origin = origins[origin[0]]
    return tuple(reversed(words))
