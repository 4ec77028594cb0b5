"""Traces never lose a text that holds the needle, and regular expressions are bounded in time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.catalogue import Definition, PropertyType
from queries.document import property_fields
from queries.errors import BadOperand
from queries.grams import needle_grams, text_grams, word_grams
from queries.text import normalise, words
from queries.text_conditions import MAX_PROGRAM, MatchesPattern, check_pattern
from tests.support.filter_cases import CATALOGUE

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
assert CATALOGUE.definitions["text"] == Definition("text", PropertyType.STRING)


@given(texts, st.integers(0, 60), st.integers(1, 60))
def test_a_text_has_the_traces_of_every_part_of_it(text: str, start: int, length: int) -> None:
    document = property_fields({"text": text}, CATALOGUE)
    traces, held = set(text_grams(document, {"text"})), document["s"]["text"]
    needle = held[start : start + length]
    if needle:
        assert set(needle_grams("text", needle)) <= traces
    assert set(needle_grams("text", held[:length], starts=True)) <= traces
    assert set(needle_grams("text", held[-length:], ends=True)) <= traces
    assert set(word_grams("text", words(held))) <= traces


@given(texts, texts)
def test_needles_are_found_whatever_their_case_and_accents(before: str, after: str) -> None:
    document = property_fields({"text": f"{before}ÁDA{after}"}, CATALOGUE)
    if "ada" in document["s"]["text"]:
        assert set(needle_grams("text", normalise("Ada"))) <= set(text_grams(document, {"text"}))


BOMBS = ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "^(.*a){50}x", "(x+x+)+y", "([a-zA-Z]+)*$", "(.*)*(.*)*(.*)*!", "(a?){500}x"]


@pytest.mark.parametrize("pattern", BOMBS)
def test_a_regular_expression_takes_bounded_time_over_any_text(pattern: str) -> None:
    try:
        check_pattern(pattern, "value")
    except BadOperand as refused:
        assert "Send" in str(refused) or str(MAX_PROGRAM) in str(refused)
        return
    started = time.perf_counter()
    for text in ("a" * 8_000 + "!", "x" * 8_000, "aX" * 4_000):
        MatchesPattern(pattern).matches(text)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("pattern", ["", "(" * 400, "[" * 400, "a{1001}", "\\", "(?P<n>a)(?P=n)", "\\C{1000}{1000}"])
def test_a_regular_expression_is_read_quickly_or_refused(pattern: str) -> None:
    started = time.perf_counter()
    try:
        check_pattern(pattern, "value")
    except BadOperand:
        pass
    assert time.perf_counter() - started < 1
