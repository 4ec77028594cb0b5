"""A page of a site with a plain HTML form, filled in in a real browser, ends in the right contact, token and lists."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser

from tests.behaviour.conftest import Running
from tests.support.http import serve
from tests.support.people import Portal, is_

TOKEN = "0123456789abcdef0123456789abcdef"


def site(code: str) -> Flask:
    """Return a site whose visitors carry a token and whose only page holds a form."""
    app = Flask("site")

    @app.get("/letters")
    def letters() -> Response:
        page = Response(f"<!DOCTYPE html><title>Letters</title><body>{code}</body>", content_type="text/html")
        page.set_cookie("hubspotutk", TOKEN)
        return page

    @app.get("/thanks")
    def thanks() -> str:
        return "<!DOCTYPE html><title>Thanks</title>"

    return app


@pytest.fixture
def addresses(running: Running, portal: Portal) -> Iterator[tuple[str, str]]:
    """The addresses of the site and of the guid's form that its page holds."""
    with serve(running.app) as service:
        fields = [{"name": "email", "required": True}, {"name": "firstname"}, {"name": "numemployees"}]
        made = portal.api.post("/contacts/v1/forms", {"name": "Letters", "fields": fields})
        code = made["embeddedCode"].replace("http://localhost", service)
        with serve(site(code)) as address:
            portal.api.put(f"/forms/v2/forms/{made['guid']}", {"redirect": f"{address}/thanks"})
            yield address, made["guid"]


def test_a_form_filled_in_by_hand_ends_in_the_right_place(
    portal: Portal, addresses: tuple[str, str], chromium: Browser
) -> None:
    address, guid = addresses
    asked = {"filterFamily": "FormSubmission", "operator": "HAS_FILLED_OUT_FORM", "form": guid}
    list_id = portal.create_list("Letters", asked, is_("numemployees", "EQ", "5-25"))
    portal.until_done(list_id)
    page = chromium.new_page()
    page.goto(f"{address}/letters?utm_medium=email&utm_source=june")
    page.fill("input[name=email]", "ada@example.com")
    page.fill("input[name=firstname]", "Ada <Byron>")
    page.select_option("select[name=numemployees]", "5-25")
    page.click("button")
    page.wait_for_url(f"{address}/thanks?submissionGuid=*")
    told = page.url.partition("=")[2]
    page.close()
    profile = portal.api.get(f"/contacts/v1/contact/utk/{TOKEN}/profile")
    values = {name: each["value"] for name, each in profile["properties"].items()}
    assert (values["email"], values["firstname"]) == ("ada@example.com", "Ada <Byron>")
    assert (values["lifecyclestage"], values["hs_analytics_source"]) == ("lead", "EMAIL_MARKETING")
    [submission] = profile["form-submissions"]
    assert (submission["conversion-id"], submission["form-id"], submission["page-title"]) == (told, guid, "Letters")
    assert profile["properties"]["firstname"]["versions"][0]["source-type"] == "FORM"
    portal.until_members(list_id, [profile["vid"]])
