"""The pages that list settings, routes and commands list exactly those that there are."""

import re
from pathlib import Path

import click
import pytest
from flask import Flask

from indexer.runtime import Runtime
from indexer.settings import VARIABLES, Settings
from records.session import Database
from service.app import create_app
from service.cli import main
from tests.support.records import create_database
from tests.support.unreachable import UnreachableEngine

DOCS = Path(__file__).parents[2] / "docs"
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^` ]*)`")
COMMAND = re.compile(r"^\| `contacts ([a-z]+(?: [a-z]+)?)", re.MULTILINE)
ASSETS = {("GET", "/docs/:name"), ("GET", "/docs/start.js")}
"""What the page at /docs loads."""


class NoJobs:
    """Jobs of an application that is only looked at."""

    def wake(self, kind: str, portal_id: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application."""
    database: Database = create_database(tmp_path)
    settings = Settings(data=tmp_path, database_url=database.url)
    return create_app(Runtime(settings, database, UnreachableEngine(), NoJobs()))


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text("utf-8")


def test_every_route_stands_on_its_page(app: Flask) -> None:
    served = {
        (method, _without_names(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {
        (method, re.sub(r":[A-Za-z]+", ":name", path))
        for method, path in ROUTE.findall(page("api.md") + page("page.md"))
    }
    assert served - ASSETS == told


def test_every_command_stands_on_its_page() -> None:
    assert set(_commands(main, "")) == set(COMMAND.findall(page("commands.md")))


def test_every_setting_stands_on_its_page() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)`", page("settings.md"), re.MULTILINE)) == set(VARIABLES)


def test_every_link_between_pages_leads_somewhere() -> None:
    root = DOCS.parent
    for document in (root / "README.md", root / "CONTRIBUTING.md", *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert "://" in target or (document.parent / target).exists(), (document.name, target)


def _without_names(rule: str) -> str:
    return re.sub(r"<[^>]+>", ":name", rule)


def _commands(command: click.Command, name: str) -> list[str]:
    if isinstance(command, click.Group):
        return [found for part, each in command.commands.items() for found in _commands(each, f"{name} {part}".strip())]
    return [name]
