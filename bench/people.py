"""The contacts that are measured with: those of `contacts demo`, with rarer names and companies among them.

The demo knows some three hundred names, which makes a dictionary of words that is too small to search in honestly.
Half of these contacts have a last name and a company out of tens of thousands.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from indexer.demo import made_up_people

SEED = 7
COLUMNS = (
    "email",
    "firstname",
    "lastname",
    "company",
    "website",
    "jobtitle",
    "phone",
    "city",
    "country",
    "lifecyclestage",
    "hs_lead_status",
    "annualrevenue",
)
HEADS = ("ba", "ker", "lin", "mor", "sta", "vel", "tho", "ga", "ru", "pe", "schi", "du", "ny", "oka", "fer", "zu")
MIDDLES = ("ran", "ti", "le", "mos", "gu", "na", "ber", "di", "ko", "vi", "sha", "ler", "pa", "ne", "ro", "lu")
TAILS = ("son", "berg", "ini", "sky", "dahl", "ez", "wala", "mann", "oglu", "ova", "ford", "ides", "aux", "ström")
TRADES = ("Labs", "Foods", "Works", "Freight", "Optics", "Studio", "Partners", "Supply")


def people(count: int) -> Iterator[dict[str, str]]:
    """Yield the values of `count` contacts; the first ones are the same whatever the count, e-mails are unique."""
    chance = random.Random(SEED)
    for person in made_up_people(count):
        if chance.random() < 0.5:
            person["lastname"] = _rare(chance)
            person["company"] = f"{_rare(chance)} {chance.choice(TRADES)}"
        person["annualrevenue"] = str(chance.randrange(1_000_000))
        yield person


def write_csv(path: Path, count: int) -> None:
    """Write `count` contacts to a CSV file whose headings are property names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(people(count))


def _rare(chance: random.Random) -> str:
    parts = (chance.choice(HEADS), chance.choice(MIDDLES), chance.choice(MIDDLES), chance.choice(TAILS))
    return "".join(parts).capitalize()
