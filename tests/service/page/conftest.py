"""The page of the tests' portal, seen by a browser that is signed in."""

import pytest
from flask import Flask

from indexer import tasks
from indexer.runtime import Runtime
from tests.support.api import ApiClient
from tests.support.page import PageClient


@pytest.fixture
def page(app: Flask, template: tuple[object, int, str]) -> PageClient:
    """A browser that is signed in to the portal."""
    return PageClient(app.test_client(), template[2], template[1])


@pytest.fixture
def ada(client: ApiClient, runtime: Runtime) -> int:
    """A contact who can be found: her vid."""
    vid = client.create(
        email="ada.lovelace@engines.example",
        firstname="Ada",
        lastname="Lovelace",
        company="Analytical Engines",
        phone="+44 20 7946 0018",
        lifecyclestage="lead",
    )
    tasks.settle(runtime)
    return vid
