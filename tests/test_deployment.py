"""Checks the Dockerfile and the compose file as far as that goes without a Docker engine.

Where Docker's compose plug-in is installed it judges the file too; it needs no engine for that.
"""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from indexer.settings import VARIABLES

ROOT = Path(__file__).parents[1]
COMPOSE_FILE = ROOT / "docker-compose.yml"
OUR_SERVICES = ("web", "worker")
SERVICES = {*OUR_SERVICES, "postgres", "redis", "elasticsearch"}

# The keys that we use of those in the compose specification; a misspelt one would be refused by Docker.
SERVICE_KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "ports", "restart", "ulimits", "volumes",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return parsed


def service(compose: dict[str, Any], name: str) -> dict[str, Any]:
    described: dict[str, Any] = compose["services"][name]
    return described


def variables(text: str) -> set[str]:
    """Return the names of the variables that compose fills in from .env."""
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def instructions(name: str) -> list[str]:
    """Return the arguments of every instruction of this name in the Dockerfile, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(f"{name} ")]


def copied_sources() -> Iterator[str]:
    """Walk the files and folders that the image is built from."""
    for arguments in instructions("COPY"):
        if not arguments.startswith("--from"):
            yield from arguments.split()[:-1]


def test_compose_accepts_the_file() -> None:
    has_plugin = (
        shutil.which("docker") and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    )
    if has_plugin:
        command = ["docker", "compose", "--file", str(COMPOSE_FILE), "config", "--quiet"]
        judged = subprocess.run(command, capture_output=True, text=True)
        assert judged.returncode == 0, judged.stderr


def test_the_compose_file_has_the_whole_server_set_up(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES
    assert set(compose) == {"name", "x-service", "services", "volumes"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_uses_only_known_keys_and_says_whether_it_is_healthy(compose: dict[str, Any], name: str) -> None:
    described = service(compose, name)
    assert set(described) <= SERVICE_KEYS
    assert {"test", "interval", "timeout", "retries"} <= set(described["healthcheck"]) <= HEALTH_KEYS
    assert described["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_our_services_wait_for_healthy_ones(compose: dict[str, Any], name: str) -> None:
    awaited = service(compose, name)["depends_on"]
    assert set(awaited) <= SERVICES
    assert {wait["condition"] for wait in awaited.values()} == {"service_healthy"}


@pytest.mark.parametrize("name", OUR_SERVICES)
def test_our_services_are_given_the_whole_server_set_up_and_no_unknown_setting(
    compose: dict[str, Any], name: str
) -> None:
    given = set(service(compose, name)["environment"])
    assert {"CONTACTS_DATABASE_URL", "ELASTICSEARCH_URL", "REDIS_URL"} <= given <= set(VARIABLES)


@pytest.mark.parametrize("name", ["postgres", "redis", "elasticsearch"])
def test_data_outlives_a_container_and_stays_inside(compose: dict[str, Any], name: str) -> None:
    described = service(compose, name)
    assert [mount.partition(":")[0] for mount in described["volumes"]] == [name]
    assert name in compose["volumes"]
    assert "ports" not in described


def test_redis_keeps_its_queue_on_disk(compose: dict[str, Any]) -> None:
    command = service(compose, "redis")["command"]
    assert command[command.index("--appendonly") + 1] == "yes"


def test_every_variable_of_the_compose_file_is_explained_in_the_example() -> None:
    explained = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert variables(COMPOSE_FILE.read_text()) == explained


def test_the_example_changes_nothing_against_leaving_it_out() -> None:
    defaults = dict(re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", COMPOSE_FILE.read_text()))
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert defaults == example


def test_the_image_is_built_from_what_is_there_and_what_is_sent() -> None:
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for source in copied_sources():
        assert (ROOT / source).exists()
        assert f"!{source}" in sent


def test_every_file_that_the_code_reads_is_installed_with_it() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for package in ("queries", "records", "indexer", "service"):
        for path in (ROOT / package).rglob("*.*"):
            inside = path.relative_to(ROOT / package)
            wanted = [*patterns["*"], *patterns.get(package, ())]
            is_data = path.is_file() and path.suffix not in (".py", ".pyc")
            assert not is_data or any(path.match(each) or inside.match(each) for each in wanted), path


def test_the_image_runs_without_root_and_with_the_pinned_versions() -> None:
    assert instructions("USER") == ["10001"]
    assert any("--constraint constraints.txt" in command for command in instructions("RUN"))
