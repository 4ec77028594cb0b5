"""Leaves that take a random part of all contacts: those whose bucket, 0 to 9,999, lies in a range.

A contact keeps its bucket for ever, so a sample stays the same people; another seed shuffles anew. Without a seed the
bucket stands in the document; with one, `evaluate` decides.
"""

from dataclasses import dataclass
from typing import Any

from queries import fields
from queries.context import FilterContext
from queries.dsl import MATCH_ALL, Stated
from queries.errors import BadOperand
from queries.fields import BUCKETS, Document
from queries.leaves.keys import read_tree_keys, read_whole
from queries.moments import Moment
from queries.nodes import Leaf, Names

KIND = "sample"
MAX_SEED = 100


@dataclass(frozen=True, slots=True)
class Sample(Leaf):
    """The contact's bucket is `low` or above and below `high`."""

    low: int
    high: int
    seed: str

    def reads(self) -> frozenset[str]:
        """Return nothing: a bucket never changes."""
        return frozenset()

    def matches(self, document: Document, at: Moment) -> bool:
        """Return whether the bucket is inside."""
        return self.low <= self.seen(document, at) < self.high

    def search(self, at: Moment) -> Stated:
        """Return a range query over the bucket."""
        return self.percolate()

    def percolate(self) -> Stated:
        """Return a range query over the bucket, or everyone where a seed shuffles."""
        if self.seed:
            return Stated(MATCH_ALL, False)
        return Stated({"range": {fields.BUCKET: {"gte": self.low, "lt": self.high}}})

    def render_tree(self) -> dict[str, Any]:
        """Return the leaf in a filter tree's spelling."""
        return {"kind": KIND, "low": self.low, "high": self.high, "seed": self.seed}

    def describe(self, names: Names) -> str:
        """Return such as `is in a random 10 % of all contacts`."""
        share = (self.high - self.low) * 100 / BUCKETS
        seed = f' (shuffled by "{self.seed}")' if self.seed else ""
        return f"is in a random {share:g} % of all contacts{seed}"

    def seen(self, document: Document, at: Moment) -> int:
        """Return the bucket."""
        return fields.bucket(document[fields.VID], self.seed) if self.seed else int(document[fields.BUCKET])


def parse(raw: dict[str, Any], path: str, context: FilterContext) -> Sample:
    """Return the leaf of `{"kind": "sample", "low": 0, "high": 1000}`, which is ten per cent; raises FilterError."""
    keys = read_tree_keys(raw, path, ("low", "high", "seed"), shared=("kind",))
    low = read_whole({"low": 0, **keys}, path, "low", 0, BUCKETS)
    high = read_whole(keys, path, "high", 0, BUCKETS)
    seed = keys.get("seed", "")
    if low >= high:
        raise BadOperand(f"{path}.high", high, f"is not above {low}", "Send the lower end first")
    if not isinstance(seed, str) or len(seed) > MAX_SEED or not seed.isprintable():
        raise BadOperand(f"{path}.seed", seed, "is no seed", f"Send a text of at most {MAX_SEED} characters")
    return Sample(low, high, seed)
