"""The deprecated Leads API on both set-ups: the same orders, spans and searches, whichever engine answers."""

from typing import Any

from tests.support.people import SOON, Portal
from tests.support.wait import wait_until

LIST = "/leads/v1/list"
FOUND = {"LLER": ["Ada"], "MÜL": ["Ada"], "vy.ex": ["Grace"], "a": ["Ada", "Grace"], "zz": []}
"""What is searched for -> who is found."""


def listed(portal: Portal, **query: Any) -> list[str]:
    """Return the first names of a listing in order."""
    return [lead["firstName"] for lead in portal.api.get(LIST, **query)]


def test_leads_are_sorted_cut_and_narrowed_alike_everywhere(portal: Portal) -> None:
    for first, last, email in (("Zoe", "adams", "z@x.example"), ("adam", "Brown", ""), ("Ida", "clark", "i@x.example")):
        portal.api.create(firstname=first, lastname=last, email=email)
    portal.api.update(1, closedate="5000", lifecyclestage="customer")
    assert listed(portal) == ["Zoe", "adam", "Ida"]
    assert listed(portal, sort="firstName") == ["adam", "Ida", "Zoe"]
    assert listed(portal, sort="lastName", dir="desc") == ["Ida", "adam", "Zoe"]
    assert listed(portal, sort="closedAt", dir="desc", max=1) == ["Zoe"]
    assert listed(portal, timePivot="closedAt", startTime=4_000, stopTime=5_000) == ["Zoe"]
    assert listed(portal, timePivot="closedAt", startTime=5_001) == []
    assert listed(portal, sort="lastModifiedAt", dir="desc", max=1) == ["Zoe"]
    assert listed(portal, eligibleForEmail="true") == ["Zoe", "Ida"]
    assert listed(portal, bounced="false", isNotImported="true", emailOptOut="false") == ["Zoe", "adam", "Ida"]
    assert listed(portal, timePivot="lastConvertedAt", stopTime=1) == []


def test_leads_are_searched_alike_everywhere(portal: Portal) -> None:
    portal.api.create(firstname="Ada", company="Müller & Söhne")
    portal.api.create(firstname="Grace", email="grace@navy.example")
    for text, found in FOUND.items():
        wait_until(lambda text=text, found=found: listed(portal, search=text) == found, SOON, text)  # type: ignore[misc]
