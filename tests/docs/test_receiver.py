"""The receiver that docs/alerts.md shows takes a real message, as it stands there but for its secret and port."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_serving import fetch, serving
from tests.support.process import free_port, port_answers
from tests.support.records import add_portal, create_database
from tests.support.wait import wait_until

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECRET = "whsec_" + "c2VjcmV0" * 5


def code() -> str:
    """Return the receiver's code."""
    [found] = CODE.findall(PAGE.read_text("utf-8"))
    return str(found)


def test_the_receiver_has_ten_lines() -> None:
    assert len([line for line in code().splitlines() if line.strip()]) == 10


def test_the_receiver_takes_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTS_WEBHOOK_ALLOW", "127.0.0.1")
    monkeypatch.setenv("CONTACTS_DATA", str(tmp_path))
    port = free_port()
    program = code().replace("whsec_...", SECRET).replace("9000", str(port))
    key = _new_key(tmp_path)
    with (tmp_path / "received").open("wb") as output:
        receiver = subprocess.Popen([sys.executable, "-c", program], stdout=output, stderr=output)
    try:
        wait_until(lambda: port_answers(port), 10)
        with serving(tmp_path, tmp_path) as (_, address):
            made = fetch(
                f"{address}/alerts/v1/subscriptions?hapikey={key}",
                {"url": f"http://127.0.0.1:{port}/", "secret": SECRET},
            )
            test = fetch(f"{address}/alerts/v1/subscriptions/{made['subscriptionId']}/test?hapikey={key}", {})
            told = f"{test['messageId']} test"
            wait_until(lambda: told in (tmp_path / "received").read_text(), 10)
    finally:
        receiver.terminate()
        receiver.wait(10)


def _new_key(folder: Path) -> str:
    database = create_database(folder)
    key = add_portal(database)[1]
    database.close()
    return key
