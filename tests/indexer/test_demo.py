"""The made-up contacts: always the same, of many scripts, and such that the API itself would take them."""

import unicodedata
from itertools import islice

from indexer.demo import LISTS, TOKENS, made_up_people, visitor_token
from queries.values import check_value
from records.catalogues import load_catalogue
from records.migrations import upgrade
from records.portals import create_portal
from records.session import Database

SCRIPTS = {
    "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL",
}  # fmt: skip
RESERVED = (".example", ".test", ".example.com", ".example.org", ".example.net")


def test_the_same_people_come_every_time_however_many_are_asked_for() -> None:
    assert list(made_up_people(50)) == list(islice(made_up_people(1_000_000), 50))


def test_names_come_in_many_scripts() -> None:
    letters = "".join(person["firstname"] + person["lastname"] for person in made_up_people(3_000))
    assert {unicodedata.name(letter, "").partition(" ")[0] for letter in letters} >= SCRIPTS


def test_emails_are_unique_and_lead_nowhere() -> None:
    emails = [person["email"] for person in made_up_people(5_000)]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(RESERVED) for email in emails)


def test_every_value_is_as_it_would_be_stored() -> None:
    database = Database("sqlite://")
    upgrade(database)
    portal_id = database.transact(lambda session: create_portal(session, "test"))
    with database.write() as session:
        catalogue = load_catalogue(session, portal_id)
    database.close()
    for person in made_up_people(2_000):
        checked = {name: check_value(catalogue.definitions[name], value) for name, value in person.items()}
        assert checked == person


def test_visitor_tokens_are_a_hundred_different_ones_of_32_digits() -> None:
    tokens = {visitor_token(number) for number in range(1, TOKENS + 1)}
    assert len(tokens) == 100
    assert all(len(token) == 32 and int(token, 16) >= 0 for token in tokens)


def test_there_are_three_smart_lists() -> None:
    assert len(LISTS) == 3
