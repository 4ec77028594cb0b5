"""Where visitors come from, by the address of the page and of the page before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.visits import visit_values

PAGE = "https://shop.example/start"


@pytest.mark.parametrize(
    ("page", "referrer", "source", "first", "second"),
    [
        (PAGE, "", "DIRECT_TRAFFIC", PAGE, ""),
        ("", "", "DIRECT_TRAFFIC", "", ""),
        (PAGE, "https://shop.example/other", "DIRECT_TRAFFIC", PAGE, ""),
        (PAGE, "https://www.google.co.uk/", "ORGANIC_SEARCH", "www.google.co.uk", ""),
        (PAGE, "https://duckduckgo.com/", "ORGANIC_SEARCH", "duckduckgo.com", ""),
        (PAGE, "https://t.co/abc", "SOCIAL_MEDIA", "t.co", "/abc"),
        (PAGE, "https://blog.example/post", "REFERRALS", "blog.example", "/post"),
        (f"{PAGE}?gclid=1", "https://www.google.com/", "PAID_SEARCH", "", ""),
        (f"{PAGE}?utm_medium=CPC&utm_campaign=spring&utm_term=shoes", "", "PAID_SEARCH", "spring", "shoes"),
        (f"{PAGE}?utm_medium=email&utm_source=june", "", "EMAIL_MARKETING", "", "june"),
        (f"{PAGE}?utm_medium=social&utm_campaign=spring", "", "SOCIAL_MEDIA", "spring", ""),
        (f"{PAGE}?utm_campaign=spring", "https://www.google.com/", "OTHER_CAMPAIGNS", "spring", ""),
        ("http://[", "http://[", "DIRECT_TRAFFIC", "http://[", ""),
    ],
)
def test_a_visit_has_a_source(page: str, referrer: str, source: str, first: str, second: str) -> None:
    values = visit_values(page, referrer)
    drill_downs = [values[f"hs_analytics_source{end}"] for end in ("", "_data_1", "_data_2")]
    assert drill_downs == [source, first, second]
    assert (values["hs_analytics_first_url"], values["hs_analytics_first_referrer"]) == (page, referrer)


@given(st.text(), st.text())
def test_any_texts_give_a_source(page: str, referrer: str) -> None:
    assert visit_values(f"http://{page}", f"http://{referrer}")["hs_analytics_source"]
