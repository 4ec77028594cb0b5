"""Figures that hold on a noisy machine: whatever is compared takes turns, round by round, and medians decide."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

Thing = TypeVar("Thing")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def milliseconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def alternate(
    things: Sequence[Thing], measured: Callable[[Thing], float], baseline: Callable[[Thing], float]
) -> tuple[list[float], list[float]]:
    """Measure both sides for every thing, one right after the other, and let each go first half of the time."""
    ours: list[float] = []
    theirs: list[float] = []
    for index, thing in enumerate(things):
        sides = [(ours, measured), (theirs, baseline)]
        for values, side in sides if index % 2 else reversed(sides):
            values.append(side(thing))
    return ours, theirs


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return median(values)
