"""One meaning of a filter: `evaluate` and every engine's search and percolation answer as the table says."""

import pytest

from tests.agreement.duel import differences, told
from tests.agreement.judges import Judge, meant
from tests.agreement.table import Table


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def test_evaluate_answers_every_case_of_the_table(table: Table) -> None:
    true = meant(table.round)
    wrong = [str(case) for case, place in table.placed if (place in true) is not case.answer]
    assert wrong == []
    assert len(table.cases) >= 400


def test_every_way_of_asking_hits_what_the_table_says_and_all_of_it(judge: Judge, table: Table) -> None:
    for way, hits in judge.hits(table.round).items():
        lost = [str(case) for case, place in table.placed if case.answer and place not in hits.pairs]
        assert lost == [], way
        exact = [(case, place) for case, place in table.placed if hits.exact[place[0]]]
        false = [str(case) for case, place in exact if not case.answer and place in hits.pairs]
        assert false == [], way


def test_every_filter_of_the_table_means_the_same_of_every_contact_of_it(judge: Judge, table: Table) -> None:
    found = differences(judge, table.round)
    assert not found, told(judge, found)
