"""A difference is found, made small and told whole: shown by judges that are wrong on purpose."""

from collections.abc import Callable, Mapping

import pytest

from queries.nodes import Node, leaves
from tests.agreement.duel import differences, told
from tests.agreement.judges import Hits, meant
from tests.agreement.random_trees import Round, make_round
from tests.support.filter_cases import Contact

Wrong = Callable[[Node, Contact], bool]


class WrongJudge:
    """Agrees with the definition, save for the filters and contacts of whom it says the contrary."""

    def __init__(self, wrong: Wrong) -> None:
        self._wrong = wrong

    def hits(self, round: Round) -> Mapping[str, Hits]:
        wrong = {
            (number, vid)
            for number, question in enumerate(round.questions)
            for vid, contact in round.people.items()
            if self._wrong(question.tree, contact)
        }
        return {"search": Hits(meant(round) ^ wrong, [True] * len(round.questions))}


def asks_a_regex_of_a_contact_with_a_flag(tree: Node, contact: Contact) -> bool:
    asked = {leaf.render_tree().get("op") for leaf in leaves(tree)}
    return "regex" in asked and contact.properties.get("flag") == "true"


def asks_a_sample_of_a_contact_with_cookies(tree: Node, contact: Contact) -> bool:
    return any(leaf.render_tree()["kind"] == "sample" for leaf in leaves(tree)) and contact.tokens > 0


def test_a_judge_that_is_right_differs_nowhere() -> None:
    assert differences(WrongJudge(lambda tree, contact: False), make_round(1, 200, 20)) == []


@pytest.mark.parametrize("wrong", [asks_a_regex_of_a_contact_with_a_flag, asks_a_sample_of_a_contact_with_cookies])
def test_a_difference_is_told_as_one_leaf_and_a_contact_with_one_value(wrong: Wrong) -> None:
    judge = WrongJudge(wrong)
    found = differences(judge, make_round(1, 200, 20))
    assert found
    text = told(judge, found[:1])
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    assert lines.keys() >= {"filter", "at", "searched by", "percolated by", "contact", "document", "evaluate", "search"}
    assert lines["filter"].count('"kind"') == 1
    assert lines["contact"].count("'") <= 4
    assert lines["evaluate"] != lines["search"]
