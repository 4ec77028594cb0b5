"""How much a run measures: the lines are stated for FULL; smaller sizes show that the benches work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`contacts` are loaded; `lists` are made over `members` contacts of another portal, which `writes` then join.

    Matching asks `crowd` contacts of each number of lists in `matched`; whole drains are of `drained` contacts; `curve`
    are the numbers of selective lists whose cost is told. `crossing` contacts each cross at one instant. `queries` is
    searches of a kind; look-ups take `rounds` turns of `seconds`; `backlog` is rows of the feed. `profiled` says
    whether a figure that misses its line is profiled, for which the service is stopped.
    """

    contacts: int = 100_000
    lists: int = 1_000
    members: int = 1_000
    writes: int = 200
    matched: tuple[int, ...] = (1_000, 10_000)
    crossing: tuple[int, ...] = (500, 10_000)
    curve: tuple[int, ...] = (1_000, 3_000, 10_000, 30_000, 100_000)
    crowd: int = 200
    drained: int = 1_000
    queries: int = 300
    rounds: int = 5
    backlog: int = 10_000
    seconds: float = 1.0
    profiled: bool = True


FULL = Size()
SMOKE = Size(
    contacts=60,
    lists=10,
    members=5,
    writes=3,
    matched=(20, 40),
    crossing=(3,),
    curve=(10, 20),
    crowd=4,
    drained=20,
    queries=6,
    rounds=1,
    backlog=20,
    seconds=0.1,
    profiled=False,
)
