"""The protocol of drain, scan, edit and crash, visited whole in small; and what breaks when a clause is left out."""

from pathlib import Path

import pytest

from tests.model.clauses import Clause
from tests.model.outside import Scenario
from tests.model.scenarios import KEPT, SHOWN_BY
from tests.model.search import explore

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


@pytest.mark.parametrize("scenario", KEPT.values(), ids=KEPT.keys())
def test_nobody_is_lost_or_invented_and_everything_settles(scenario: Scenario) -> None:
    assert explore(scenario).trouble is None


@pytest.mark.parametrize("clause", Clause, ids=lambda clause: clause.name.lower())
def test_every_clause_is_needed_and_the_page_tells_why(clause: Clause) -> None:
    trouble = explore(SHOWN_BY[clause], frozenset({clause})).trouble
    assert trouble is not None
    assert f"| {clause.value} | {trouble.words} | {len(trouble.way)} |" in PAGE.read_text()
