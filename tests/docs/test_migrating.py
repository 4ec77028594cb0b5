"""The page that leads from leads to contacts is true: both calls of every pair answer and do the same.

Two portals hold the same contacts. The old calls go to one, the new ones to the other, over a real socket.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from indexer import tasks
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Runtime
from indexer.settings import Settings
from service.app import create_app
from tests.docs.test_pages import NoJobs
from tests.support.clock import NOON, MovableClock
from tests.support.http import serve
from tests.support.records import add_portal, create_database

PAGE = (Path(__file__).parents[2] / "docs" / "migrating-from-leads.md").read_text("utf-8")
SECTION = re.compile(r"^## (.+?)$(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```http\n(.*?)^```$", re.DOTALL | re.MULTILINE)
REQUEST = re.compile(r"^(GET|POST|PUT|DELETE) (\S+)$(.*?)(?=^(?:GET|POST|PUT|DELETE) |\Z)", re.DOTALL | re.MULTILINE)
TOKEN = "0123456789abcdef0123456789abcdef"
CUSTOMER = {"closedate": str(NOON), "lifecyclestage": "customer"}
PEOPLE = (
    {"email": "ada@tour.example", "firstname": "Ada", "lastname": "Lovelace"},
    {"email": "grace@tour.example", "firstname": "Grace", "lastname": "Hopper", **CUSTOMER},
    {"firstname": "Mary", "lastname": "Somerville"},
    {"email": "emmy@tour.example", "firstname": "Emmy", "lastname": "Noether"},
)

Pair = tuple[str, str]


def pairs() -> dict[str, Pair]:
    """Return the sections that have two blocks of requests: title -> old, new."""
    found = {title: BLOCK.findall(text) for title, text in SECTION.findall(PAGE)}
    return {title: (blocks[0], blocks[1]) for title, blocks in found.items() if blocks}


@dataclass
class Side:
    """A portal with the people of the page in it."""

    address: str
    key: str
    runtime: Runtime
    names: dict[str, str]

    def run(self, block: str) -> Any:
        """Send the requests of a block, one after the other, and return the last answer."""
        answer: Any = None
        for method, path, body in REQUEST.findall(block):
            answer = self.send(method, self._filled(path), self._filled(body).strip())
            if isinstance(answer, dict) and "listId" in answer:
                self.names["listId"] = str(answer["listId"])
        return answer

    def send(self, method: str, path: str, body: str = "") -> Any:
        """Send a request and return its answer, after which all that it asks for in the background is done."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        answer = requests.request(method, self.address + path, data=body or None, headers=headers, timeout=10)
        assert answer.status_code < 300, (method, path, answer.text)
        tasks.settle(self.runtime)
        return answer.json() if answer.headers.get("Content-Type", "").startswith("application/json") else None

    def contacts(self) -> dict[int, dict[str, str]]:
        """Return what all contacts hold, where the form has the name that the page gives it: vid -> values."""
        vids = [each["vid"] for each in self.send("GET", "/contacts/v1/lists/all/contacts/all?count=100")["contacts"]]
        profiles = {vid: self.send("GET", f"/contacts/v1/contact/vid/{vid}/profile") for vid in vids}
        return {
            vid: {name: held["value"].replace(self.names["form"], "form") for name, held in one["properties"].items()}
            for vid, one in profiles.items()
        }

    def _filled(self, text: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: self.names[found[1]], text)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Runtime, MovableClock]]:
    """A served application: its address, its parts, and its clock."""
    folder, clock = tmp_path_factory.mktemp("migrating"), MovableClock()
    database = create_database(folder, clock)
    runtime = Runtime(Settings(data=folder, database_url=database.url), database, EmbeddedEngine(database), NoJobs())
    with serve(create_app(runtime)) as address:
        yield address, runtime, clock
    database.close()


@pytest.fixture
def sides(served: tuple[str, Runtime, MovableClock]) -> tuple[Side, Side]:
    """Two portals that hold the same."""
    address, runtime, clock = served
    clock.moment = NOON
    portals = [add_portal(runtime.database) for _ in range(2)]
    old, new = (Side(address, key, runtime, {"portalId": str(portal_id)}) for portal_id, key in portals)
    for person in PEOPLE:
        clock.advance(1_000)
        for side in (old, new):
            fill(side, person)
    clock.advance(1_000)
    for side in (old, new):
        convert(side)
    return old, new


def fill(side: Side, person: dict[str, str]) -> None:
    """Create a contact."""
    written = ", ".join(f'{{"property": "{name}", "value": "{value}"}}' for name, value in person.items())
    side.send("POST", "/contacts/v1/contact", f'{{"properties": [{written}]}}')


def convert(side: Side) -> None:
    """Have the first contact fill in a form, and note what the page calls it and the second one."""
    fields = '[{"name": "email", "label": "E-mail"}, {"name": "firstname", "label": "First name"}]'
    form = side.send("POST", "/forms/v2/forms", f'{{"name": "Demo", "formFieldGroups": [{{"fields": {fields}}}]}}')
    sent = '{"name": "email", "value": "ada@tour.example"}'
    side.send(
        "POST",
        f"/submissions/v3/integration/submit/{side.names['portalId']}/{form['guid']}",
        f'{{"fields": [{sent}], "context": {{"hutk": "{TOKEN}"}}}}',
    )
    first, second = side.send("GET", "/leads/v1/list?max=2")
    [event] = first["leadConversionEvents"]
    side.names |= {"guid": first["guid"], "leadId": str(first["leadId"]), "event": event["guid"], "form": form["guid"]}
    side.names |= {"otherGuid": second["guid"], "otherLeadId": str(second["leadId"])}


def named(answer: Any) -> list[int]:
    """Return whom an answer is about, in its order."""
    if isinstance(answer, list):
        return [lead["leadId"] for lead in answer]
    if not isinstance(answer, dict):
        return []
    if "contacts" in answer:
        return [contact["vid"] for contact in answer["contacts"]]
    if "leadId" in answer or "vid" in answer:
        return [answer["leadId" if "leadId" in answer else "vid"]]
    return [contact["vid"] for contact in answer.values()]


@pytest.mark.parametrize("title", pairs())
def test_both_calls_of_a_pair_answer_and_do_the_same(sides: tuple[Side, Side], title: str) -> None:
    old, new = sides
    before = old.contacts()
    assert before == new.contacts()
    first, second = pairs()[title]
    asked, answered = old.run(first), new.run(second)
    if first.startswith("GET"):
        assert named(asked) and named(asked) == named(answered)
    else:
        assert old.contacts() != before
    assert old.contacts() == new.contacts()


def test_every_call_of_the_leads_api_has_a_pair(sides: tuple[Side, Side]) -> None:
    specification = sides[0].send("GET", "/openapi.json")
    called = " ".join(first for first, _ in pairs().values())
    served = [path for path in specification["paths"] if path.startswith("/leads/")]
    assert served
    for path in served:
        assert re.search(re.sub(r"{\w+}", "{guid}", path).replace("{", r"\{") + r"\b|\?", called), path
