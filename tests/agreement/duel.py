"""Finds the differences between the definition and an engine in a round, and tells each of them whole.

A difference is a match that is not among the hits, or, where the query claims to be exact, a hit that is no match.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queries import mapping
from queries.compile import Compiled, compile_percolator, compile_search
from queries.evaluate import evaluate
from queries.fields import Document
from queries.tree import render_tree
from tests.agreement.judges import Hits, Judge, meant
from tests.agreement.random_trees import Question, Round
from tests.agreement.shrink import shrink
from tests.support.filter_cases import CATALOGUE, Contact

SHOWN = 3
"""Differences of one round that are made small and told; the others most likely have the same cause."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A question and a contact of whom an engine and the definition say different things."""

    question: Question
    vid: int
    contact: Contact


def differences(judge: Judge, round: Round) -> list[Difference]:
    """Return what differs in a round, one contact for each question."""
    true = meant(round)
    wrong: dict[int, int] = {}
    for hits in judge.hits(round).values():
        lost = true - hits.pairs
        false = {(number, vid) for number, vid in hits.pairs - true if hits.exact[number]}
        wrong |= dict(sorted(lost | false))
    return [Difference(round.questions[number], vid, round.people[vid]) for number, vid in sorted(wrong.items())]


def told(judge: Judge, found: Sequence[Difference]) -> str:
    """Return the first differences, made as small as can be: filter, queries, document and all answers."""
    return "\n\n".join(_told(judge, _shrunk(judge, difference)) for difference in found[:SHOWN])


def _shrunk(judge: Judge, found: Difference) -> Difference:
    def fails(question: Question, contact: Contact) -> bool:
        return bool(differences(judge, Round([question], {found.vid: contact})))

    question, contact = shrink(found.question, found.contact, fails)
    return Difference(question, found.vid, contact)


def _told(judge: Judge, found: Difference) -> str:
    question, document = found.question, found.contact.document(found.vid)
    hits = judge.hits(Round([question], {found.vid: found.contact}))
    told = {
        "filter": render_tree(question.tree),
        "at": f"{question.at.now_ms} in {question.at.zone.key}",
        "searched by": _query(compile_search(question.tree, question.at)),
        "percolated by": _query(compile_percolator(question.tree)),
        "contact": repr(found.contact),
        "document": _as_percolated(document),
        "evaluate": evaluate(question.tree, document, question.at),
        **_answers(hits),
    }
    return "\n".join(
        f"{name}: {each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)}"
        for name, each in told.items()
    )


def _answers(hits: Mapping[str, Hits]) -> dict[str, bool]:
    return {way: bool(found.pairs) for way, found in hits.items()}


def _query(compiled: Compiled) -> str:
    return json.dumps(compiled.query, ensure_ascii=False) + (" (verify)" if compiled.verify else "")


def _as_percolated(document: Document) -> Document:
    return {**document, **mapping.filtered_part(document, CATALOGUE.definitions.keys())}
