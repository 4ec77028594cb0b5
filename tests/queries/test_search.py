"""Search in both halves: what is asked of a contact, and in which tier which contact answers."""

from typing import Any

import pytest

from queries.search import SearchFields, SearchText, parse_search, search_tokens, typo_budget
from queries.search_query import exact_and_prefix, matches_tier, sort_clause, with_typos

WHOLE_EMAIL, FULL_NAME, EXACT, PREFIX, TYPOS, NOTHING = 5, 4, 3, 2, 1, 0

ENGINE_CLAUSE_LIMIT = 1024


def contact(name: str = "", company: str = "", emails: str = "", phones: str = "") -> SearchFields:
    """A contact from short text: 'First|Last' and comma-separated e-mails and phones."""
    first, _, last = name.partition("|")
    several = (tuple(filter(None, text.split(","))) for text in (emails, phones))
    return SearchFields(first, last, company, *several)


ADA = contact("Ada|Lovelace", "Analytical Engines", "ada.lovelace+news@mail.example.org", "+44 (0)20 7946 0958")


def tier(q: str, fields: SearchFields) -> int:
    return matches_tier(parse_search(q), search_tokens(fields))


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ada.lovelace+news@mail.example.org", WHOLE_EMAIL),
        (" <ADA.Lovelace+news@mail.example.org>, ", WHOLE_EMAIL),
        ("Ada Lovelace", FULL_NAME),
        ("ADA  lovelace", FULL_NAME),
        ("Lovelace Ada", EXACT),
        ("ada", EXACT),
        ("analytical ada", EXACT),
        ("@mail.example.org", EXACT),
        ("mail.example.org", EXACT),
        ("news", EXACT),
        ("ada ada", EXACT),
        ("Ada ada.lovelace+news@mail.example.org", EXACT),
        ("l", PREFIX),
        ("ada lov", PREFIX),
        ("ada.lovelace+news@ma", PREFIX),
        ("ada@", NOTHING),
        ("@ma", PREFIX),
        ("@", PREFIX),
        ("lovelcae", TYPOS),
        ("ada lovlac", TYPOS),
        ("lov ada", NOTHING),
        ("bob", NOTHING),
        ("ada bob", NOTHING),
        ("", NOTHING),
        ("?!", NOTHING),
        ("*", NOTHING),
        ('ad* OR "x', NOTHING),
    ],
)
def test_every_word_must_match_and_the_best_tier_counts(q: str, expected: int) -> None:
    assert tier(q, ADA) == expected


@pytest.mark.parametrize(
    ("q", "name", "expected"),
    [
        ("zoe", "Zoë|Müller", EXACT),
        ("zoë müller", "Zoe|Muller", FULL_NAME),
        ("MÜLLER", "Zoë|Mu\u0308ller", EXACT),
        ("strasse", "Anna|Straße", EXACT),
        ("istanbul", "İstanbul|", FULL_NAME),
        ("soren", "Søren|Þór", EXACT),
        ("thor", "Søren|Þór", EXACT),
        ("nguyen", "Hồng|Nguyễn", EXACT),
        ("οδυσσευς", "Ὀδυσσεύς|Α", EXACT),
        ("андрей", "Андрей|Ёлкин", EXACT),
        ("андреи", "Андрей|Ёлкин", TYPOS),
        ("אבי", "אבי|כהן", EXACT),
        ("हिन्दी", "हिन्दी|भाषा", EXACT),
        ("محمد", "محمد|علي", EXACT),
        ("obrien", "Conan|O'Brien", EXACT),
        ("o'brien", "Conan|O’Brien", EXACT),
        ("o’br", "Conan|O'Brien", PREFIX),
        ("brien", "Conan|O'Brien", EXACT),
        ("conan o'brien", "Conan|OBrien", FULL_NAME),
        ("jean-luc", "Jean-Luc|Picard", EXACT),
        ("jean luc picard", "Jean-Luc|Picard", FULL_NAME),
        ("jeanluc", "Jean-Luc|Picard", EXACT),
        ("太郎", "太郎|山田", EXACT),
        ("山田太郎", "太郎|山田", FULL_NAME),
        ("山田 太郎", "太郎|山田", FULL_NAME),
        ("山田", "太郎|山田", EXACT),
        ("山", "太郎|山田", PREFIX),
        ("太郎", "山田太郎|", EXACT),
        ("민수", "민수|김", EXACT),
        ("김민수", "민수|김", FULL_NAME),
    ],
)
def test_names_of_many_languages_are_found_with_and_without_accents(q: str, name: str, expected: int) -> None:
    assert tier(q, contact(name)) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("+442079460958", EXACT),
        ("+44 20 7946 0958", EXACT),
        ("+44 (0)20 7946 0958", EXACT),
        ("0044 20 7946 0958", EXACT),
        ("020 7946 0958", EXACT),
        ("(020) 7946-0958", EXACT),
        ("2079460958", EXACT),
        ("020.7946", PREFIX),
        ("020 79", PREFIX),
        ("020 7946 0959", NOTHING),
        ("７９４６", NOTHING),
        ("０２０７９４６", PREFIX),
        ("٠٢٠٧٩٤٦", PREFIX),
        ("020", PREFIX),
        ("ada 02079460958", EXACT),
    ],
)
def test_phone_numbers_are_found_as_people_write_them(q: str, expected: int) -> None:
    assert tier(q, ADA) == expected


@pytest.mark.parametrize(
    ("phone", "found_by"),
    [
        ("020 7946 0958", "02079460958"),
        ("0044 20 7946 0958", "020 7946 0958"),
        ("+1 (415) 555-2671 ext. 89", "415-555-2671"),
        ("+1 (415) 555-2671 ext. 89", "+1 415 555 2671"),
        ("+49 (0)89 1234567", "+49 89 1234567"),
        ("\u202a+48 22 123 45 67\u202c", "221234567"),
        ("+999 12345678", "99912345678"),
    ],
)
def test_phone_numbers_are_found_however_they_are_stored(phone: str, found_by: str) -> None:
    assert tier(found_by, contact(phones=phone)) == EXACT


@pytest.mark.parametrize("phone", ["", "none", "+", "()"])
def test_a_phone_without_digits_gives_no_token(phone: str) -> None:
    assert search_tokens(contact(phones=phone))["words"] == []


@pytest.mark.parametrize(
    ("word", "budget"),
    [
        ("adam", 0),
        ("adams", 1),
        ("lovelace", 1),
        ("lovelaces", 2),
        ("12345", 0),
        ("0123456789", 0),
        ("route66", 1),
        ("a@x.o", 1),
    ],
)
def test_longer_words_forgive_more_typos_and_numbers_none(word: str, budget: int) -> None:
    assert typo_budget(word) == budget


@pytest.mark.parametrize(
    ("q", "name", "expected"),
    [
        ("lovelacce ada", "Ada|Lovelace", TYPOS),
        ("lovelac ada", "Ada|Lovelace", TYPOS),
        ("lovelaxe ada", "Ada|Lovelace", TYPOS),
        ("loevlace ada", "Ada|Lovelace", TYPOS),
        ("loevlaec ada", "Ada|Lovelace", NOTHING),
        ("movelace ada", "Ada|Lovelace", NOTHING),
        ("olvelace ada", "Ada|Lovelace", NOTHING),
        ("adma lovelace", "Adam|Lovelace", NOTHING),
        ("hamiltno", "Bob|Hamilton", TYPOS),
        ("hamil", "Bob|Hamilton", PREFIX),
        ("hamli", "Bob|Hamilton", TYPOS),
        ("hmai", "Bob|Hamilton", NOTHING),
        ("bob hamiltno", "Bob|Hamilton", TYPOS),
        ("alxeandre", "Alexandre|Dumas", TYPOS),
        ("alxeanrde", "Alexandre|Dumas", TYPOS),
        ("alxeanrde dumas", "Alexandre|Dumas", TYPOS),
        ("lxeanadre", "Alexandre|Dumas", NOTHING),
        ("alxeanrd", "Alexandre|Dumas", NOTHING),
        ("müllre", "Zoe|Mueller", NOTHING),
        ("müllre", "Zoe|Müller", TYPOS),
    ],
)
def test_typos_are_forgiven_after_the_first_letter(q: str, name: str, expected: int) -> None:
    assert tier(q, contact(name)) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ada.lovelace@exmaple.org", TYPOS),
        ("ada.lovelace@example.ogr", TYPOS),
        ("ada.lovelcae@exmaple.org ada", TYPOS),
        ("ada.lovelcae", TYPOS),
        ("lovelace@example.org", NOTHING),
        ("ada@example.org", NOTHING),
        ("bda.lovelace@example.org", NOTHING),
    ],
)
def test_typos_in_an_email_are_forgiven_in_the_whole_of_it(q: str, expected: int) -> None:
    assert tier(q, contact("Ada", emails="ada.lovelace@example.org")) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ada bob ada", ("ada", "bob", "ada")),
        ("bob ada bob ada", ("bob", "ada", "ada")),
        ("ada ada", ("ada", "ada")),
        ("a\x00b@x.org", ("a", "b@x.org")),
        ("ada+x@x.org,bob@x.org;", ("ada+x@x.org", "bob@x.org")),
        ("1234", ("1234",)),
        ("12 345", ("12345",)),
        ("12 345 x", ("12", "345", "x")),
        ("a" * 101, ("a" * 100,)),
        ("\ud800@x.org", ("@x.org",)),
    ],
)
def test_a_search_text_is_split_without_losing_a_word(q: str, expected: tuple[str, ...]) -> None:
    assert parse_search(q).words == expected


def test_a_document_holds_words_stems_and_whole_values() -> None:
    assert search_tokens(contact("Ada|Lovelace", emails="Ada@X.org", phones="12345")) == {
        "words": ["ada", "lovelace", "ada@x.org", "@x.org", "12345", "x", "org"],
        "stems": ["love", "lovel", "lovela", "lovelac", "lovelace"],
        "whole": ["e:ada@x.org", "n:ada lovelace"],
    }


def test_stems_end_at_20_letters_and_hold_the_whole_word() -> None:
    stems = search_tokens(contact("a" * 30))["stems"]
    assert stems == ["a" * length for length in [*range(4, 21), 30]]


def test_an_endless_name_crowds_out_neither_emails_nor_phones() -> None:
    endless = " ".join(f"w{number}" for number in range(10_000))
    fields = SearchFields(endless, endless, endless, ("ada@x.org",), ("12345",))
    assert len(search_tokens(fields)["words"]) <= 200
    assert [tier(q, fields) for q in ("w0", "ada@x.org", "12345")] == [EXACT, WHOLE_EMAIL, EXACT]


def test_overlong_words_and_names_match_by_their_cut_form() -> None:
    fields = contact("x" * 5_000 + "|" + "ﷺ" * 5_000)
    tokens = search_tokens(fields)
    assert max(map(len, tokens["words"])) == 100
    assert max(map(len, tokens["whole"])) == 1_000
    assert tier("x" * 600 + " " + "ﷺ" * 100, fields) == EXACT


def test_the_query_of_one_word_scores_each_tier() -> None:
    assert exact_and_prefix(SearchText(("ada",), ("n:ada",))) == {
        "dis_max": {
            "tie_breaker": 0.0,
            "queries": [
                {"constant_score": {"filter": {"term": {"whole": "n:ada"}}, "boost": 4}},
                {
                    "dis_max": {
                        "tie_breaker": 0.0,
                        "queries": [
                            {"constant_score": {"filter": {"term": {"words": "ada"}}, "boost": 3}},
                            {
                                "constant_score": {
                                    "filter": {"prefix": {"words": {"value": "ada"}}},
                                    "boost": 2,
                                }
                            },
                        ],
                    }
                },
            ],
        }
    }


def fuzzy_clauses(query: Any) -> dict[tuple[str, str], int]:
    """The (field, word) of each fuzzy clause within a query, with its number of typos."""
    if isinstance(query, list):
        return {key: typos for part in query for key, typos in fuzzy_clauses(part).items()}
    if not isinstance(query, dict):
        return {}
    if "fuzzy" in query:
        ((field, clause),) = query["fuzzy"].items()
        assert (clause["prefix_length"], clause["transpositions"], clause["rewrite"]) == (
            1,
            True,
            "constant_score",
        )
        return {(field, clause["value"]): clause["fuzziness"]}
    return fuzzy_clauses(list(query.values()))


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ada", {}),
        ("lovelace", {("stems", "lovelace"): 1}),
        ("lovelace ada", {("words", "lovelace"): 1}),
        ("alexandre lovelace", {("words", "alexandre"): 2, ("stems", "lovelace"): 1}),
        ("ada@mail.org", {("words", "ada@mail.org"): 2}),
        ("020 7946 0958", {}),
    ],
)
def test_words_are_fuzzy_against_words_and_the_last_against_stems(q: str, expected: dict[Any, int]) -> None:
    assert fuzzy_clauses(with_typos(parse_search(q))) == expected
    assert fuzzy_clauses(exact_and_prefix(parse_search(q))) == {}


@pytest.mark.parametrize("q", ["", "?", "❤️"])
def test_a_search_without_words_matches_nothing(q: str) -> None:
    assert exact_and_prefix(parse_search(q)) == with_typos(parse_search(q)) == {"match_none": {}}


def count_clauses(query: Any) -> int:
    if isinstance(query, list):
        return sum(map(count_clauses, query))
    if not isinstance(query, dict):
        return 0
    return sum(1 if kind in {"term", "prefix", "fuzzy"} else count_clauses(part) for kind, part in query.items())


@pytest.mark.parametrize(
    "q",
    [
        " ".join(chr(0x0F00 + number) for number in range(500)),
        " ".join(f"w{number:04}" for number in range(167)),
        "@".join(f"{number}" for number in range(250)),
        " ".join(f"a@{number}" for number in range(170)),
        " ".join(f"a.b.{number}@x" for number in range(90)),
    ],
)
def test_the_longest_search_stays_under_the_engines_clause_limit(q: str) -> None:
    search = parse_search(q[:1_000])
    assert count_clauses(with_typos(search)) < ENGINE_CLAUSE_LIMIT
    assert matches_tier(search, search_tokens(ADA)) == NOTHING


def test_hits_come_in_tiers_and_the_newest_change_first() -> None:
    assert sort_clause() == [{"_score": "desc"}, {"change": "desc"}]
