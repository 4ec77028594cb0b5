"""How long it takes to compile a list's criteria for both indexes."""

import time
from collections.abc import Sequence

from bench.figures.imports import Loaded
from bench.figures.lists import pattern
from bench.results import Result
from queries.compile import compile_percolator, compile_search
from queries.context import FilterContext
from queries.moments import Moment
from queries.nodes import Node
from queries.parse import parse_filters
from records.catalogues import load_catalogue

NAME = "compile"
LIMIT_MS = 1.0
AT = Moment(1_500_000_000_000)
ENDS = "a parsed tree → its search query and its stored query, in this process; the mean over lists of ten kinds"


def measure(loaded: Loaded) -> list[Result]:
    """Return the mean time for a list of the `lists` bench."""
    with loaded.service.records() as database, database.read() as session:
        context = FilterContext(load_catalogue(session, loaded.account.portal_id), {})
    trees = [parse_filters(pattern(number)[0], context) for number in range(loaded.size.lists)]
    took = min(_mean(trees) for _ in range(loaded.size.rounds))
    return [
        Result(
            bench=NAME,
            setup=loaded.service.setup,
            figure="compiling the criteria of a list",
            ends=ENDS,
            measured=f"{took:.3f} ms",
            baseline="–",
            line=f"≤ {LIMIT_MS:g} ms",
            met=took <= LIMIT_MS,
        )
    ]


def _mean(trees: Sequence[Node]) -> float:
    start = time.perf_counter()
    for tree in trees:
        compile_search(tree, AT)
        compile_percolator(tree)
    return (time.perf_counter() - start) * 1000 / len(trees)
