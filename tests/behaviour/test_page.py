"""The page on both set-ups: what it shows comes from the same records and engines as the API's answers."""

from tests.support.page import PageClient
from tests.support.people import SOON, Portal, is_
from tests.support.wait import wait_until


def test_a_person_finds_a_contact_makes_a_list_and_sees_who_joins(portal: Portal) -> None:
    vid = portal.api.create(firstname="Jürgen", lastname="Müller", lifecyclestage="lead")
    portal.until_found("muller", [vid])
    page = PageClient(portal.api.client, portal.api.key, portal.api.portal_id)
    assert "<mark>Mül</mark>ler" in page.show("/page/typed?q=mul")
    filters = {"filters": [[is_("lifecyclestage", "EQ", "lead")]]}
    preview = page.post("/page/preview", json=filters).get_data(as_text=True)
    assert "<strong>1</strong> contact" in preview and "Jürgen Müller" in preview
    saved = page.post(
        f"/contacts/{portal.api.portal_id}/lists", json={"name": "Leads", "dynamic": True, **filters}
    ).get_json()
    wait_until(lambda: "1 member" in page.read_main(saved["address"]), SOON)
    assert "Jürgen Müller joined Leads" in page.read("/page/news")
    contact = page.read_main(f"/contacts/{portal.api.portal_id}/contact/{vid}")
    assert "Leads since" in contact and "holds: lifecycle stage is" in contact
    portal.api.update(vid, lifecyclestage="customer")
    wait_until(lambda: "Jürgen Müller left Leads" in page.read("/page/news"), SOON)
    assert "0 members" in page.read_main(saved["address"])
