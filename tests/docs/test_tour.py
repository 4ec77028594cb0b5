"""The README's tour and that of forms work: their commands are run, word for word but for address and paths."""

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


def tour(page: str = "README.md") -> str:
    """Return all commands of a page as one script."""
    return "\n".join(BLOCK.findall((ROOT / page).read_text("utf-8")))


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
    told = run(tour(), address, environment, tmp_path)
    for part in ('"isNew":true', '"addedAt"', '"LEAVE"', "CONTACT_CHANGE", '"total"'):
        assert part in told, told


def test_a_form_is_received_in_five_minutes(served: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    address, environment = served
    beginning = f"KEY=$({COMMAND} keys create --name tour)\nAPI={address}\n"
    told = run(beginning + tour("docs/forms.md"), address, environment, tmp_path)
    for part in ("302 FOUND", "submissionGuid=", '"ada@tour.example"', '"conversionId"'):
        assert part in told, told


def run(script: str, address: str, environment: dict[str, str], folder: Path) -> str:
    """Run commands against a served demo and return what they say; assert that none fails."""
    script = script.replace(ADDRESS, address).replace(COMMAND, f"{sys.executable} -m service.cli")
    command = ["bash", "-euo", "pipefail", "-c", script]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert '"status":"error"' not in ended.stdout
    return ended.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
