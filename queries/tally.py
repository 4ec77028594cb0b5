"""Answers many trees for many documents at once, for counting: the meaning is that of `queries.evaluate`.

The answers of one tree for a batch of documents are one whole number, bit n for document n, so that and, or and not of
a batch are one operation each. A leaf is asked once a document, however many trees it stands in, and only where it
matters.
"""

from collections.abc import Iterable, Sequence

from queries.fields import Document
from queries.moments import Moment
from queries.nodes import And, Leaf, Node, Not, Or

Answers = int
"""Bit n is the answer for document n."""


class Batch:
    """Documents and what has been found out about them at a moment."""

    def __init__(self, documents: Sequence[Document], at: Moment) -> None:
        """Take the documents, and the moment with the zone of the trees that will be asked."""
        self._documents = documents
        self._at = at
        self._everyone = (1 << len(documents)) - 1
        self._found: dict[Leaf, tuple[Answers, Answers]] = {}

    def answers(self, tree: Node) -> Answers:
        """Return the answers of a tree, whose smart lists have been inlined."""
        return self._within(tree, self._everyone)

    def chosen(self, answers: Answers) -> list[Document]:
        """Return the documents whose answer is true."""
        return [self._documents[index] for index in _places(answers, len(self._documents))]

    def _within(self, tree: Node, asked: Answers) -> Answers:
        """Return the true answers among those asked for."""
        if not asked:
            return asked
        match tree:
            case And(children):
                return self._all(children, asked)
            case Or(children):
                return self._any(children, asked)
            case Not(child):
                return asked & ~self._within(child, asked)
            case leaf:
                return self._leaf(leaf, asked)

    def _all(self, children: Iterable[Node], asked: Answers) -> Answers:
        for child in children:
            asked = self._within(child, asked)
        return asked

    def _any(self, children: Iterable[Node], asked: Answers) -> Answers:
        found = 0
        for child in children:
            found |= self._within(child, asked & ~found)
        return found

    def _leaf(self, leaf: Leaf, asked: Answers) -> Answers:
        known, true = self._found.get(leaf, (0, 0))
        documents, at, matches = self._documents, self._at, leaf.matches
        for index in _places(asked & ~known, len(documents)):
            if matches(documents[index], at):
                true |= 1 << index
        self._found[leaf] = known | asked, true
        return true & asked


def _places(answers: Answers, count: int) -> Iterable[int]:
    if answers == (1 << count) - 1:
        return range(count)
    return [index for index in range(count) if answers >> index & 1]
