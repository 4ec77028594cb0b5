"""The few values that one round of a duel is made of: contacts and operands share them, so that they meet often.

They are drawn from the table of cases, whose values and operands are the hard ones; a row that is added there is also
fought over here.
"""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from queries.catalogue import PropertyType
from queries.submitted import Submitted
from queries.values import FIRST_MS, LAST_MS
from tests.support.filter_cases import CATALOGUE, CLOCK_ROWS, DAY, NOON, cases, ms

Thing = TypeVar("Thing")

HOUR = DAY // 24
STEPS = (0, 0, 1, -1, HOUR, -HOUR, 3 * HOUR, DAY, -DAY, DAY - 1, 7 * DAY, -7 * DAY, 30 * DAY, -31 * DAY, 365 * DAY)
"""How far apart instants lie: on the ends of windows, beside them, and across months and years."""

ZONES = tuple(sorted({zone for _, zone, *_ in CLOCK_ROWS}))
WORDS = ("Ada", "ada", "Love", "Lovelace", "Ådå", "O'Brien", "李", "a")
EMAILS = ("ada@x.org", "ADA@y.org", "b.ob+x@sub.x.org")
STATIC_LISTS = (1, 12, 120)
FORMS = ("11111111-1111-1111-1111-111111111111", "2|3", "2")
PAGES = ("7", "http://shop.example/x", "3|7", "")
IMPORTS = (7, 70, 8)
DRAWN = 12
"""Values of each type in one round."""

_DRAWN_TYPES = (PropertyType.STRING, PropertyType.NUMBER, PropertyType.ENUMERATION)


class Alphabet:
    """Chance, and what it may take: values of each type, and the ids of `lists`, which grow as smart ones are made."""

    def __init__(self, seed: int) -> None:
        """Draw the values of a round; equal seeds draw equal ones."""
        self.chance = random.Random(seed)
        self._values = {kind: self.chance.sample(values, DRAWN) for kind, values in known_values().items()}
        self._nows = self.chance.sample(known_nows(), 2)
        self._instants = (*self._nows, *self.chance.sample(known_instants(), 2))
        self.lists = list(STATIC_LISTS)

    def value(self, name: str) -> str:
        """Return a value that the property takes, in the form in which it is stored."""
        kind = CATALOGUE.definitions[name].type
        match kind:
            case PropertyType.DATE:
                return str(self.instant() // DAY * DAY)
            case PropertyType.DATETIME:
                return str(self.instant())
            case PropertyType.BOOL:
                return self.pick(("true", "false"))
            case PropertyType.STRING if name in ("firstname", "lastname"):
                return self.pick(WORDS)
        return self.pick(self._values[kind])

    def instant(self) -> int:
        """Return an instant near one of the few of this round, in milliseconds since the epoch."""
        return min(max(self._near(self._instants), FIRST_MS), LAST_MS)

    def now(self) -> int:
        """Return an instant near one of the few that a clock may show in this round."""
        return self._near(self._nows)

    def submission(self) -> Submitted:
        """Return something that was sent through one of the few forms."""
        return Submitted(self.pick(FORMS), self.instant(), self.pick(PAGES), self.pick(PAGES))

    def needle(self) -> str:
        """Return a part of a text, now and then all of it."""
        text = self.pick(self._values[PropertyType.STRING])
        start = self.chance.randrange(len(text))
        return text[start : start + self.pick((1, 2, 3, 4, 8, 1_000))]

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Return one of several things."""
        return self.chance.choice(things)

    def often(self, share: float) -> bool:
        """Return True in this share of all cases."""
        return self.chance.random() < share

    def _near(self, instants: Sequence[int]) -> int:
        return self.pick(instants) + self.pick(STEPS) + self.pick((0, 0, self.pick(STEPS)))

    def several(self, things: Sequence[Thing], most: int) -> list[Thing]:
        """Return up to so many different ones of several things, at times none."""
        return self.chance.sample(things, self.chance.randint(0, min(most, len(things))))


@cache
def known_values() -> dict[PropertyType, tuple[str, ...]]:
    """Return what the table holds and asks of each type that is not about time."""
    found: dict[PropertyType, dict[str, None]] = {kind: {} for kind in _DRAWN_TYPES}
    for name, value in _said():
        definition = CATALOGUE.get(name)
        if definition is not None and definition.type in found and value:
            found[definition.type][value] = None
    return {kind: tuple(values) for kind, values in found.items()}


@cache
def known_nows() -> tuple[int, ...]:
    """Return the instants at which the table asks."""
    return tuple(sorted({NOON, *(ms(now) for _, _, now, _ in CLOCK_ROWS)}))


@cache
def known_instants() -> tuple[int, ...]:
    """Return the instants of which the table asks."""
    return tuple(sorted({ms(instant) for *_, answers in CLOCK_ROWS for instant in answers if instant is not None}))


def _said() -> Iterator[tuple[str, str]]:
    """Yield property and value of every contact and every operand of the table."""
    for case in cases():
        yield from case.contact.properties.items()
        name = case.filter.get("property") or case.filter.get("field")
        for operand in _operands(case.filter) if isinstance(name, str) else ():
            yield str(name), operand


def _operands(raw: dict[str, Any]) -> Iterator[str]:
    given = [raw.get("value"), raw.get("low"), raw.get("high"), *raw.get("values", ())]
    return (str(each) for each in given if isinstance(each, str | int | float) and not isinstance(each, bool))
