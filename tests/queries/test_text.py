"""Normalised text decides which values are equal everywhere, so it is held to tables of many languages."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.text import document_words, is_cjk, normalise, plain, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("ADA Lovelace", "ada lovelace"),
        ("Zoë Müller", "zoe muller"),
        ("Zoe\u0308", "zoe"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Søren Ærø", "soren aero"),
        ("Đorđe", "dorde"),
        ("Guðrún Þórðardóttir", "gudrun thordardottir"),
        ("Œuvre", "oeuvre"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("İstanbul", "istanbul"),
        ("I\u0307stanbul", "istanbul"),
        ("ışık", "isik"),
        ("Nguyễn Thị Hồng", "nguyen thi hong"),
        ("Ǿ", "o"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("ᾳ", "α"),
        ("Ωμέγα", "ωμεγα"),
        ("ﬁne ＡＢＣ①", "fine abc1"),
        ("\u212b \u212a", "a k"),
    ],
)
def test_case_accents_and_compatibility_forms_are_folded_in_latin_and_greek(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Андрей", "андрей"),
        ("ЁЛКА", "ёлка"),
        ("हिन्दी", "हिन्दी"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("がぎぐ", "がぎぐ"),
        ("ｶﾞ", "ガ"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("한국", "한국"),
        ("山田太郎", "山田太郎"),
    ],
)
def test_marks_of_other_scripts_are_kept(text: str, expected: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", expected)


def test_marks_of_other_scripts_still_tell_letters_apart() -> None:
    assert normalise("й") != normalise("и")
    assert normalise("が") != normalise("か")


TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="aAİıßẞøŁΑᾳΐ\u0301\u0307\u0345\u0308ŉǰﬃがか\u3099й\u05d0\u05bc\u200d1½", max_size=12),
)


@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(TEXTS)
def test_composed_and_decomposed_input_are_equal(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert normalise(composed) == normalise(decomposed) == normalise(text)


@given(TEXTS)
def test_words_of_words_are_the_same_words(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found


@given(TEXTS)
def test_what_a_user_copies_from_a_contact_is_among_its_words(text: str) -> None:
    assert set(words(text)) <= set(document_words(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ,;!", []),
        ("❤️", []),
        ("\u0301", []),
        ("Ada  Lovelace", ["ada", "lovelace"]),
        ("O'Brien", ["obrien"]),
        ("O’Brien", ["obrien"]),
        ("O´Brien", ["obrien"]),
        ("O`Brien", ["obrien"]),
        ("Kaʻahumanu", ["kaahumanu"]),
        ("Jean-Luc", ["jean", "luc"]),
        ("AT&T_Inc.", ["at", "t", "inc"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("می\u200cخواهم", ["میخواهم"]),
        ("\u202aAda\u202c", ["ada"]),
        ("Saal ٣", ["saal", "3"]),
        ("山田　太郎", ["山田", "太郎"]),
        ("株式会社ABC東芝", ["株式会社", "abc", "東芝"]),
        ("葛\U000e0100城", ["葛城"]),
        ("ジョン・スミス", ["ジョン", "スミス"]),
        ("김민수", ["김민수"]),
    ],
)
def test_typed_text_is_split_into_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Brien", {"obrien", "o", "brien"}),
        ("Jean-Luc", {"jean", "luc", "jeanluc"}),
        ("Telefónica S.A.", {"telefonica", "s", "a", "sa"}),
        ("AT&T", {"at", "t", "att"}),
        ("山田太郎", {"山田太郎", "田太郎", "太郎", "郎"}),
        ("김민수", {"김민수", "민수", "수"}),
        ("山" * 13, {"山" * 13}),
        ("- '", set()),
    ],
)
def test_a_contact_is_found_by_parts_joined_forms_and_endings(text: str, expected: set[str]) -> None:
    found = document_words(text)
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(("text", "expected"), [("", False), ("山田", True), ("김", True), ("山a", False)])
def test_only_chinese_japanese_and_korean_letters_count_as_such(text: str, expected: bool) -> None:
    assert is_cjk(text) is expected


def test_invisible_characters_and_apostrophes_do_not_tell_addresses_apart() -> None:
    assert plain("\u200bO’Neil@X.org") == plain("o'neil@x.org")
