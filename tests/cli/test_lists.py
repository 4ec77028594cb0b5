"""Lists out of one portal and into another, by the command line; and lists that ask what is not understood."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from flask import Flask

from indexer import tasks
from indexer.engines.embedded import EmbeddedEngine
from indexer.runtime import Runtime
from indexer.settings import Settings
from records.keys import create_key
from records.session import Database
from service.app import create_app
from tests.indexing.world import NoJobs
from tests.support.api import ApiClient

Run = Callable[..., Result]
LISTS = "/contacts/v1/lists"
ROME = {"property": "city", "operator": "EQ", "value": "Rome"}
WORKFLOW = {"filterFamily": "Workflow", "operator": "ACTIVE_IN_WORKFLOW", "workflowId": 7}
NOT_UNDERSTOOD = "filters of the family Workflow are not understood"


@pytest.fixture
def runtime(environment: Path, run: Run) -> Iterator[Runtime]:
    """The service over the data folder of the commands, which holds portals 1 and 2; no work is done by itself."""
    for _ in range(2):
        run("portals", "create")
    url = f"sqlite:///{environment / 'contacts.sqlite3'}"
    database = Database(url)
    yield Runtime(Settings(environment, url), database, EmbeddedEngine(database), NoJobs())
    database.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application."""
    return create_app(runtime)


@pytest.fixture
def apis(app: Flask, runtime: Runtime) -> dict[int, ApiClient]:
    """A client of each portal."""

    def client(portal: int) -> ApiClient:
        key = runtime.database.transact(lambda session: create_key(session, portal, "test"))
        return ApiClient(app.test_client(), key, portal)

    return {portal: client(portal) for portal in (1, 2)}


@pytest.fixture
def load(run: Run, tmp_path: Path) -> Callable[..., Result]:
    """Imports lists, given as Python values, into portal 1; JSON is YAML."""

    def load_lists(*lists: dict[str, Any]) -> Result:
        file = tmp_path / "lists.yaml"
        file.write_text(json.dumps({"version": 1, "lists": list(lists)}), "utf-8")
        return run("lists", "import", file)

    return load_lists


def smart(name: str, *filters: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A smart list of a file, of one group."""
    return {"name": name, "type": "smart", "filters": [list(filters)], **keys}


def the_list(api: ApiClient, name: str) -> Any:
    """A list by its name."""
    [found] = [each for each in api.get(LISTS)["lists"] if each["name"] == name]
    return found


def members(api: ApiClient, name: str) -> set[int]:
    """The vids of a list's first page."""
    page = api.get(f"{LISTS}/{the_list(api, name)['listId']}/contacts/all")
    return {contact["vid"] for contact in page["contacts"]}


def test_lists_move_to_another_portal_and_back(apis: dict[int, ApiClient], run: Run, tmp_path: Path) -> None:
    here, there = apis[1], apis[2]
    there.post(LISTS, {"name": "In the way", "dynamic": False})
    friends = here.post(LISTS, {"name": "Friends", "dynamic": False})["listId"]
    inner = here.post(LISTS, {"name": "Römer", "dynamic": True, "filters": [[ROME]], "timeZone": "Europe/Rome"})
    asked = [{"kind": "list", "op": "not-in", "list": each} for each in (friends, inner["listId"])]
    here.post(
        LISTS, {"name": "Others", "dynamic": True, "filterTree": {"op": "not", "of": [{"op": "or", "of": asked}]}}
    )
    file = tmp_path / "lists.yaml"
    assert run("lists", "export", file).exit_code == 0
    assert run("lists", "import", file, "--portal", 2).stdout == "3 created, 0 changed, 0 unchanged\n"
    assert the_list(there, "Römer")["timeZone"] == "Europe/Rome"
    assert the_list(there, "Others")["description"] == the_list(here, "Others")["description"]
    assert the_list(there, "Others")["filterTree"]["of"][0]["of"][0]["list"] == the_list(there, "Friends")["listId"]
    again = yaml.safe_load(run("lists", "export", "--portal", 2).stdout)
    assert again["lists"][1:] == yaml.safe_load(file.read_text("utf-8"))["lists"]
    assert run("lists", "import", file).stdout == "0 created, 0 changed, 3 unchanged\n"


def test_a_list_of_the_same_name_gets_the_criteria_of_the_file(
    apis: dict[int, ApiClient], load: Callable[..., Result], runtime: Runtime
) -> None:
    vids = {city: apis[1].create(city=city) for city in ("Rome", "Oslo")}
    load(smart("Town", ROME))
    tasks.settle(runtime)
    assert members(apis[1], "Town") == {vids["Rome"]}
    assert load(smart("town", {**ROME, "value": "Oslo"})).stdout == "0 created, 1 changed, 0 unchanged\n"
    tasks.settle(runtime)
    assert members(apis[1], "town") == {vids["Oslo"]}


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ([smart("A", ROME), smart("a ", ROME)], 'list "a ": the file has this name twice'),
        (
            [smart("A", ROME), smart("B", {**ROME, "property": "shoe"})],
            'list "B": filters[0][0].property: Property "shoe"',
        ),
        (
            [smart("A", {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": "B"}), smart("B")],
            "put it first",
        ),
        ([smart("A", ROME, timeZone="Mars")], "list \"A\": timeZone: 'Mars' is no time zone"),
        ([smart("A", {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": "A"})], "neither in the portal"),
        ([{"name": "There", "type": "static"}], 'list "There": type: the list of this name is smart'),
        ([smart("x" * 251, ROME)], "at most 250 characters"),
    ],
)
def test_a_file_with_one_list_that_cannot_be_taken_changes_nothing(
    apis: dict[int, ApiClient], load: Callable[..., Result], lists: list[dict[str, Any]], words: str
) -> None:
    there = apis[1].post(LISTS, {"name": "There", "dynamic": True})
    result = load(*lists)
    assert result.exit_code == 2 and words in result.stderr
    assert [each["listId"] for each in apis[1].get(LISTS)["lists"]] == [there["listId"]]


def test_lists_of_a_file_may_not_close_a_circle(apis: dict[int, ApiClient], load: Callable[..., Result]) -> None:
    asked = {"filterFamily": "ListMembership", "operator": "IN_LIST"}
    load(smart("A", ROME), smart("B", {**asked, "list": "A"}))
    assert "the list would contain itself" in load(smart("A", {**asked, "list": "B"})).stderr


def test_a_list_that_asks_what_is_not_understood_is_kept_and_has_nobody(
    apis: dict[int, ApiClient], load: Callable[..., Result], runtime: Runtime, run: Run
) -> None:
    api = apis[1]
    vid = api.create(city="Rome")
    load(smart("Town", ROME))
    tasks.settle(runtime)
    assert members(api, "Town") == {vid}
    outer = smart("Outer", {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": "Town"})
    result = load(smart("Town", ROME, WORKFLOW), outer)
    assert result.exit_code == 0 and f"Town: The list is not active: {NOT_UNDERSTOOD}" in result.stderr
    tasks.settle(runtime)
    for name in ("Town", "Outer"):
        found = the_list(api, name)
        assert (found["metaData"]["processing"], NOT_UNDERSTOOD in found["metaData"]["error"]) == ("DONE", True)
        assert members(api, name) == set()
        assert NOT_UNDERSTOOD in api.get(f"{LISTS}/{found['listId']}/explain/{vid}", 400)["message"]
        assert NOT_UNDERSTOOD in api.post(f"{LISTS}/preview", {"listId": found["listId"]}, 400)["message"]
    assert the_list(api, "Town")["filters"][0][1] == WORKFLOW
    assert "something not understood (Workflow)" in the_list(api, "Town")["description"]
    assert yaml.safe_load(run("lists", "export").stdout)["lists"][0]["filters"][0][1] == WORKFLOW
    assert api.post(f"{LISTS}/match", {"properties": [{"property": "city", "value": "Rome"}]})["lists"] == []


def test_the_api_takes_nothing_that_is_not_understood_and_activates_what_is_put_right(
    apis: dict[int, ApiClient], load: Callable[..., Result], runtime: Runtime
) -> None:
    api = apis[1]
    load(smart("Town", ROME, WORKFLOW))
    town = the_list(api, "Town")
    path = f"{LISTS}/{town['listId']}"
    asked = {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": town["listId"]}
    refused = [
        (path, town),
        (path, {"timeZone": "Asia/Tokyo"}),
        (LISTS, {"name": "New", "dynamic": True, "filters": [[WORKFLOW]]}),
        (LISTS, {"name": "New", "dynamic": True, "filters": [[asked]]}),
    ]
    for where, body in refused:
        assert "Workflow" in api.post(where, body, 400)["message"]
    assert api.post(path, {"name": "City"})["name"] == "City"
    vid = api.create(city="Rome")
    assert api.post(path, {"filters": [[ROME]]})["metaData"]["error"] == ""
    tasks.settle(runtime)
    assert members(api, "City") == {vid}


def test_a_static_list_stays_as_it_is(apis: dict[int, ApiClient], load: Callable[..., Result]) -> None:
    apis[1].post(LISTS, {"name": "Friends", "dynamic": False})
    assert load({"name": "Friends", "type": "static", "filters": [[ROME]]}).stdout.endswith("1 unchanged\n")
    assert the_list(apis[1], "Friends")["filters"] == []


def test_a_file_that_is_not_utf_8_is_refused(run: Run, runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "lists.yaml"
    file.write_bytes("version: 1\nlists: [{name: Römer}]".encode("latin-1"))
    result = run("lists", "import", file)
    assert result.exit_code == 2 and "is not UTF-8" in result.stderr
