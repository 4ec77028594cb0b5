"""The command as tests run it: in this process, on a data folder of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.settings import VARIABLES
from service.cli import main

Run = Callable[..., Result]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Clear the settings of whoever runs the tests and return the data folder, which does not exist yet."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    data = tmp_path / "data"
    monkeypatch.setenv("CONTACTS_DATA", str(data))
    return data


@pytest.fixture
def run(environment: Path) -> Run:
    """Return what runs `contacts` with arguments."""

    def run_command(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    return run_command
