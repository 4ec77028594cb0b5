"""What is marked in a text is what it is found by, and the text itself stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.highlight import highlight, highlight_phone
from queries.search import SearchFields, parse_search, search_tokens
from queries.search_query import PREFIX, matches_tier


def marked(text: str, q: str) -> str:
    """Return the text with what a search marks in brackets."""
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in highlight(text, parse_search(q)))


@pytest.mark.parametrize(
    ("text", "q", "shown"),
    [
        ("Ada Lovelace", "love", "Ada [Love]lace"),
        ("Ada Lovelace", "ada love", "[Ada] [Love]lace"),
        ("Ada Lovelace", "lovelace ada", "[Ada] [Lovelace]"),
        ("Adalbert Ada", "ada l", "Adalbert [Ada]"),
        ("Jürgen Müller", "muller", "Jürgen [Müller]"),
        ("Jürgen Müller", "MÜL", "Jürgen [Mül]ler"),
        ("Ju\u0308rgen", "jur", "[Ju\u0308r]gen"),
        ("Groß", "gros", "[Groß]"),
        ("Kjær", "kja", "[Kjæ]r"),
        ("Grace O'Brien", "obrien", "Grace [O'Brien]"),
        ("Grace O'Brien", "brien", "Grace O'[Brien]"),
        ("Jean-Luc", "jeanl", "[Jean-L]uc"),
        ("Jean-Luc", "luc", "Jean-[Luc]"),
        ("ada.lovelace@engines.example", "engin", "ada.lovelace@[engin]es.example"),
        ("ada.lovelace@engines.example", "ada.lovelace@eng", "[ada.lovelace@eng]ines.example"),
        ("ada.lovelace@engines.example", "@engines", "ada.lovelace[@engines].example"),
        ("山田太郎", "太郎", "山田[太郎]"),
        ("Müller", "mullre", "[Müller]"),
        ("Lovelace", "lavel", "[Lovelace]"),
        ("Ada", "xyz", "Ada"),
        ("Ada", "", "Ada"),
        ("", "ada", ""),
    ],
)
def test_what_is_searched_for_is_marked(text: str, q: str, shown: str) -> None:
    assert marked(text, q) == shown


@pytest.mark.parametrize(
    ("q", "is_marked"),
    [("0171 23456", True), ("+49 171", True), ("49171234", True), ("0171 99", False), ("ada", False)],
)
def test_a_phone_number_is_marked_however_it_is_dialled(q: str, is_marked: bool) -> None:
    [piece] = highlight_phone("+49 171 2345678", parse_search(q))
    assert (piece.text, piece.marked) == ("+49 171 2345678", is_marked)


@given(st.text(), st.text())
def test_the_text_stays_as_it_is(text: str, q: str) -> None:
    assert "".join(piece.text for piece in highlight(text, parse_search(q))) == text


NAMES = st.text(st.sampled_from("aeolnrßüéøı'-. 山田@"), max_size=12)


@given(NAMES, NAMES, st.text(st.sampled_from("aeolnrßueoi'-. 山田"), min_size=1, max_size=6))
def test_whatever_is_found_by_a_word_or_its_beginning_has_marks(first: str, last: str, q: str) -> None:
    search = parse_search(q)
    tokens = search_tokens(SearchFields(first, last, "", (), ()))
    if matches_tier(search, tokens) >= PREFIX:
        assert any(piece.marked for text in (first, last, last + first) for piece in highlight(text, search))
