"""Searching through the HTTP door finds people as they type, on both set-ups alike."""

import pytest

from tests.support.people import SOON, Portal
from tests.support.wait import wait_until

ADA = {
    "email": "ada.lovelace+news@analytical-engine.example",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "company": "Analytical Engine Ltd",
    "phone": "+44 20 7946 0123",
}


@pytest.mark.parametrize(
    "q",
    [
        "ada",
        "AD",
        "lovelace",
        "lovelace ada",
        "ada love",
        "analytical-engine",
        "ada.lovelace+news@analytical-engine.example",
        "ada.love",
        "@analytical-engine.example",
        "engine",
        "442079460123",
        "+44 20 7946",
        "Lovelacr",
        "lvoelace",
        "Lovelac",
        "analyticla",
        "Ädà",
    ],
)
def test_a_contact_is_found_by(portal: Portal, q: str) -> None:
    vid = portal.api.create(**ADA)
    portal.api.create(email="grace@navy.example", firstname="Grace", lastname="Hopper", company="Navy")
    portal.until_found(q, [vid])


@pytest.mark.parametrize(
    "q", ["lovelace grace", "qda", "ovelace", "ada lovelace navy", '"', "*", "ada OR grace", "ada*"]
)
def test_a_search_that_nobody_meets_finds_nobody(portal: Portal, q: str) -> None:
    vid = portal.api.create(**ADA)
    portal.until_found("ada lovelace", [vid])
    expected = [vid] if q == "ada*" else []
    assert portal.found(q) == expected


def test_a_changed_contact_is_found_by_its_new_name_only(portal: Portal) -> None:
    vid = portal.api.create(email="byron@x.example", firstname="Augusta", lastname="Byron")
    portal.until_found("augusta", [vid])
    portal.api.update(vid, firstname="Wilhelmina")
    portal.until_found("wilhelmina", [vid])
    assert portal.found("augusta") == []


def test_a_deleted_contact_is_never_found_again(portal: Portal) -> None:
    vid = portal.api.create(firstname="Erasmus")
    portal.until_found("erasmus", [vid])
    portal.api.delete(f"/contacts/v1/contact/vid/{vid}")
    assert portal.found("erasmus") == []


def test_better_matches_come_first_then_newer_changes(portal: Portal) -> None:
    typo = portal.api.create(firstname="Marta")
    prefix = portal.api.create(firstname="Mariana")
    word_old = portal.api.create(firstname="Maria", lastname="Alba")
    word_new = portal.api.create(firstname="Maria", lastname="Zeta")
    full_name = portal.api.create(firstname="Maria")
    portal.until_found("maria", [full_name, word_new, word_old, prefix, typo])
    portal.api.update(word_old, city="Rome")
    portal.until_found("maria", [full_name, word_old, word_new, prefix, typo])


def test_a_whole_address_comes_before_names(portal: Portal) -> None:
    address = portal.api.create(email="max@example.org")
    longer = portal.api.create(email="max@example.org.uk")
    portal.until_found("max@example.org", [address, longer])


def test_paging_through_a_search_gives_everyone_once(portal: Portal) -> None:
    vids = [portal.api.create(firstname="Kim", lastname=f"Number{i}") for i in range(7)]
    portal.until_found("kim", vids[::-1])
    pages = [portal.api.get("/contacts/v1/search/query", q="kim", count=3, offset=offset) for offset in (0, 3, 6)]
    assert [contact["vid"] for page in pages for contact in page["contacts"]] == vids[::-1]
    assert [(page["offset"], page["has-more"], page["total"]) for page in pages] == [
        (3, True, 7),
        (6, True, 7),
        (7, False, 7),
    ]


def test_typos_are_forgiven_only_where_a_page_is_not_full(portal: Portal) -> None:
    near = portal.api.create(firstname="Johanne")
    exact = [portal.api.create(firstname="Johanna") for _ in range(3)]
    portal.until_found("johanna", [*exact[::-1], near])
    answer = portal.api.get("/contacts/v1/search/query", q="johanna", count=3)
    assert (answer["total"], answer["has-more"]) == (3, False)


@pytest.mark.parametrize(("order", "expected"), [("ASC", "abc"), ("DESC", "cba")])
def test_a_search_can_be_sorted_by_a_property(portal: Portal, order: str, expected: str) -> None:
    vids = {city: portal.api.create(firstname="Sorted", city=city) for city in "bca"}
    without = portal.api.create(firstname="Sorted")
    wanted = [*(vids[city] for city in expected), without]
    wait_until(lambda: portal.found("sorted", sort="city", order=order) == wanted, SOON)


def test_a_secondary_address_finds_its_contact(portal: Portal) -> None:
    vid = portal.api.create(email="first@x.example")
    portal.api.put(f"/contacts/v1/secondary-email/{vid}/email/second@y.example")
    portal.until_found("second@y.example", [vid])


def test_portals_do_not_see_each_other(portal: Portal, other_portal: Portal) -> None:
    mine = portal.api.create(firstname="Shared", email="shared@x.example")
    theirs = other_portal.api.create(firstname="Shared", email="shared@x.example")
    other_portal.api.create(firstname="Shared")
    portal.until_found("shared@x.example", [mine])
    other_portal.until_found("shared@x.example", [theirs])
