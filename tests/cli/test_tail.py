"""What `contacts tail` shows of a list, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session

from records import feed, lists, memberships
from records.feed import Kind, Move
from records.lists import Criteria
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts

Run = Callable[..., Result]


@pytest.fixture
def joined(run: Run, environment: Path) -> None:
    """Portal 1 with list 1, which a contact with a name of an evil form joined and left."""
    run("portals", "create")
    database = Database(f"sqlite:///{environment / 'contacts.sqlite3'}")
    database.transact(_join_and_leave)
    database.close()


def _join_and_leave(session: Session) -> None:
    lists.create_list(session, 1, "Chosen", False, Criteria([], frozenset(), frozenset()))
    [contact] = new_contacts(session, 1, [("API", "")])
    write_contacts(session, 1, [Change(contact, {"firstname": "Ada \x1b[31m"}, Source("API"))])
    change = {"property": "city", "old": None, "new": "Rome"}
    move = Move(1, contact.vid, 1, 1, feed.reason(Kind.CONTACT_CHANGE, changes=[change]))
    clock = feed.lock_clock(session, 1)
    feed.append(session, clock, memberships.add(session, 1, [move]), ())
    feed.append(session, clock, (), memberships.remove(session, 1, [move]))


def test_joins_and_leaves_are_shown_with_name_and_cause(run: Run, joined: None) -> None:
    result = run("tail", 1, "--after", 0, "--count", 2)
    assert result.exit_code == 0
    join, leave = result.stdout.splitlines()
    assert "JOIN" in join and "LEAVE" in leave
    assert "1 Ada ·[31m CONTACT_CHANGE city: – → Rome" in join


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((9,), "portal 1 has no list 9"),
        ((1, "--after", 3), "lies beyond the feed's last number 2"),
        ((1, "--portal", 2), "portal 2 does not exist"),
        (("x",), "not a valid integer"),
    ],
)
def test_what_is_not_there_is_wrong_use(run: Run, joined: None, words: tuple[object, ...], told: str) -> None:
    result = run("tail", *words)
    assert result.exit_code == 2
    assert told in result.stderr
