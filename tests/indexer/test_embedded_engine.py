"""A duel of the embedded search with its meaning in Python, and what only the embedded engine does."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.engines.base import MAX_HITS, SearchHits, SearchRequest
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_tables import Tables
from indexer.errors import EngineUnavailable, IndexLost
from queries.document import build_document
from queries.fields import Document
from queries.moments import Moment
from queries.nodes import And, Not
from queries.search import SearchText, parse_search
from queries.search_query import PREFIX, matches_tier
from records.session import Database
from tests.indexer.people import CATALOGUE, NOBODY, person

PORTAL = 1
TABLES = Tables(PORTAL, 1)
ANYONE = And(())
AT = Moment(0)
NAMES = [
    *("Ada", "Al", "Martin", "Martins", "Martinez", "Marten", "Maritn", "Müller", "Mueller", "Miller", "Milner"),
    *("O'Brien", "Jean-Luc", "Łukasz", "Straße", "S.A.", "Engines", "Engine 12345", "12345", "123456", ""),
    *("Ελένη", "Παπαδόπουλος", "Παπαδοπούλου", "Александра", "Александрова", "山田太郎", "山田", "김민수", "مريم"),
    *("Wolfeschlegelstein", "Wolfeschlegelsteinhausen", "Wolfeschlegelsteinhausenbergerdorff"),
]
DOMAINS = ["x.org", "example.org", "exmaple.org", "müller.de", 'a"b c\x00\x01.org', "1234567.net"]
PHONES = ["+49 30 1234567", "0049 30 1234567", "12345678", "(030) 1234-5", ""]
CHARACTERS = "aeimnrtx1 2.@-+'\"*^:()\x00\x01\x02éλя山😀"

Stored = tuple[EmbeddedEngine, Sequence[Document]]


def contact(vid: int, change: int, values: dict[str, str]) -> Document:
    """Return the document of a contact with these values, `email` being its only address."""
    emails = tuple(value for name, value in values.items() if name == "email")
    return build_document(replace(NOBODY, vid=vid, change=change, properties=values, emails=emails), CATALOGUE)


def made_up(number: int, pick: Callable[[list[str]], str]) -> Document:
    """Return the document of a contact whose values are picked from the pools."""
    first, last = pick(NAMES), pick(NAMES)
    values = {
        "firstname": first,
        "lastname": last,
        "company": f"{pick(NAMES)} {pick(NAMES)}",
        "phone": pick(PHONES),
        "email": f"{first}.{last}@{pick(DOMAINS)}",
    }
    return contact(number, 1_000 - 7 * number, values)


def expected(documents: Sequence[Document], text: SearchText, offset: int, count: int) -> SearchHits:
    """Return what a search must return: every document judged by the reference meaning."""
    tiers = {document["vid"]: matches_tier(text, document) for document in documents}
    changes = {document["vid"]: document["change"] for document in documents}
    sure = [vid for vid, tier in tiers.items() if tier >= PREFIX]
    found = sure if offset + count <= len(sure) else [vid for vid, tier in tiers.items() if tier]
    found.sort(key=lambda vid: (-tiers[vid], -changes[vid]))
    return SearchHits(found[offset : offset + count], len(found))


def is_answered_rightly(stored: Stored, q: str, offset: int, count: int) -> None:
    engine, documents = stored
    text = parse_search(q)
    answer = engine.search(PORTAL, 1, SearchRequest(text, offset, count))
    assert answer == expected(documents, text, offset, count)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """An engine with 300 made-up contacts of many languages, the same in every run."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('crowd') / 'contacts.sqlite3'}")
    engine = EmbeddedEngine(database)
    engine.create(PORTAL, 1, CATALOGUE)
    documents = [made_up(number, random.Random(number).choice) for number in range(300)]
    engine.index(PORTAL, [1], documents)
    yield engine, documents
    database.close()


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """A text that somebody could mean a contact by: a few values, cut and with typos."""
    values = st.one_of(*map(st.sampled_from, (NAMES, NAMES, DOMAINS, PHONES)), st.just("ada.martin@example.org"))
    typed = draw(st.lists(values, min_size=1, max_size=3).map(" ".join))[: draw(st.integers(1, 60))]
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(typed)))
        before, after = typed[:place], typed[place:]
        letter = draw(st.sampled_from(CHARACTERS))
        typed = draw(
            st.sampled_from((before + after[1:], before + letter + after, before + letter + after[1:]))
            | st.just(before + after[1:2] + after[:1] + after[2:])
        )
    return typed


pages = st.tuples(st.integers(0, 30), st.sampled_from((1, 5, 20, MAX_HITS - 30)))


@settings(max_examples=400)
@given(q=mistyped(), page=pages)
def test_a_search_finds_what_the_reference_meaning_says(crowd: Stored, q: str, page: tuple[int, int]) -> None:
    is_answered_rightly(crowd, q, *page)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(*[st.text(CHARACTERS, max_size=12)] * 3), min_size=1, max_size=8),
    queries=st.lists(st.text(CHARACTERS, max_size=12), max_size=8),
)
def test_no_character_is_syntax(
    embedded_engine: EmbeddedEngine, texts: list[tuple[str, str, str]], queries: list[str]
) -> None:
    documents = [
        contact(vid, vid, {"firstname": first, "lastname": last, "email": email})
        for vid, (first, last, email) in enumerate(texts)
        if email
    ]
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.index(PORTAL, [1], documents)
    for q in [*queries, *(part for text in texts for part in text)]:
        is_answered_rightly((embedded_engine, documents), q, 0, 20)


@pytest.mark.parametrize(
    ("q", "contacts"),
    [
        ("1234x", [{"company": "12345"}, {"phone": "12345678"}]),
        ("wolfeschlegelsteinhausxn", [{"lastname": name} for name in NAMES if name.startswith("Wolfe")]),
        ("ada@x.org", [{"email": "ada@x.org"}, {"firstname": "Ada", "lastname": "X Org"}]),
        ("b@x.org", [{"email": "a b@x.org"}, {"email": "a\x00b@x.org"}, {"email": "b@x.org"}]),
        ("\U0010ffffbcde@x.orh", [{"email": "\U0010ffffbcde@x.org"}]),
        ("\ud7ffbcde@x.orh", [{"email": "\ud7ffbcde@x.org"}]),
    ],
)
def test_rare_tokens_are_told_apart(embedded_engine: EmbeddedEngine, q: str, contacts: list[dict[str, str]]) -> None:
    documents = [contact(vid, vid, values) for vid, values in enumerate(contacts)]
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.index(PORTAL, [1], documents)
    is_answered_rightly((embedded_engine, documents), q, 0, 20)


@pytest.mark.parametrize(
    "q",
    [
        "a " * 500,
        "martin " * 142,
        " ".join(f"maritn{number}" for number in range(100)),
        "Martin Müller " + "x" * 986,
        '" OR ' * 200,
    ],
)
def test_a_thousand_characters_are_searched_for(crowd: Stored, q: str) -> None:
    is_answered_rightly(crowd, q[:1_000], 0, 20)


def test_the_words_of_a_changed_contact_are_replaced(embedded_engine: EmbeddedEngine) -> None:
    documents = [
        person(1, version=version, change=version, firstname=name)
        for version, name in enumerate(("Ada", "Grace", "Grace", "Ada"), start=1)
    ]
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    for document in documents:
        embedded_engine.index(PORTAL, [1], [document])
        for q in ("ada", "grace"):
            is_answered_rightly((embedded_engine, [document]), q, 0, 20)


def test_an_equal_version_replaces_and_is_no_drift(embedded_engine: EmbeddedEngine) -> None:
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.index(PORTAL, [1], [person(1, version=2, firstname="Ada")])
    again = person(1, version=2, firstname="Grace")
    assert not embedded_engine.index(PORTAL, [1], [again]).drifted
    is_answered_rightly((embedded_engine, [again]), "grace", 0, 20)
    is_answered_rightly((embedded_engine, [again]), "ada", 0, 20)


def test_the_newest_of_two_documents_in_a_batch_stays(embedded_engine: EmbeddedEngine) -> None:
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    newer, older = person(1, version=2, change=2, firstname="Ada"), person(1, version=1, change=1, firstname="Eve")
    embedded_engine.index(PORTAL, [1], [newer, older])
    is_answered_rightly((embedded_engine, [newer]), "ada", 0, 20)
    is_answered_rightly((embedded_engine, [newer]), "eve", 0, 20)


def test_a_document_that_is_late_does_not_bring_a_deleted_contact_back(embedded_engine: EmbeddedEngine) -> None:
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.delete(PORTAL, [1], {1: 5})
    embedded_engine.index(PORTAL, [1], [person(1, version=4, firstname="Ada")])
    assert embedded_engine.scan(PORTAL, 1, ANYONE, AT, 0, 10) == []
    is_answered_rightly((embedded_engine, []), "ada", 0, 20)


def test_a_scan_goes_on_through_pages_in_which_nobody_matches(embedded_engine: EmbeddedEngine) -> None:
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.index(PORTAL, [1], [person(vid) for vid in range(1, 1_200)])
    assert len(embedded_engine.scan(PORTAL, 1, ANYONE, AT, 0, 2_000)) == 1_199
    assert embedded_engine.scan(PORTAL, 1, Not(ANYONE), AT, 0, 2_000) == []


def test_a_generation_made_again_under_the_same_name_is_another_one(embedded_engine: EmbeddedEngine) -> None:
    first = embedded_engine.create(PORTAL, 1, CATALOGUE)
    second = embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.check(PORTAL, 1, second)
    with pytest.raises(IndexLost):
        embedded_engine.check(PORTAL, 1, first)


@pytest.mark.parametrize("table", [TABLES.identity, TABLES.documents, TABLES.tokens])
def test_a_generation_without_one_of_its_tables_is_lost(
    embedded_engine: EmbeddedEngine, database: Database, table: str
) -> None:
    uuids = embedded_engine.create(PORTAL, 1, CATALOGUE)
    with database.write() as session:
        session.connection().exec_driver_sql(f"DROP TABLE {table}")
    with pytest.raises(IndexLost):
        embedded_engine.check(PORTAL, 1, uuids)


def test_a_damaged_token_index_is_lost(embedded_engine: EmbeddedEngine, database: Database) -> None:
    embedded_engine.create(PORTAL, 1, CATALOGUE)
    embedded_engine.index(PORTAL, [1], [person(1, firstname="Ada")])
    with database.write() as session:
        session.connection().exec_driver_sql(f"DELETE FROM {TABLES.tokens}_data")
    database.close()
    with pytest.raises(IndexLost):
        embedded_engine.search(PORTAL, 1, SearchRequest(parse_search("ada"), 0, 20))


def test_a_database_that_cannot_be_opened_makes_the_engine_unavailable(tmp_path: Path) -> None:
    engine = EmbeddedEngine(Database(f"sqlite:///{tmp_path / 'missing' / 'contacts.sqlite3'}"))
    with pytest.raises(EngineUnavailable):
        engine.search(PORTAL, 1, SearchRequest(parse_search("ada"), 0, 20))
