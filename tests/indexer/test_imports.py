"""The CSV import: what each kind of file and row becomes, and that one bad row stops nothing."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from indexer.imports.columns import load_properties, map_columns
from indexer.imports.errors import ImportRefused
from indexer.imports.local import Summary, import_csv
from indexer.imports.receive import open_import, receive
from indexer.imports.run import work_page
from records import contacts, identities, imports
from records.imports import Told
from records.migrations import upgrade
from records.models import Contact, Dirty, Identity, PropertyVersion
from records.portals import create_portal
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts
from tests.support.wait import wait_until

PORTAL = 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'contacts.sqlite3'}")
    upgrade(opened)
    opened.transact(lambda session: create_portal(session, "test"))
    yield opened
    opened.close()


class Importer:
    """Imports texts as files and reads what became of them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.path = folder / "people.csv"
        self.outcomes = folder / "people.csv.outcomes.csv"

    def run(self, content: str | bytes) -> Summary:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_csv(self.database, PORTAL, self.path, self.outcomes)

    def rows(self) -> list[tuple[str, ...]]:
        with self.outcomes.open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]

    def results(self) -> list[tuple[int, str]]:
        return [(int(number), result) for number, result, _, _ in self.rows()]

    def reasons(self) -> list[str]:
        return [reason for *_, reason in self.rows() if reason]

    def contact(self, email: str) -> dict[str, str]:
        with self.database.read() as session:
            [vid] = identities.find_by_emails(session, PORTAL, [email]).values()
            found: dict[str, str] = contacts.find_contacts(session, PORTAL, [vid])[vid].properties
        return found

    def count(self) -> int:
        with self.database.read() as session:
            return session.execute(select(func.count()).select_from(Contact)).scalar_one()


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    return Importer(database, tmp_path)


def test_rows_create_contacts_and_a_second_run_changes_nothing(importer: Importer) -> None:
    content = "email,firstname,city\nada@x.example,Ada,London\ngrace@x.example,Grace,\n"
    assert importer.run(content).counts == {"created": 2}
    assert importer.contact("ADA@x.example")["city"] == "London"
    assert importer.run(content).counts == {"unchanged": 2}
    assert importer.count() == 2


def test_a_known_email_updates_its_contact_and_empty_cells_change_nothing(importer: Importer) -> None:
    importer.run("email,firstname,city\nada@x.example,Ada,London\n")
    importer.run("email,firstname,city\nADA@X.example,Augusta Ada,\n")
    assert importer.results() == [(2, "updated")]
    contact = importer.contact("ada@x.example")
    assert (contact["email"], contact["firstname"], contact["city"]) == ("ada@x.example", "Augusta Ada", "London")


def test_a_later_row_with_the_same_email_updates_what_an_earlier_one_created(importer: Importer) -> None:
    importer.run("email,city\na@x.example,Rome\nb@x.example,Bonn\nA@x.example,Oslo\na@x.example,Oslo\n")
    assert importer.results() == [(2, "created"), (3, "created"), (4, "updated"), (5, "unchanged")]
    assert importer.contact("a@x.example")["city"] == "Oslo"


def test_a_row_without_an_email_creates_a_contact_when_it_has_a_value(importer: Importer) -> None:
    importer.run("email,lastname,unknown\n,Lovelace,\n,,only here\n,,\n")
    assert importer.results() == [(2, "created"), (3, "failed")]
    assert importer.reasons() == ["has no value in any column that is imported"]


def test_a_secondary_email_finds_its_contact_and_the_primary_stays(importer: Importer) -> None:
    importer.run("email\nada@x.example\n")
    claim = identities.EmailClaim(vid=1, email="countess@x.example", timestamp=1, is_primary=False)
    importer.database.transact(lambda session: identities.claim_addresses(session, PORTAL, [claim]))
    importer.run("email,city\ncountess@x.example,London\n")
    assert importer.results() == [(2, "updated")]
    assert importer.contact("countess@x.example")["email"] == "ada@x.example"


def test_values_carry_the_import_as_their_source_and_wait_behind_people(importer: Importer) -> None:
    importer.run("email\nada@x.example\n")
    with importer.database.read() as session:
        statement = select(PropertyVersion.source_type, PropertyVersion.source_id).where(
            PropertyVersion.name == "email"
        )
        kind, number = session.execute(statement).one()
        urgency = session.execute(select(Dirty.urgency)).scalar_one()
        origin = session.execute(select(Contact.origin)).scalar_one()
    assert (kind, bool(number), urgency, origin) == ("IMPORT", True, 1, ["IMPORT", "people.csv"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(importer: Importer, delimiter: str) -> None:
    row = delimiter.join(("ada@x.example", '"Lovelace, Countess; of | all"', "London"))
    importer.run(delimiter.join(("email", "lastname", "city")) + f"\r\n{row}\r\n")
    assert importer.contact("ada@x.example")["lastname"] == "Lovelace, Countess; of | all"


def test_a_byte_order_mark_is_no_part_of_the_first_heading(importer: Importer) -> None:
    assert importer.run("\ufeffemail\nada@x.example\n".encode()).counts == {"created": 1}


def test_a_cell_may_hold_lines_and_rows_count_as_in_a_spreadsheet(importer: Importer) -> None:
    importer.run('email,address\nada@x.example,"12 St James\nLondon"\n\nnobody,x\n')
    assert importer.results() == [(2, "created"), (4, "failed")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no headings"),
        (b"\n\n", "no headings"),
        (b"ada@x.example,Ada\ngrace@x.example,Grace\n", "no header"),
        (b"shoe size,shirt\n43,L\n", "no heading names a property"),
        (b"createdate\n2016-01-01\n", "no heading names a property that can be written"),
        ("email,city\nada@x.example,Köln\n".encode("latin-1"), "byte 0xf6 is number 27"),
        ("email\nada@x.example\n".encode("utf-16"), "UTF-16"),
        (b"email,city\nada@x.example,K\xc3", "byte 0xc3 is number 27"),
    ],
)
def test_an_unfit_file_is_refused_as_a_whole(importer: Importer, content: bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        importer.run(content)
    assert importer.count() == 0


def test_an_encoding_fault_far_down_is_told_with_its_place(importer: Importer) -> None:
    good = b"email\n" + b"a@x.example\n" * 200_000
    with pytest.raises(ImportRefused, match=f"number {len(good) + 1}\\)"):
        importer.run(good + b"\xff\n")


def test_the_outcomes_never_overwrite_the_file(importer: Importer) -> None:
    importer.outcomes = importer.path
    with pytest.raises(ImportRefused, match="choose another"):
        importer.run("email\nada@x.example\n")
    assert importer.path.read_text() == "email\nada@x.example\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,,", "Email address nobody is invalid"),
        ("a@x.example,yes,", "annualrevenue: yes is not a number"),
        ("a@x.example,,captain", "captain was not one of the allowed options"),
        ("nobody,yes,", "; annualrevenue"),
        ("a@x.example,\0,", "NUL"),
        ("a@x.example,1,lead,more", "4 cells where the header has 3"),
    ],
)
def test_a_bad_row_fails_alone_and_says_why(importer: Importer, row: str, reason: str) -> None:
    content = f"email,annualrevenue,lifecyclestage\nb@x.example,1,lead\n{row}\nc@x.example,2,lead\n"
    assert importer.run(content).counts == {"created": 2, "failed": 1}
    assert reason in importer.reasons()[0]
    assert importer.results()[1] == (3, "failed")


def test_a_quote_that_is_never_closed_costs_some_lines_and_not_the_file(importer: Importer) -> None:
    filler = "".join(f"p{i}@x.example,City\n" for i in range(20_000))
    summary = importer.run(f'email,city\na@x.example,"Rome\n{filler}')
    assert summary.counts["failed"] <= 2
    assert summary.counts["created"] > 10_000
    assert "never closed" in importer.reasons()[0]


def test_ten_thousand_bad_rows_are_all_reported_in_flat_memory(importer: Importer) -> None:
    bad = "".join(f"nobody{i},{'x' * 500}\n" for i in range(10_000))
    tracemalloc.start()
    try:
        summary = importer.run(f"email,city\nada@x.example,London\n{bad}grace@x.example,Rome\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert summary.counts == {"created": 2, "failed": 10_000}
    assert importer.results()[-1] == (10_003, "created")
    assert peak < 5 * len(bad)


def test_columns_that_are_not_imported_are_reported(importer: Importer) -> None:
    columns = importer.run("email,Shoe size,createdate\nada@x.example,43,2016-01-01\n").columns
    assert (columns.unmapped, columns.read_only) == (("Shoe size",), ("createdate",))


def test_of_two_columns_of_one_property_the_first_with_a_value_counts(importer: Importer) -> None:
    importer.run("Email,Business Phone,Primary Phone\na@x.example,,12345\nb@x.example,1,2\n")
    assert importer.contact("a@x.example")["phone"] == "12345"
    assert importer.contact("b@x.example")["phone"] == "1"


@pytest.mark.parametrize(
    ("heading", "cell", "name", "stored"),
    [
        ("Lifecycle Stage", "Marketing Qualified Lead", "lifecyclestage", "marketingqualifiedlead"),
        ("lifecyclestage", "customer", "lifecyclestage", "customer"),
        ("Close Date", "2016-01-31 08:30", "closedate", "1454229000000"),
        ("Close Date", "2016-01-31", "closedate", "1454198400000"),
        ("Close Date", "2016-01-31T08:30+01:00", "closedate", "1454225400000"),
        ("salesforcedeleted", "TRUE", "salesforcedeleted", "true"),
        ("Website 1 - Value", "https://a.example ::: https://b.example", "website", "https://a.example"),
    ],
)
def test_cells_are_read_as_exports_write_them(
    importer: Importer, heading: str, cell: str, name: str, stored: str
) -> None:
    importer.run(f"email,{heading}\na@x.example,{cell}\n")
    assert importer.contact("a@x.example")[name] == stored


EXPORTS = {
    "HubSpot": "Record ID,First Name,Last Name,Email,Phone Number,Company Name,Lead Status,Contact owner,Create Date",
    "Google Contacts": (
        "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name,"
        "Organization 1 - Title,Address 1 - City"
    ),
    "Google Contacts since 2024": "First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Value",
    "Outlook": "First Name,Last Name,Company,Job Title,Business Street,Business City,E-mail Address,Business Phone",
}


@pytest.mark.parametrize("header", EXPORTS.values(), ids=EXPORTS)
def test_the_headings_of_exports_find_their_properties(importer: Importer, header: str) -> None:
    with importer.database.read() as session:
        columns = map_columns(header.split(","), load_properties(session, PORTAL))
    found = {column.definition.name for column in columns.mapped}
    assert {"firstname", "lastname", "email", "company"} <= found
    assert set(columns.unmapped) <= {"Name", "E-mail 1 - Type"}


def test_every_heading_of_the_table_leads_to_a_property(importer: Importer) -> None:
    text = resources.files("indexer.imports").joinpath("headings.json").read_text("utf-8")
    with importer.database.read() as session:
        catalogue = load_properties(session, PORTAL).catalogue
    assert [name for table in json.loads(text).values() for name in table.values() if name not in catalogue] == []


def test_progress_reaches_the_last_row(importer: Importer) -> None:
    importer.run("email\n" + "".join(f"p{i}@x.example\n" for i in range(1_200)))
    seen: list[tuple[int, int]] = []
    import_csv(
        importer.database, PORTAL, importer.path, importer.outcomes, lambda done, total: seen.append((done, total))
    )
    assert seen == [(500, 1_200), (1_000, 1_200), (1_200, 1_200)]


def received(database: Database, content: bytes) -> int:
    """Store a file's rows and return the id of the import, on which nobody works yet."""
    with open_import(database, PORTAL, io.BytesIO(content), "people.csv") as file:
        return receive(database, PORTAL, "people.csv", file)


def outcomes(database: Database, import_id: int) -> list[Told]:
    """Return what became of an import's rows."""
    with database.read() as session:
        return list(imports.read_outcomes(session, imports.get_import(session, PORTAL, import_id), 0))


def test_an_email_taken_while_the_batch_is_written_updates_the_contact_that_took_it(postgres_url: str) -> None:
    database = Database(postgres_url)
    upgrade(database)
    database.transact(lambda session: create_portal(session, "test"))
    import_id = received(database, b"email,city\na@x.example,Rome\n")
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            [contact] = new_contacts(session, PORTAL, [("API", "")])
            write_contacts(session, PORTAL, [Change(contact, {"email": "a@x.example"}, Source("API"))])
            page = pool.submit(work_page, database, PORTAL)
            wait_until(lambda: _is_waiting(database), what="the page waits for the e-mail")
        assert page.result(10)
    assert outcomes(database, import_id) == [(2, "updated", contact.vid, "")]
    database.close()


def _is_waiting(database: Database) -> bool:
    with database.read() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(session.execute(text(waiting)).scalar_one())


def test_an_email_that_somebody_else_keeps_taking_fails_its_row_alone(database: Database) -> None:
    """A contact whose e-mail is claimed but which cannot be locked, as while it is being deleted elsewhere."""
    row = {
        "portal_id": PORTAL,
        "kind": "EMAIL",
        "key": "a@x.example",
        "value": "a@x.example",
        "vid": 99,
        "is_primary": True,
        "timestamp": 1,
    }
    database.transact(lambda session: session.execute(insert(Identity), [row]))
    import_id = received(database, b"email\na@x.example\nb@x.example\n")
    assert work_page(database, PORTAL)
    taken, created = outcomes(database, import_id)
    assert [taken[:2], created[:2]] == [(2, "failed"), (3, "created")]
    assert "a@x.example" in taken[3]
