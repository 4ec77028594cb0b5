"""How the cost of a changed contact grows with the number of selective lists, as a figure and a picture.

The engine alone is asked: each number of queries is stored in an empty index of the bench's own, and contacts are
percolated that are in about ten lists, whatever their number.
"""

from pathlib import Path

from bench import chart
from bench.figures.imports import Loaded
from bench.figures.lists import Filters, pattern
from bench.figures.match import matching
from bench.measure import middle, milliseconds
from bench.results import Result
from bench.service import EMBEDDED
from bench.size import FULL

NAME = "curve"
GROWTH = 3.0
PATTERNS, EXACT = 10, (0, 2, 4, 6, 7, 9)
"""Patterns of lists, and those of them that are selective; the others look for parts of texts that many share."""

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "lists.svg"
AXES = ("smart lists", "ms a contact")


def measure(loaded: Loaded) -> list[Result]:
    """Return how much more a contact costs over the most lists than over the fewest; draw the curve in a full run.

    Only engines have a percolator.
    """
    if loaded.service.setup == EMBEDDED:
        return []
    points = [(float(lists), _cost(loaded, lists)) for lists in loaded.size.curve]
    if loaded.size.curve == FULL.curve:
        chart.draw(PICTURE, "Percolating a changed contact, 200 at a time", AXES, points)
    (few, least), (many, most) = points[0], points[-1]
    told = ", ".join(f"{count:,.0f}: {cost:.2f} ms" for count, cost in points)
    return [
        Result(
            bench=NAME,
            setup=loaded.service.setup,
            figure=f"cost of a contact over {many:,.0f} selective lists",
            ends=f"{loaded.size.crowd} documents → the lists that each may be in, one request; {told}",
            measured=f"{most / least:.1f}×",
            baseline=f"over {few:,.0f} lists: {least:.2f} ms",
            line=f"≤ {GROWTH:g}×",
            met=most <= GROWTH * least,
        )
    ]


def selective(number: int) -> Filters:
    """Return filters of which a value of its own selects the list."""
    return pattern(number // len(EXACT) * PATTERNS + EXACT[number % len(EXACT)])[0]


def _cost(loaded: Loaded, lists: int) -> float:
    """Return the milliseconds that a contact takes to be percolated, the median of some rounds after two."""
    with matching(loaded, lists, selective) as ready:
        took = [milliseconds(lambda: ready.percolate(ready.contacts)) for _ in range(2 + 2 * loaded.size.rounds)]
        return middle(took[2:]) / len(ready.contacts)
