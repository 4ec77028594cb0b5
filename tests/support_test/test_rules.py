"""The rules of a test run hold: a missing server is never passed over in silence, and waiting ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.java import find_java
from tests.support.process import Unavailable
from tests.support.wait import wait_until

ROOT = Path(__file__).parents[2]
SKIPPING = "import pytest\ndef test_one():\n    pytest.skip('no such server')\n"
USING_AN_ENGINE = "def test_one(engine_url):\n    pass\n"
USING_A_BROWSER = "def test_one(chromium):\n    pass\n"
NO_ENGINE = {"CONTACTS_TEST_ENGINE": "unheard-of"}
NO_BROWSER = {"CONTACTS_TEST_BROWSER": "unheard-of"}
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(folder: Path, source: str, required: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a test file of this source in a pytest of its own."""
    test = folder / "test_it.py"
    test.write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.fixtures",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    inherited = {name: value for name, value in os.environ.items() if name != "ELASTICSEARCH_URL"}
    variables = inherited | QUICK | environment | {"CONTACTS_REQUIRE_ENGINE": required}
    return subprocess.run([*command, str(test)], cwd=ROOT, env=variables, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("source", "required", "code"),
    [
        (SKIPPING, "0", 0),
        (SKIPPING, "1", 1),
        (USING_AN_ENGINE, "0", 0),
        (USING_AN_ENGINE, "1", 1),
        (USING_A_BROWSER, "0", 0),
        (USING_A_BROWSER, "1", 1),
    ],
)
def test_what_is_not_run_fails_only_where_every_server_is_required(
    tmp_path: Path, source: str, required: str, code: int
) -> None:
    assert run(tmp_path, source, required, NO_ENGINE | NO_BROWSER).returncode == code


def test_a_skipped_test_is_named_with_its_reason(tmp_path: Path) -> None:
    printed = run(tmp_path, SKIPPING, "1", {}).stdout
    assert "SKIPPED although CONTACTS_REQUIRE_ENGINE=1" in printed
    assert "test_it.py::test_one: Skipped: no such server" in printed


def test_a_java_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match="needs a JDK 999 or newer"):
        find_java(999)


def test_waiting_gives_the_awaited_answer() -> None:
    answers = iter([0, None, "there"])
    assert wait_until(lambda: next(answers)) == "there"


def test_waiting_ends_and_says_what_for() -> None:
    with pytest.raises(AssertionError, match="the moon"):
        wait_until(lambda: False, timeout=0.05, what="the moon")
