"""The table of cases as one round: every filter of it is asked of every contact of it, all at once."""

from collections.abc import Sequence

from queries.inline import inline
from tests.agreement.grid import grid_cases
from tests.agreement.random_trees import Question, Round
from tests.support.filter_cases import Case, Contact, cases, look_up


class Table:
    """All cases, and the round in which each has a question and a contact."""

    def __init__(self) -> None:
        """Give equal questions one number and equal contacts one vid; samples ask contact 1, which has nothing."""
        self.cases: Sequence[Case] = [*cases(), *grid_cases()]
        questions: dict[str, int] = {}
        self._questions = [questions.setdefault(_asked(case), len(questions)) for case in self.cases]
        vids = {repr(Contact()): 1}
        self._vids = [vids.setdefault(repr(case.contact), len(vids) + 1) for case in self.cases]
        asked = dict(zip(self._questions, self.cases, strict=True))
        self.round = Round(
            [Question(inline(case.tree, look_up), case.at) for case in asked.values()],
            {1: Contact(), **{vid: case.contact for vid, case in zip(self._vids, self.cases, strict=True)}},
        )

    @property
    def placed(self) -> Sequence[tuple[Case, tuple[int, int]]]:
        """Each case with the number of its question and the vid of its contact."""
        return list(zip(self.cases, zip(self._questions, self._vids, strict=True), strict=True))


def _asked(case: Case) -> str:
    return f"{case.filter} {case.at}"
