"""Where a visitor came from: the analytics values that follow from a page's address and the page before it.

Sources are the options of `hs_analytics_source` (contract S3.1); campaigns are told by the `utm_` parameters.
"""

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

SEARCH_ENGINES = frozenset({"google", "bing", "yahoo", "duckduckgo", "ecosia", "yandex", "baidu", "startpage", "qwant"})
SOCIAL_NETWORKS = frozenset({"facebook", "twitter", "x", "t", "linkedin", "lnkd", "instagram", "youtube", "reddit"})
PAID = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid-search", "paid_search"})
EMAIL = frozenset({"email", "e-mail", "newsletter"})
SOCIAL = frozenset({"social", "social-media", "social_media", "socialmedia"})
CAMPAIGN = ("utm_campaign", "utm_source", "utm_medium")


def visit_values(page_url: str, referrer: str) -> dict[str, str]:
    """Return the analytics properties of a visitor who is at one address and came from another; either may be ""."""
    page, before = _parts(page_url), _parts(referrer)
    source, first, second = _campaign(page) or _referral(page, before) or ("DIRECT_TRAFFIC", page_url, "")
    return {
        "hs_analytics_source": source,
        "hs_analytics_source_data_1": first,
        "hs_analytics_source_data_2": second,
        "hs_analytics_first_url": page_url,
        "hs_analytics_first_referrer": referrer,
    }


def _campaign(page: SplitResult) -> tuple[str, str, str] | None:
    given = {name: values[0] for name, values in parse_qs(page.query, max_num_fields=None).items()}
    if "gclid" in given or given.get("utm_medium", "").lower() in PAID:
        return "PAID_SEARCH", given.get("utm_campaign", ""), given.get("utm_term", "")
    if not any(name in given for name in CAMPAIGN):
        return None
    return _campaign_source(given), given.get("utm_campaign", ""), given.get("utm_source", "")


def _campaign_source(given: Mapping[str, str]) -> str:
    medium = given.get("utm_medium", "").lower()
    if medium in EMAIL:
        return "EMAIL_MARKETING"
    return "SOCIAL_MEDIA" if medium in SOCIAL else "OTHER_CAMPAIGNS"


def _referral(page: SplitResult, before: SplitResult) -> tuple[str, str, str] | None:
    host = before.hostname or ""
    if not host or host == page.hostname:
        return None
    names = set(host.split(".")[:-1])
    if names & SEARCH_ENGINES:
        return "ORGANIC_SEARCH", host, ""
    return "SOCIAL_MEDIA" if names & SOCIAL_NETWORKS else "REFERRALS", host, before.path


def _parts(address: str) -> SplitResult:
    """Return the parts of an address; one that is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
