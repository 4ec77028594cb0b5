"""Holds SQLite to plans that do not read a whole portal: EXPLAIN tells which index leads to a statement's rows."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from records import (
    backgrounds,
    contacts,
    conversions,
    identities,
    instants,
    leads,
    list_work,
    lists,
    marks,
    memberships,
    profiles,
    submissions,
)
from records.feed import Kind, Move, reason
from records.identities import EmailClaim
from records.instants import Span
from records.marks import Claimed
from records.profiles import Wanted
from records.session import Database
from tests.support.records import create_database

GUID = "0123456789abcdef0123456789abcdef"
VIDS = list(range(1, 21))
CHANGED: list[Any] = [SimpleNamespace(vid=vid, version=2, properties={}) for vid in VIDS]
MOVES = [Move(7, vid, 1, 1, reason(Kind.CONTACT_CHANGE)) for vid in VIDS]
CLAIMS = [EmailClaim(vid, f"p{vid}@example.com", 1) for vid in VIDS]
CLAIMED = [Claimed(vid, "token", frozenset(("*",)), 1) for vid in VIDS]

Read = Callable[[Session], object]

LOOKUPS: dict[str, tuple[Read, str]] = {
    "contacts by vid": (lambda session: contacts.find_contacts(session, 1, VIDS), "vid=?"),
    "a contact by e-mail": (lambda session: contacts.find_by_email(session, 1, "a@x.org"), "key=?"),
    "contacts by e-mail": (lambda session: identities.find_by_emails(session, 1, ["a@x.org", "b@x.org"]), "key=?"),
    "taking e-mails": (lambda session: identities.claim_addresses(session, 1, CLAIMS), "key=?"),
    "leaving lists": (lambda session: memberships.remove(session, 1, MOVES), "vid=?"),
    "lists of contacts": (lambda session: memberships.lists_of(session, 1, VIDS), "vid=?"),
    "what was sent through a form": (
        lambda session: submissions.submissions_of_form(session, 1, "form", (5, "id"), 20),
        "form_guid=? AND (submitted_at,conversion_id)<(?,?)",
    ),
    "conversions of contacts": (lambda session: conversions.load_conversions(session, 1, VIDS), "vid=?"),
    "contacts by lead guid": (lambda session: leads.find_by_guids(session, 1, [GUID, GUID[::-1]]), "lead_guid=?"),
    "tokens of contacts": (lambda session: identities.newest_tokens(session, 1, VIDS), "vid=?"),
    "settling marks": (lambda session: marks.settle(session, 1, CLAIMED), "vid=?"),
    "a page of members": (lambda session: contacts.list_members(session, 1, 7, 100, 20), "list_id=? AND vid>?"),
    "a page of new members": (
        lambda session: contacts.recent_members(session, 1, 7, (5, 6), 20),
        "list_id=? AND (added_at,vid)<(?,?)",
    ),
    "lists by id": (lambda session: lists.get_lists(session, 1, [7, 8]), "list_id=?"),
    "lists that ask the same": (lambda session: lists.alike(session, 1, "f", None, 7), "fingerprint=?"),
    "lists saved since": (lambda session: lists.saved_since(session, 1, 5), "revision>?"),
    "a page of new contacts": (
        lambda session: contacts.recently_created(session, 1, (5, 6), 20),
        "(created_at,vid)<(?,?)",
    ),
}
"""What is read or removed -> the work, and the columns by which its first table's rows must be found."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = create_database(tmp_path_factory.mktemp("plans"))
    yield database
    database.close()


def test_what_documents_hold_beside_contacts_rows_is_found_by_vid(database: Database) -> None:
    found = plans(database, lambda session: backgrounds.load_backgrounds(session, 1, CHANGED))
    searches = [line for plan in found for line in plan if line.startswith(("SEARCH", "SCAN"))]
    assert [line.partition("(")[2] for line in searches] == [
        "portal_id=? AND vid=?)",
        "portal_id=? AND merged_into=?)",
        "portal_id=? AND vid=?)",
    ]


@pytest.mark.parametrize(
    ("source", "name", "columns"),
    [
        ("value", "closedate", "portal_id=? AND name=? AND (instant,vid)>(?,?)"),
        ("changed", "city", "portal_id=? AND name=? AND (timestamp,vid)>(?,?)"),
        ("created_at", "hs_analytics_first_timestamp", "portal_id=? AND (created_at,vid)>(?,?)"),
        ("updated_at", "lastmodifieddate", "portal_id=? AND (updated_at,vid)>(?,?)"),
    ],
)
def test_whom_the_clock_moves_is_found_by_instants_in_their_order(
    database: Database, source: str, name: str, columns: str
) -> None:
    span = Span(source, name, 0, 1_000)
    [plan] = plans(database, lambda session: instants.page(session, 1, span, None, 100))
    assert columns in plan[0]
    assert not any("TEMP B-TREE" in line for line in plan)


def plans(database: Database, work: Read) -> list[list[str]]:
    """Return the plan of every statement that the work executes, line by line."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        database.transact(work)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [plan for statement, parameters in statements if (plan := explain(database, statement, parameters))]


def explain(database: Database, statement: str, parameters: Any) -> list[str]:
    first = parameters[0] if isinstance(parameters, list) else parameters
    with database.connect_writer() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", first)
        return [row[3] for row in found]


@pytest.mark.parametrize("name", LOOKUPS)
def test_rows_are_found_by_what_was_asked_for_and_not_by_reading_a_portal(name: str, database: Database) -> None:
    work, columns = LOOKUPS[name]
    first, *_ = plans(database, work)
    assert columns in first[0], first


def test_nothing_of_a_profile_is_found_by_reading_a_portal(database: Database) -> None:
    def load(session: Session) -> object:
        rows: list[Any] = [SimpleNamespace(vid=vid, properties={conversions.COUNT: "1"}) for vid in VIDS]
        return profiles.load_profiles(session, 1, rows, Wanted(history=True, memberships=True))

    steps = [step for plan in plans(database, load) for step in plan if "contact_list" not in step]
    steps = [step for step in steps if step.startswith(("SEARCH", "SCAN"))]
    assert len(steps) == 4
    assert all("vid=?" in step or "merged_into=?" in step for step in steps), steps


def test_the_next_list_is_leased_without_looking_at_those_that_wait_or_are_done(database: Database) -> None:
    lease, *_ = plans(database, lambda session: list_work.lease_next(session, 1))
    assert lease == ["SEARCH contact_list USING INDEX contact_list_unfinished (portal_id=?)"]


def test_lists_that_name_others_are_found_without_reading_those_that_name_none(database: Database) -> None:
    [plan] = plans(database, lambda session: lists.uses(session, 1))
    assert plan == ["SEARCH contact_list USING INDEX contact_list_naming (portal_id=?)"]


def test_portals_with_lists_to_work_on_are_found_without_looking_at_those_that_are_done(database: Database) -> None:
    [plan] = plans(database, list_work.portals_with_work)
    assert any("contact_list_unfinished (portal_id=?)" in step for step in plan), plan


def test_the_next_marks_are_claimed_without_sorting_those_that_wait(database: Database) -> None:
    claim, *_ = plans(database, lambda session: marks.claim(session, 1, 200))
    assert not [step for step in claim if "B-TREE" in step], claim
