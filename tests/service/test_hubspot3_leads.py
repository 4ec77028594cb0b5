"""An old client of the Leads API, unchanged, against the service on a real socket."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from hubspot3.error import HubspotNotFound
from hubspot3.leads import LeadsClient

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient
from tests.support.clock import NOON, MovableClock
from tests.support.http import serve


@pytest.fixture
def leads(app: Flask, client: ApiClient) -> Iterator[LeadsClient]:
    """hubspot3's client of leads."""
    with serve(app) as address:
        yield LeadsClient(api_key=client.key, api_base=address)


@pytest.fixture
def guids(client: ApiClient, leads: LeadsClient, clock: MovableClock) -> list[str]:
    """The guids of three leads, the oldest first."""
    for name in ("Ada", "Grace", "Mary"):
        client.create(firstname=name, email=f"{name.lower()}@x.example")
        clock.advance(1_000)
    return [lead["guid"] for lead in leads.get_leads()]


def test_leads_are_listed_with_every_option(leads: LeadsClient, guids: list[str], runtime: Runtime) -> None:
    tasks.settle(runtime)
    found = leads.get_leads(search="x.exam", sort="first_name", dir="desc", max=2, offset=1, time_pivot="inserted_at")
    assert [lead["firstName"] for lead in found] == ["Grace", "Ada"]
    [ada] = leads.get_leads(start_time=0, stop_time=NOON, exclude_conversion_events=True)
    assert ada["guid"] == guids[0]
    kept = leads.get_leads(bounced=False, email_opt_out=False, eligible_for_email=True, is_not_imported=True)
    assert [lead["guid"] for lead in kept] == guids


def test_leads_are_got_by_guid(leads: LeadsClient, guids: list[str]) -> None:
    assert leads.get_lead(guids[1])["firstName"] == "Grace"
    assert [lead["guid"] for lead in leads.get_leads(guids[2], guids[0])] == [guids[2], guids[0]]


def test_a_lead_is_retrieved_by_email_or_not_at_all(leads: LeadsClient, guids: list[str]) -> None:
    assert leads.retrieve_lead(email="grace@x.example")["guid"] == guids[1]
    assert leads.retrieve_lead(email="nobody@x.example") == {"guid": "-1"}


def test_a_lead_is_changed_closed_and_opened(leads: LeadsClient, guids: list[str]) -> None:
    assert all(re.fullmatch("[0-9a-f]{32}", guid) for guid in guids)
    leads.update_lead(guids[0], {"lastName": "Lovelace"})
    leads.close_lead(guids[0])
    closed = leads.get_lead(guids[0])
    assert (closed["lastName"], closed["isCustomer"], closed["closedAt"] > 0) == ("Lovelace", True, True)
    leads.open_lead(guids[0])
    assert leads.get_lead(guids[0])["closedAt"] == 0


def test_an_address_is_registered_and_told(leads: LeadsClient, guids: list[str]) -> None:
    registered = leads.register_webhook("https://x.example/leads")
    assert registered["url"] == "https://x.example/leads"
    assert leads.get_webhook() == [registered]


def test_a_deleted_lead_is_gone(leads: LeadsClient, guids: list[str]) -> None:
    leads.update_lead(guids[0], {"isDeleted": True})
    with pytest.raises(HubspotNotFound, match="resource not found"):
        leads.update_lead(guids[0], {"firstName": "Ada"})
    assert [lead["guid"] for lead in leads.get_leads()] == guids[1:]
