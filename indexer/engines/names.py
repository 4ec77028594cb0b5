"""The names under which a portal's indices stand on the engine.

Writes and reads go to the aliases of a generation, never to a name that the engine could create by itself;
each alias points at one index with a random name, so that an index that was lost and made anew is told from
the first one. The reading aliases name the live generation for everyone who does not ask the records:
operators, dashboards, benchmarks.
"""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One generation of a portal on an engine that keeps its indices under `prefix`."""

    prefix: str
    portal_id: int
    generation: int

    @property
    def contacts(self) -> str:
        """The alias of the contact index."""
        return f"{self._reader('contacts')}-g{self.generation}"

    @property
    def lists(self) -> str:
        """The alias of the percolator index."""
        return f"{self._reader('lists')}-g{self.generation}"

    @property
    def readers(self) -> dict[str, str]:
        """The generation's aliases with the reading alias that belongs to each."""
        return {self.contacts: self._reader("contacts"), self.lists: self._reader("lists")}

    def _reader(self, kind: str) -> str:
        return f"{self.prefix}-{self.portal_id}-{kind}"


def new_index(alias: str) -> str:
    """Return a name that no index has had, for the index behind an alias."""
    return f"{alias}-{secrets.token_hex(4)}"


def all_indices(alias: str) -> list[str]:
    """Return patterns for every index ever made for an alias, or under the alias's own name."""
    return [alias, f"{alias}-*"]
