"""Made-up contacts for a first look: names of many languages, always the same ones, at reserved domains (RFC 2606)."""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from indexer.stored_lists import filter_context
from queries.fingerprint import fingerprint
from queries.nodes import reads
from queries.parse import parse_filters, render_filters
from queries.text import normalise
from records.identities import claim_token
from records.lists import Criteria, create_list
from records.marks import Urgency
from records.session import Database
from records.writes import Change, ContactState, Source, new_contacts, write_contacts

SEED = 2013
TOKENS = 100
BATCH = 500
ORIGIN = ("IMPORT", "demo")
SOURCE = Source("IMPORT", "demo")

LISTS: dict[str, list[list[dict[str, str]]]] = {
    "Customers": [[{"property": "lifecyclestage", "operator": "EQ", "value": "customer"}]],
    "Engineers to talk to": [
        [
            {"property": "jobtitle", "operator": "CONTAINS", "value": "engineer"},
            {"property": "hs_lead_status", "operator": "IS_EMPTY"},
        ]
    ],
    "Leads in Germany or Japan": [
        [
            {"property": "lifecyclestage", "operator": "SET_ANY", "value": "lead;marketingqualifiedlead"},
            {"property": "country", "operator": "EQ", "value": country},
        ]
        for country in ("Germany", "Japan")
    ],
}
"""The smart lists over the contacts: name -> v1 filters (contract S4.3)."""

_NOT_IN_ADDRESS = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is written and as it stands in an e-mail address."""

    text: str
    latin: str


@dataclass(frozen=True, slots=True)
class _Culture:
    country: str
    code: str
    cities: Sequence[str]
    given: Sequence[_Name]
    family: Sequence[_Name]


def made_up_people(count: int) -> Iterator[dict[str, str]]:
    """Yield the values of `count` contacts; the first ones are the same whatever the count, e-mails are unique."""
    chance = random.Random(SEED)
    for number in range(1, count + 1):
        yield _person(chance, number)


def create_lists(session: Session, portal_id: int) -> list[int]:
    """Create the three smart lists and return their ids."""
    return [_create_list(session, portal_id, name, filters) for name, filters in LISTS.items()]


def load_people(
    database: Database, portal_id: int, count: int, progress: Callable[[int], None] = lambda written: None
) -> None:
    """Write `count` made-up contacts in batches; the first hundred have visitor tokens. `progress` is told how many."""
    people = made_up_people(count)
    written = 0
    while batch := list(islice(people, BATCH)):
        tokens = [visitor_token(number) for number in range(written + 1, min(written + len(batch), TOKENS) + 1)]
        _write(database, portal_id, batch, tokens)
        written += len(batch)
        progress(written)


def visitor_token(number: int) -> str:
    """Return the visitor token (`hubspotutk`, 32 hexadecimal digits) of the contact made as `number`, 1 to 100."""
    return f"{random.Random(SEED + number).getrandbits(128):032x}"


def _write(database: Database, portal_id: int, people: Sequence[dict[str, str]], tokens: Sequence[str]) -> None:
    def write(session: Session) -> None:
        contacts = new_contacts(session, portal_id, [ORIGIN] * len(people))
        changes = [Change(contact, values, SOURCE) for contact, values in zip(contacts, people, strict=True)]
        write_contacts(session, portal_id, changes, Urgency.IMPORT)
        _claim_tokens(session, portal_id, contacts, tokens)

    database.transact(write)


def _claim_tokens(session: Session, portal_id: int, contacts: Sequence[ContactState], tokens: Sequence[str]) -> None:
    for contact, token in zip(contacts, tokens, strict=False):
        claim_token(session, portal_id, contact.vid, token, contact.created_at)


def _create_list(session: Session, portal_id: int, name: str, filters: Sequence[object]) -> int:
    tree = parse_filters(filters, filter_context(session, portal_id))
    criteria = Criteria(render_filters(tree), reads(tree), frozenset(), fingerprint=fingerprint(tree))
    return create_list(session, portal_id, name, True, criteria).list_id


def _person(chance: random.Random, number: int) -> dict[str, str]:
    data = _data()
    culture: _Culture = chance.choice(_cultures())
    given, family = chance.choice(culture.given), chance.choice(culture.family)
    company = f"{chance.choice(data['companies'])} {chance.choice(data['businesses'])}"
    domain = f"{_address_part(company)}.{chance.choice(data['domains'])}"
    values = {
        "firstname": given.text,
        "lastname": family.text,
        "email": f"{given.latin}.{family.latin}.{number}@{domain}",
        "company": company,
        "website": f"https://{domain}",
        "jobtitle": chance.choice(data["titles"]),
        "phone": f"{culture.code} {chance.randrange(20, 99)} {chance.randrange(1_000_000, 9_999_999)}",
        "city": chance.choice(culture.cities),
        "country": culture.country,
        "lifecyclestage": _weighted(chance, "stages"),
        "hs_lead_status": _weighted(chance, "statuses"),
    }
    return {name: value for name, value in values.items() if value}


def _weighted(chance: random.Random, name: str) -> str:
    weights: dict[str, int] = _data()[name]
    return chance.choices(list(weights), list(weights.values()))[0]


@cache
def _cultures() -> list[_Culture]:
    return [
        _Culture(row["country"], row["code"], row["cities"], _names(row["given"]), _names(row["family"]))
        for row in _data()["cultures"]
    ]


def _names(written: Sequence[str]) -> list[_Name]:
    """Return names from the data's form, "text" or "text|latin letters"."""
    pairs = [name.partition("|") for name in written]
    return [_Name(text, _address_part(latin or text)) for text, _, latin in pairs]


def _address_part(text: str) -> str:
    return _NOT_IN_ADDRESS.sub("", normalise(text))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(resources.files("indexer").joinpath("demo_people.json").read_text("utf-8"))
    return data
