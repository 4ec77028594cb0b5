"""The page as people use it, in a headless browser that must not complain of anything."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Site, Troubles
from tests.support.people import Portal, is_

DARK = {"color_scheme": "dark"}
NARROW = {"viewport": {"width": 380, "height": 700}}


def box(page: Page) -> Any:
    return page.get_by_role("combobox", name="Search contacts")


def options_of(page: Page) -> Any:
    return page.get_by_role("option")


def test_a_link_fills_the_key_in_and_signing_in_keeps_it_from_scripts(visitor: Page, portal: Portal) -> None:
    visitor.goto(f"/#key={portal.api.key}")
    assert portal.api.key not in visitor.url
    expect(visitor.get_by_role("button", name="Sign in")).to_be_focused()
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="0 contacts")).to_be_visible()
    assert visitor.evaluate("document.cookie") == ""
    assert portal.api.key not in visitor.content()


def test_a_wrong_key_is_told_and_the_form_stays(visitor: Page, site: Site, troubles: Troubles) -> None:
    visitor.goto("/")
    visitor.get_by_label("API key").fill("wrong")
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_role("alert")).to_contain_text("doesn't exist")
    assert len(troubles.found) == 2 and all("401" in trouble for trouble in troubles.found)
    troubles.found.clear()


def test_signing_out_leads_back_to_the_form(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("API key")).to_be_visible()


def test_people_are_found_while_one_types_with_marks(page: Page, portal: Portal) -> None:
    portal.api.create(firstname="Jürgen", lastname="Müller", email="jm@mill.example")
    portal.until_found("muller", [1])
    box(page).press_sequentially("muller j", delay=10)
    expect(options_of(page)).to_have_count(1)
    assert options_of(page).locator(".name mark").all_inner_texts() == ["J", "Müller"]


def test_an_answer_that_was_overtaken_is_dropped(page: Page, portal: Portal) -> None:
    for name in ("Ada", "Adam"):
        portal.api.create(firstname=name)
    portal.until_found("ada", [1, 2])
    held: list[Route] = []
    first = re.compile(r"typed\?q=ada$")
    page.route(first, lambda route: held.append(route))
    with page.expect_request(first):
        box(page).fill("ada")
    box(page).fill("adam")
    expect(options_of(page)).to_have_text([re.compile("Adam")])
    with page.expect_response(first):
        held[0].continue_()
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(options_of(page)).to_have_text([re.compile("Adam")])


def test_the_keyboard_alone_finds_and_opens_a_contact(page: Page, portal: Portal) -> None:
    for name in ("Ada", "Adam"):
        portal.api.create(firstname=name, lastname="Smith")
    portal.until_found("ada", [1, 2])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("ada")
    expect(options_of(page)).to_have_count(2)
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options_of(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", "found-2")
    page.keyboard.press("ArrowDown")
    expect(box(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Adam Smith")).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("/")
    expect(options_of(page)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(box(page)).not_to_be_focused()


def test_enter_shows_all_that_is_found_and_back_leads_back(page: Page, portal: Portal) -> None:
    portal.api.create(firstname="Ada")
    portal.until_found("ada", [1])
    box(page).fill("ada")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=ada$"))
    page.get_by_role("row", name="Ada").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
    expect(page).to_have_title("Ada – Contacts")
    page.go_back()
    expect(page.get_by_role("heading", name="“ada”")).to_be_visible()


def test_who_searches_on_while_a_page_comes_stays_in_the_box(page: Page, portal: Portal) -> None:
    list_id = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    page.reload()
    held: list[Route] = []
    page.route(re.compile(rf"/lists/{list_id}$"), lambda route: held.append(route))
    link = page.get_by_role("navigation", name="Lists").get_by_role("link", name="Leads")
    with page.expect_request(re.compile(rf"/lists/{list_id}$")):
        link.click()
    page.keyboard.press("/")
    held[0].continue_()
    expect(page.get_by_role("heading", name="Leads")).to_be_visible()
    expect(box(page)).to_be_focused()


def test_a_contact_is_seen_to_join_and_to_leave(page: Page, portal: Portal) -> None:
    list_id = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    portal.until_done(list_id)
    page.reload()
    page.get_by_role("navigation", name="Lists").get_by_role("link", name="Leads").click()
    expect(page.get_by_text("Nobody is in this list.")).to_be_visible()
    vid = portal.api.create(firstname="Ada", lifecyclestage="lead")
    live = page.get_by_role("complementary", name="Joins and leaves")
    expect(live.get_by_role("listitem").first).to_contain_text("Ada joined Leads")
    expect(page.get_by_role("main").get_by_text("1 member")).to_be_visible()
    expect(page.get_by_role("navigation", name="Lists").get_by_role("listitem")).to_contain_text("1")
    portal.api.update(vid, lifecyclestage="customer")
    expect(live.get_by_role("listitem").first).to_contain_text("Ada left Leads")
    expect(page.get_by_text("Nobody is in this list.")).to_be_visible()


def test_a_list_is_made_while_its_count_moves(page: Page, portal: Portal) -> None:
    for city in ("Lisbon", "Lisbon", "Porto"):
        portal.api.create(city=city, lifecyclestage="lead")
    page.get_by_role("link", name="New list").click()
    preview = page.get_by_role("region", name="What this list would give")
    expect(preview).to_contain_text("Answer a question")
    page.get_by_label("Lead", exact=True).check()
    expect(preview.get_by_text("3 contacts")).to_be_visible()
    page.get_by_role("button", name="And …").click()
    second = page.get_by_role("group", name="Condition").nth(1)
    second.get_by_role("combobox", name="Property").select_option("city")
    second.get_by_role("textbox", name="Value").fill("lisbon")
    expect(preview.get_by_text("2 contacts")).to_be_visible()
    second.get_by_role("combobox", name="Condition").select_option("is not")
    second.get_by_role("textbox", name="Value").fill("lisbon")
    expect(preview.get_by_text("1 contact", exact=True)).to_be_visible()
    page.get_by_role("button", name="Or …").click()
    page.get_by_role("group", name="Condition").nth(2).get_by_label("Customer", exact=True).check()
    expect(preview).to_contain_text(" or lifecycle stage is")
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Not from Lisbon")
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("heading", name="Not from Lisbon")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("1 member")).to_be_visible()


def test_a_list_is_edited_and_tells_who_would_move(page: Page, portal: Portal) -> None:
    portal.api.create(firstname="Ada", lifecyclestage="lead")
    portal.api.create(firstname="Grace", lifecyclestage="customer")
    list_id = portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    portal.until_done(list_id)
    page.reload()
    page.get_by_role("navigation", name="Lists").get_by_role("link", name="Leads").click()
    page.get_by_role("link", name="Edit").click()
    value = page.get_by_role("combobox", name="Value")
    expect(value).to_have_value("lead")
    value.select_option("Customer")
    preview = page.get_by_role("region", name="What this list would give")
    expect(preview).to_contain_text("+1 would join, −1 would leave")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Grace")).to_be_visible()
    expect(page.get_by_role("row", name="Ada")).to_have_count(0)


def test_a_condition_without_a_value_and_a_taken_name_are_told(page: Page, portal: Portal, troubles: Troubles) -> None:
    portal.create_list("Leads", is_("lifecyclestage", "EQ", "lead"))
    page.get_by_role("link", name="New list").click()
    page.get_by_label("Name").fill("leads")
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("alert")).to_contain_text("has no value yet")
    page.get_by_label("Lead", exact=True).check()
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("alert")).to_contain_text("choose another name")
    assert all("400" in trouble for trouble in troubles.found)
    troubles.found.clear()


def test_a_page_of_another_session_changes_nothing(page: Page, portal: Portal, troubles: Troubles) -> None:
    page.get_by_role("link", name="New list").click()
    page.get_by_label("Name").fill("Leads")
    page.get_by_label("Lead", exact=True).check()
    page.evaluate("document.querySelector('meta[name=form-token]').content = 'forged'")
    page.get_by_role("button", name="Create list").click()
    expect(page.get_by_role("alert")).to_contain_text("another session")
    assert portal.api.get("/contacts/v1/lists")["lists"] == []
    assert all("403" in trouble for trouble in troubles.found)
    troubles.found.clear()


def test_a_session_that_ended_elsewhere_asks_to_sign_in(page: Page, window: BrowserContext, troubles: Troubles) -> None:
    other = window.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    box(page).fill("ada")
    expect(page.get_by_label("API key")).to_be_visible()
    troubles.found.clear()


@pytest.mark.parametrize("options", [DARK], ids=["dark"])
def test_the_page_is_dark_where_people_want_it_so(page: Page) -> None:
    shade = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", shade))) < 120
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert sum(map(int, re.findall(r"\d+", ink))) > 500


@pytest.mark.parametrize("options", [NARROW], ids=["narrow"])
def test_the_page_fits_a_telephone(page: Page, portal: Portal) -> None:
    portal.api.create(firstname="Ada", email="a" * 60 + "@" + "x" * 60 + ".example", company="Engines " * 20)
    page.reload()
    expect(page.get_by_role("heading", name="1 contact")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("options", [{"java_script_enabled": False}], ids=["no-script"])
def test_the_page_searches_and_shows_without_its_script(visitor: Page, portal: Portal) -> None:
    portal.api.create(firstname="Ada")
    portal.until_found("ada", [1])
    visitor.goto("/search?q=ada")
    visitor.get_by_label("API key").fill(portal.api.key)
    visitor.get_by_role("button", name="Sign in").click()
    visitor.get_by_role("row", name="Ada").get_by_role("link").click()
    expect(visitor.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
