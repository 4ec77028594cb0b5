"""The README's tour works: its commands are run, word for word but for address and paths, against a served demo."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.wait import wait_until

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8000"
COMMAND = ".venv/bin/contacts"


def tour() -> str:
    """Return all commands of the tour as one script."""
    return "\n".join(BLOCK.findall((ROOT / "README.md").read_text("utf-8")))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A demo that is served, as `make run` serves it: its address, and the environment of commands beside it."""
    environment = {"CONTACTS_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    contacts = [sys.executable, "-m", "service.cli"]
    subprocess.run([*contacts, "demo", "--contacts", "300"], env=environment, check=True, capture_output=True)
    port = _free_port()
    process = subprocess.Popen([*contacts, "serve", "--port", str(port)], env=environment)
    try:
        wait_until(lambda: _answers(port), 20)
        yield f"http://127.0.0.1:{port}", environment
    finally:
        process.terminate()
        assert process.wait(timeout=15) == 0


def test_the_tour_works(served: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    address, environment = served
    script = tour().replace(ADDRESS, address).replace(COMMAND, f"{sys.executable} -m service.cli")
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    for told in ('"isNew":true', '"addedAt"', '"LEAVE"', "CONTACT_CHANGE", '"total"'):
        assert told in run.stdout, run.stdout
    assert '"status":"error"' not in run.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
