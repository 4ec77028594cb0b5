"""What the page shows of search, contacts, lists and moves, as a browser without a script sees it."""

import re

import pytest

from indexer import tasks
from indexer.runtime import Runtime
from records.session import Database
from service.app import create_app
from tests.support.api import ApiClient
from tests.support.clock import MovableClock
from tests.support.page import PageClient, text_of
from tests.support.people import is_
from tests.support.unreachable import UnreachableEngine


def marks(html: str) -> list[str]:
    """Return what is marked, in order."""
    return re.findall(r"<mark>(.*?)</mark>", html)


def a_list(client: ApiClient, runtime: Runtime, name: str, *filters: dict[str, object]) -> int:
    """Create a smart list over one group of filters, fill it and return its id."""
    body = {"name": name, "dynamic": True, "filters": [list(filters)]}
    list_id: int = client.post("/contacts/v1/lists", body)["listId"]
    tasks.settle(runtime)
    return list_id


def test_home_counts_the_contacts_and_shows_those_that_changed_last(page: PageClient, ada: int) -> None:
    text = page.read_main("/")
    assert text.startswith("1 contact ") and "Ada Lovelace" in text and "Lead" in text


def test_an_empty_portal_says_so(page: PageClient) -> None:
    assert "0 contacts" in page.read_main("/") and "No lists yet" in page.read("/")


@pytest.mark.parametrize(
    ("q", "marked"),
    [
        ("ada", ["Ada", "ada"]),
        ("LOVE", ["Love", "love"]),
        ("analyt", ["Analyt"]),
        ("ada.lovelace@eng", ["ada.lovelace@eng"]),
        ("lovelance", ["Lovelace", "lovelace"]),
        ("020 7946", ["+44 20 7946 0018"]),
    ],
)
def test_what_is_typed_is_marked_where_it_is_found(page: PageClient, ada: int, q: str, marked: list[str]) -> None:
    for path in ("/page/typed", "/search"):
        html = page.client.get(path, query_string={"q": q}).get_data(as_text=True)
        assert marks(html) == marked
        assert f'href="/contacts/{page.portal_id}/contact/{ada}"' in html


def test_a_secondary_email_is_shown_where_it_is_what_was_typed(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    client.put(f"/contacts/v1/secondary-email/{ada}/email/countess@home.example")
    tasks.settle(runtime)
    assert "countess@home.example" in page.read("/page/typed?q=countess")
    assert "ada.lovelace@engines.example" in page.read("/page/typed?q=ada")


@pytest.mark.parametrize("q", ["zzz", "", "   ", "'", "<script>", "%00", "x" * 2_000])
def test_what_finds_nobody_is_answered_all_the_same(page: PageClient, ada: int, q: str) -> None:
    for path in ("/page/typed", "/search"):
        answer = page.client.get(path, query_string={"q": q})
        assert answer.status_code == 200 and "<script>" not in answer.get_data(as_text=True)


def test_search_is_paged_to_its_end(page: PageClient, client: ApiClient, runtime: Runtime) -> None:
    for number in range(120):
        client.create(firstname="Ada", lastname=f"Number{number}")
    tasks.settle(runtime)
    seen, path = [], "/search?q=ada"
    while path:
        html = page.show(path)
        seen += re.findall(r"/contact/(\d+)", html.partition("<main")[2].partition("</main>")[0])
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("offset", ["-1", "x", "99999999999999999999999", "10000"])
def test_an_offset_that_is_none_shows_a_page_all_the_same(page: PageClient, ada: int, offset: str) -> None:
    assert page.client.get("/search", query_string={"q": "ada", "offset": offset}).status_code == 200


def test_a_contact_is_shown_with_values_identities_and_history(
    page: PageClient, client: ApiClient, ada: int, clock: MovableClock
) -> None:
    clock.advance(1_000)
    client.update(ada, lifecyclestage="customer", company="")
    text = page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")
    assert text.startswith("Ada Lovelace")
    assert "Lifecycle Stage Customer" in text
    assert "Primary e-mail ada.lovelace@engines.example" in text
    history = text.partition("History")[2]
    assert history.index("Customer") < history.index("Lead")
    assert "emptied" in history and "In no list" in text


def test_a_contact_tells_its_lists_and_why_it_is_in_them(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    leads = a_list(client, runtime, "Leads", is_("lifecyclestage", "EQ", "lead"))
    a_list(client, runtime, "Londoners", is_("city", "EQ", "London"))
    client.update(ada, city="London")
    tasks.settle(runtime)
    text = page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")
    stays = text.partition("Lists")[2].partition("Contact Information")[0]
    assert "Leads since" in stays and "the list was filled" in stays
    assert "Londoners since" in stays and "City" in stays
    client.update(ada, lifecyclestage="customer")
    tasks.settle(runtime)
    text = page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")
    assert "Leads since" not in text and "left Leads" in text
    assert f"/lists/{leads}" in page.show(f"/contacts/{page.portal_id}/contact/{ada}")


def test_a_contact_tells_which_clauses_hold_for_it(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    body = {
        "name": "Leads or Londoners",
        "dynamic": True,
        "filters": [
            [is_("lifecyclestage", "EQ", "lead"), is_("company", "CONTAINS", "engines")],
            [is_("city", "EQ", "x")],
        ],
    }
    client.post("/contacts/v1/lists", body)
    tasks.settle(runtime)
    why = page.read_main(f"/contacts/{page.portal_id}/contact/{ada}").partition("Why ")[2]
    assert why.startswith("✓ holds: at least one of these ✓ holds: all of these ✓ holds: lifecycle stage is")
    assert "✗ does not hold: city is" in why


def test_a_static_list_needs_no_explanation_and_a_pin_is_told(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    static = client.post("/contacts/v1/lists", {"name": "By hand"})["listId"]
    client.post(f"/contacts/v1/lists/{static}/add", {"vids": [ada]})
    text = page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")
    assert "By hand since" in text and "Why" not in text
    smart = a_list(client, runtime, "Customers", is_("lifecyclestage", "EQ", "customer"))
    client.put(f"/contacts/v1/lists/{smart}/pins/in/{ada}", status=204)
    tasks.settle(runtime)
    assert "pinned into the list" in page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")


def test_a_merged_contact_leads_to_its_survivor(page: PageClient, client: ApiClient, ada: int) -> None:
    twin = client.create(firstname="Augusta")
    client.post(f"/contacts/v1/contact/merge-vids/{ada}", {"vidToMerge": twin})
    answer = page.client.get(f"/contacts/{page.portal_id}/contact/{twin}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{page.portal_id}/contact/{ada}")
    assert f"Merged contact {twin}" in page.read_main(f"/contacts/{page.portal_id}/contact/{ada}")


def test_a_profiles_address_leads_to_its_page(page: PageClient, client: ApiClient, ada: int) -> None:
    address = client.profile(ada)["profile-url"]
    assert "Ada Lovelace" in page.read_main(address.removeprefix("http://localhost"))


def test_what_is_written_into_a_contact_is_text_to_the_page(page: PageClient, client: ApiClient) -> None:
    evil = "<img src=x onerror=alert(1)>"
    vid = client.create(firstname=evil, company=evil, website="javascript:alert(1)")
    html = page.show(f"/contacts/{page.portal_id}/contact/{vid}") + page.show("/")
    assert "<img" not in html and "&lt;img" in html
    assert 'href="javascript' not in html


def test_a_list_is_shown_with_size_members_and_moves(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    list_id = a_list(client, runtime, "Leads", is_("lifecyclestage", "EQ", "lead"))
    text = page.read_main(f"/contacts/{page.portal_id}/lists/{list_id}")
    assert text.startswith("Leads 1 member · smart list")
    assert "Ada Lovelace" in text and "joined" in text
    assert "Leads 1" in page.read("/")


def test_a_list_that_is_not_filled_yet_says_so(page: PageClient, client: ApiClient) -> None:
    list_id = client.post("/contacts/v1/lists", {"name": "New", "dynamic": True, "filters": []})["listId"]
    assert "filling" in page.read_main(f"/contacts/{page.portal_id}/lists/{list_id}")


def test_members_are_paged_to_their_end(page: PageClient, client: ApiClient, runtime: Runtime) -> None:
    for number in range(120):
        client.create(firstname="Ada", lastname=f"Number{number}")
    path = f"/contacts/{page.portal_id}/lists/{a_list(client, runtime, 'Adas', is_('firstname', 'EQ', 'ada'))}"
    seen = []
    while path:
        html = page.show(path)
        seen += re.findall(r'<th scope="row"><a href="/contacts/\d+/contact/(\d+)', html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path = following.group(1) if following else ""
    assert len(seen) == len(set(seen)) == 120


def test_many_lists_are_paged(page: PageClient, client: ApiClient) -> None:
    for number in range(101):
        client.post("/contacts/v1/lists", {"name": f"List {number:03}"})
    assert "All lists" in page.read("/")
    address = f"/contacts/{page.portal_id}/lists"
    assert "List 000" in page.read_main(address) and "List 100" not in page.read_main(address)
    assert "List 100" in page.read_main(f"{address}?offset=100")


def test_contacts_that_move_at_once_are_one_line(page: PageClient, client: ApiClient, runtime: Runtime) -> None:
    vids = [client.create(firstname="Ada", lastname=f"Number{number}") for number in range(3)]
    a_list(client, runtime, "Adas", is_("firstname", "EQ", "ada"))
    assert "3 contacts joined Adas" in page.read("/page/news")
    client.update(vids[0], firstname="Grace")
    tasks.settle(runtime)
    news = page.read("/page/news")
    assert news.index("Grace Number0 left Adas") < news.index("3 contacts joined Adas")


def test_news_tell_both_columns_as_they_are_now(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    assert "data-seq" not in page.show("/page/news")
    a_list(client, runtime, "Leads", is_("lifecyclestage", "EQ", "lead"))
    news = page.show("/page/news")
    assert 'data-seq="1"' in news and "Ada Lovelace" in news
    assert "Leads 1" in text_of(news.partition("</nav>")[0])


def test_moves_of_what_is_gone_are_told_without_links(
    page: PageClient, client: ApiClient, runtime: Runtime, ada: int
) -> None:
    list_id = a_list(client, runtime, "Leads", is_("lifecyclestage", "EQ", "lead"))
    client.delete(f"/contacts/v1/contact/vid/{ada}")
    client.delete(f"/contacts/v1/lists/{list_id}", 204)
    tasks.settle(runtime)
    news = page.show("/page/news").partition("<ol>")[2]
    assert f"Contact {ada}" in news and f"List {list_id}" in news
    assert "/contact/" not in news and "/lists/" not in news


@pytest.mark.parametrize("path", ["contact/999", "lists/999"])
def test_what_is_not_there_is_told_in_words(page: PageClient, path: str) -> None:
    html = page.show(f"/contacts/{page.portal_id}/{path}", 404)
    assert "That did not work" in html and "Back to the page" in html


def test_another_portals_contacts_and_lists_are_not_there(
    page: PageClient, stranger: ApiClient, runtime: Runtime
) -> None:
    vid = stranger.create(firstname="Stranger", email="stranger@else.example")
    list_id = a_list(stranger, runtime, "Strange list", is_("firstname", "EQ", "stranger"))
    for path in (
        f"/contacts/{stranger.portal_id}/contact/{vid}",
        f"/contacts/{stranger.portal_id}/lists/{list_id}",
        f"/contacts/{stranger.portal_id}/lists",
    ):
        page.show(path, 404)
    for path in ("/", "/page/news", "/page/typed?q=stranger", "/search?q=stranger"):
        html = page.show(path)
        assert "/contact/" not in html and "Strange list" not in html


def test_a_search_engine_that_is_down_is_told_to_people_and_to_the_script(
    database: Database, runtime: Runtime, client: ApiClient
) -> None:
    lost = create_app(Runtime(runtime.settings, database, UnreachableEngine(), runtime.jobs))
    page = PageClient(lost.test_client(), client.key, client.portal_id)
    assert "cannot be reached" in page.read("/search?q=ada", 503)
    answer = page.client.get("/page/typed?q=ada", headers={"Accept": "application/json"})
    assert answer.status_code == 503 and answer.is_json
