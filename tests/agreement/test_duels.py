"""Duels: random filters mean the same to `evaluate` and to every engine, of random contacts."""

import pytest

from tests.agreement.duel import differences, told
from tests.agreement.judges import Judge
from tests.agreement.random_trees import make_round

TREES = 500
CONTACTS = 100


@pytest.mark.parametrize("seed", [20130408, 20161231])
def test_random_filters_mean_the_same_to_every_judge(judge: Judge, seed: int) -> None:
    found = differences(judge, make_round(seed, TREES, CONTACTS))
    assert not found, told(judge, found)
