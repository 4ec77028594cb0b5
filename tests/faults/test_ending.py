"""Told to end in the middle of an import, a rebuild or a list's first fill: soon, in order, with nothing half-done."""

import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from records import engine_state
from records.session import Database
from tests.faults.checks import PATIENCE_SECONDS, check_all, prepare
from tests.faults.installation import ANSWER_SECONDS, Installation, ask, is_settled, server_settings
from tests.support.wait import wait_until

ROWS = 2_500
EVERYBODY = {
    **{"name": "Everybody", "dynamic": True},
    "filters": [[{"property": "city", "operator": "EQ", "value": "Rome"}]],
}


def test_the_embedded_set_up_ends_in_the_middle_of_all_work(tmp_path: Path) -> None:
    end_and_go_on({"CONTACTS_DATA": str(tmp_path)}, f"sqlite:///{tmp_path / 'contacts.sqlite3'}", tmp_path, workers=0)


@pytest.mark.usefixtures("engine_url")
def test_the_server_set_up_ends_in_the_middle_of_all_work(
    tmp_path: Path, engine_url: str, redis_url: str, postgres_url: str
) -> None:
    environment = server_settings(postgres_url, engine_url, redis_url)
    end_and_go_on(environment, postgres_url, tmp_path, workers=2)


def end_and_go_on(environment: dict[str, str], url: str, folder: Path, workers: int) -> None:
    """Begin each kind of work, end all processes while it is under way, and let others finish it."""
    key = prepare(url)
    for begin, is_under_way in WORK.values():
        installation = begin_settled(environment, folder, workers, key)
        begin(installation.url, key, url)
        wait_until(partial(is_under_way, installation.url, key), PATIENCE_SECONDS, "the work is under way")
        installation.stop()
    installation = begin_settled(environment, folder, workers, key)
    assert ask(f"{installation.url}/imports/v1/1?hapikey={key}")[1]["counts"]["created"] == ROWS
    assert ask(f"{installation.url}/contacts/v1/lists/1?hapikey={key}")[1]["metaData"]["size"] == ROWS
    installation.stop()
    check_all(environment, key, [])


def begin_settled(environment: dict[str, str], folder: Path, workers: int, key: str) -> Installation:
    """Start the processes and wait until they have done what the former ones had begun."""
    installation = Installation(environment, folder, workers)
    wait_until(lambda: is_settled(installation.url, key), PATIENCE_SECONDS, "the work is done")
    return installation


def begin_import(url: str, key: str, _database: str) -> None:
    """Send a file."""
    rows = "".join(f"p{number}@x.example,Rome\n" for number in range(ROWS))
    part = 'Content-Disposition: form-data; name="file"; filename="people.csv"'
    body = f"--part\r\n{part}\r\n\r\nemail,city\n{rows}\r\n--part--\r\n".encode()
    headers = {"Content-Type": "multipart/form-data; boundary=part"}
    request = urllib.request.Request(f"{url}/imports/v1?hapikey={key}", body, headers)
    urllib.request.urlopen(request, timeout=ANSWER_SECONDS).close()


def is_importing(url: str, key: str) -> bool:
    """Return whether some rows have been written."""
    return bool(ask(f"{url}/imports/v1/1?hapikey={key}")[1]["counts"]["created"])


def begin_rebuild(_url: str, _key: str, database_url: str) -> None:
    """Ask for a new index."""
    database = Database(database_url)
    database.transact(lambda session: engine_state.change_state(session, 1, wanted=True))
    database.close()


def is_rebuilding(url: str, key: str) -> bool:
    """Return whether a new index is being filled."""
    return status(url, key)["index"]["building"] is not None


def begin_list(url: str, key: str, _database: str) -> None:
    """Save a list that everybody joins."""
    ask(f"{url}/contacts/v1/lists?hapikey={key}", EVERYBODY)


def is_filling(url: str, key: str) -> bool:
    """Return whether the list is being filled."""
    return bool(status(url, key)["lists"])


def status(url: str, key: str) -> Any:
    """Return what is told of background work."""
    return ask(f"{url}/pipeline/v1/status?hapikey={key}")[1]


WORK: dict[str, tuple[Callable[[str, str, str], None], Callable[[str, str], bool]]] = {
    "import": (begin_import, is_importing),
    "rebuild": (begin_rebuild, is_rebuilding),
    "list": (begin_list, is_filling),
}
