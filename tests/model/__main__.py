"""Visits the large scenarios too and prints how many states each has: `python -m tests.model`."""

from tests.model.scenarios import KEPT, LARGE
from tests.model.search import explore

for words, scenario in {**KEPT, **LARGE}.items():
    result = explore(scenario)
    print(f"{result.states:>10,} states  {words}: {result.trouble.words if result.trouble else 'holds'}")
