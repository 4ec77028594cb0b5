"""Submissions in both databases: the same conversion at the same time, and one new e-mail from two places."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from queries.fields import TOKENS
from records import marks
from records.contacts import find_by_email, statistics
from records.deletes import delete_contact
from records.errors import AlreadySubmitted, ContactExists, ContactMissing, TokenTaken
from records.identities import claim_token, newest_tokens
from records.session import Database
from records.submissions import Submission, submissions_of_form, submit
from records.writes import CALCULATED, Change, new_contacts, write_contacts
from tests.support.clock import MovableClock

PORTAL = 1
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with portal 1."""
    database = Database(database_url, MovableClock())
    yield database
    database.close()


def filled_in(email: str = "ada@example.com", **further: str) -> Submission:
    """Return a submission of its own."""
    values = {"email": email, "city": "Rome"}
    given = Submission(str(uuid.uuid4()), "form", "Form", [("email", email)], values, {"city": "City"}, email)
    return replace(given, **further)  # type: ignore[arg-type]


def send(database: Database, submission: Submission) -> str:
    """Take a submission in as the service does, and say what came of it."""
    for _ in range(3):
        try:
            database.transact(lambda session: submit(session, PORTAL, submission))
            return "taken"
        except AlreadySubmitted:
            return "known"
        except (ContactExists, TokenTaken):
            continue
    return "busy"


def submissions(database: Database) -> int:
    """Return how many submissions are stored."""
    with database.read() as session:
        return len(submissions_of_form(session, PORTAL, "form", None, 1_000))


def value(database: Database, name: str) -> str:
    """Return a value of the contact."""
    with database.read() as session:
        row = find_by_email(session, PORTAL, "ada@example.com")
        assert row is not None
        return str(row.properties[name])


def test_one_conversion_sent_at_once_counts_once(database: Database) -> None:
    same = filled_in()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: send(database, same), range(16)))
    assert sorted(outcomes) == ["known"] * 15 + ["taken"]
    assert submissions(database) == 1 and value(database, "num_conversion_events") == "1"


def test_one_new_email_from_many_places_is_one_contact(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: send(database, filled_in(token=uuid.uuid4().hex)), range(16)))
    assert set(outcomes) == {"taken"}
    assert submissions(database) == 16 and value(database, "num_conversion_events") == "16"
    with database.read() as session:
        assert statistics(session, PORTAL)[0] == 1


def test_many_people_at_one_browser_end_in_one_order(database: Database) -> None:
    people = [filled_in(f"p{number}@example.com", token=TOKEN) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda each: send(database, each), people * 2))
    assert sorted(outcomes) == ["known"] * 8 + ["taken"] * 8
    with database.read() as session:
        assert statistics(session, PORTAL)[0] == 8


def test_everybody_who_had_a_browser_for_a_moment_is_looked_at_again_when_it_is_somebody_elses(
    database: Database,
) -> None:
    people = [filled_in(f"p{number}@example.com", token=TOKEN) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda each: send(database, each), people)) == {"taken"}
    with database.write() as session:
        claimed = marks.claim(session, PORTAL, 10)
        owners = newest_tokens(session, PORTAL, [each.vid for each in claimed])
    assert len(claimed) == 8
    assert len(owners) == 1
    assert all(TOKENS in each.changed for each in claimed if each.vid not in owners)


def test_two_that_prove_to_be_one_at_the_same_time_become_one(database: Database) -> None:
    send(database, filled_in())
    with database.write() as session:
        [anonymous] = new_contacts(session, PORTAL, [("", "")])
        write_contacts(session, PORTAL, [Change(anonymous, {"city": "Bern"}, CALCULATED)])
        claim_token(session, PORTAL, anonymous.vid, TOKEN, 1)
    forms = [filled_in(token=TOKEN) for _ in range(8)] + [filled_in("", token=TOKEN) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda each: send(database, each), forms))
    assert set(outcomes) == {"taken"}
    assert value(database, "num_conversion_events") == "17"
    with database.read() as session:
        assert statistics(session, PORTAL)[0] == 1


def test_forms_of_a_contact_that_is_deleted_meanwhile_make_another(database: Database) -> None:
    def delete(_: int) -> None:
        with suppress(ContactMissing):
            database.transact(lambda session: delete_contact(session, PORTAL, _vid(session)))

    def _vid(session: Session) -> int:
        row = find_by_email(session, PORTAL, "ada@example.com")
        return 0 if row is None else int(row.vid)

    with ThreadPoolExecutor(8) as pool:
        deletes = [pool.submit(delete, number) for number in range(12)]
        sent = [pool.submit(send, database, filled_in(token=TOKEN)) for _ in range(12)]
        assert {future.result() for future in sent} == {"taken"}
        assert [future.result() for future in deletes] == [None] * 12
    send(database, filled_in())
    assert int(value(database, "num_conversion_events")) == submissions(database)


def test_the_token_that_came_last_is_the_newest_although_another_contact_had_it(database: Database) -> None:
    older, newer = uuid.uuid4().hex, uuid.uuid4().hex
    with database.write() as session:
        ada, bob = new_contacts(session, PORTAL, [("", "")] * 2)
        write_contacts(session, PORTAL, [Change(each, {"city": "Bern"}, CALCULATED) for each in (ada, bob)])
        for moment, vid, token in ((1, bob.vid, older), (2, ada.vid, newer), (3, ada.vid, older)):
            claim_token(session, PORTAL, vid, token, moment)
        assert newest_tokens(session, PORTAL, [ada.vid, bob.vid]) == {ada.vid: older}
