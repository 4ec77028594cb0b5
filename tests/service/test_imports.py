"""Imports over HTTP: files are checked and stored, worked off in the background, told row by row, and cancelled."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from urllib3.filepost import encode_multipart_formdata

from indexer import tasks
from indexer.imports import receive
from indexer.imports.run import work_page
from indexer.runtime import Runtime
from records import imports
from records.contacts import find_contacts
from records.imports import KEPT_MS, LEASE_MS
from service import imports as views
from tests.service.conftest import RecordingJobs
from tests.support.api import ApiClient
from tests.support.clock import MovableClock

PATH = "/imports/v1"
PEOPLE = "email,firstname\nada@x.example,Ada\nnobody,No\ngrace@x.example,Grace\n"


def post(client: ApiClient, content: str | bytes, status: int = 202, name: str = "people.csv") -> Any:
    """Send a file and return the answer."""
    data = content.encode() if isinstance(content, str) else content
    body, content_type = encode_multipart_formdata({"file": (name, data)})
    answer = client.raw("POST", PATH, data=body, content_type=content_type)
    assert answer.status_code == status, answer.data
    return answer.get_json()


def rows(client: ApiClient, import_id: int, **query: Any) -> list[tuple[int, str]]:
    """Return number and outcome of an import's rows."""
    found = client.get(f"{PATH}/{import_id}/rows", **query)["rows"]
    return [(row["row"], row["outcome"]) for row in found]


def people(count: int) -> str:
    """Return a file of people without e-mails, so that a row written twice would be seen."""
    return "lastname\n" + "".join(f"Lovelace{i}\n" for i in range(count))


def marks(runtime: Runtime, portal_id: int, vid: int) -> list[str]:
    """Return the marks of a contact."""
    with runtime.database.read() as session:
        return list(find_contacts(session, portal_id, [vid])[vid].marks)


def execute(runtime: Runtime, statement: str) -> None:
    """Run a statement of SQLite's."""
    with runtime.database.write() as session:
        session.connection().exec_driver_sql(statement)


def test_a_file_is_taken_in_and_written_in_the_background(
    client: ApiClient, jobs: RecordingJobs, runtime: Runtime, clock: MovableClock
) -> None:
    taken = post(client, PEOPLE)
    assert (taken["state"], taken["rows"], taken["rowsDone"], taken["name"]) == ("PROCESSING", 3, 0, "people.csv")
    assert jobs.woken == [("imports", client.portal_id)]
    clock.advance(5)
    tasks.settle(runtime)
    done = client.get(f"{PATH}/{taken['importId']}")
    assert (done["state"], done["message"], done["endedAt"]) == ("DONE", "3 of 3 rows are done", clock.moment)
    assert done["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "failed": 1}
    assert client.get("/contacts/v1/contact/email/ada@x.example/profile")["properties"]["firstname"]["value"] == "Ada"


def test_a_file_may_be_called_anything(client: ApiClient) -> None:
    assert post(client, PEOPLE, name="a\0b.csv")["name"] == "ab.csv"


def test_every_row_is_told_with_vid_and_reason_and_paged_through(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, PEOPLE)["importId"]
    assert client.get(f"{PATH}/{import_id}/rows") == {"rows": [], "hasMore": False}
    tasks.settle(runtime)
    page = client.get(f"{PATH}/{import_id}/rows", limit=2)
    assert [row["vid"] for row in page["rows"]] == [1, None] and page["hasMore"]
    assert page["rows"][1]["reason"] == "Email address nobody is invalid"
    assert rows(client, import_id, after=3) == [(4, "created")]
    assert rows(client, import_id, after=4) == []
    assert rows(client, import_id, outcome="failed") == [(3, "failed")]
    assert rows(client, import_id, outcome="unchanged") == []


def test_rows_are_told_for_thirty_days_and_counts_for_ever(
    client: ApiClient, runtime: Runtime, clock: MovableClock
) -> None:
    import_id = post(client, PEOPLE)["importId"]
    tasks.settle(runtime)
    done = client.get(f"{PATH}/{import_id}")
    clock.advance(KEPT_MS)
    tasks.settle(runtime)
    assert len(rows(client, import_id)) == 3
    clock.advance()
    tasks.settle(runtime)
    assert rows(client, import_id) == []
    assert client.get(f"{PATH}/{import_id}") == done


def test_rows_of_many_pages_are_told_in_order(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, people(1_234))["importId"]
    tasks.settle(runtime)
    assert [number for number, _ in rows(client, import_id, after=700, limit=1_000)] == list(range(701, 1_236))
    assert [number for number, _ in rows(client, import_id, after=499, limit=4)] == [500, 501, 502, 503]


def test_contacts_remember_the_imports_that_rows_for_them_came_in(client: ApiClient, runtime: Runtime) -> None:
    for _ in range(2):
        post(client, "email\nada@x.example\n")
        tasks.settle(runtime)
    assert marks(runtime, client.portal_id, 1) == ["import:1", "import:2"]
    assert rows(client, 2) == [(2, "unchanged")]


def test_a_contact_remembers_only_its_newest_imports(
    client: ApiClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.imports.batches.KEPT_IMPORTS", 2)
    static = client.post("/contacts/v1/lists", {"name": "Friends"})["listId"]
    vid = client.create(email="ada@x.example")
    client.post(f"/contacts/v1/lists/{static}/add", {"vids": [vid]})
    for _ in range(11):
        post(client, "email\nada@x.example\n")
    tasks.settle(runtime)
    assert set(marks(runtime, client.portal_id, vid)) == {"import:10", "import:11", f"s:{static}"}


def test_imports_are_listed_newest_first(client: ApiClient) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        post(client, PEOPLE, name=name)
    page = client.get(PATH, count=2)
    assert [found["name"] for found in page["imports"]] == ["c.csv", "b.csv"]
    assert (page["offset"], page["hasMore"]) == (2, True)
    page = client.get(PATH, count=2, offset=2)
    assert ([found["name"] for found in page["imports"]], page["hasMore"]) == (["a.csv"], False)


def test_a_cancelled_import_keeps_what_was_written_and_says_so(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, people(1_200))["importId"]
    assert work_page(runtime.database, client.portal_id)
    cancelled = client.post(f"{PATH}/{import_id}/cancel")
    assert cancelled["state"] == "CANCELLED"
    assert cancelled["message"] == (
        "cancelled: 500 of 1200 rows are done, and what they wrote stays; the others were not imported"
    )
    tasks.settle(runtime)
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 500
    assert len(rows(client, import_id, limit=1_000)) == 500
    assert client.post(f"{PATH}/{import_id}/cancel") == client.get(f"{PATH}/{import_id}") == cancelled


def test_an_import_that_is_done_cannot_be_cancelled(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, PEOPLE)["importId"]
    tasks.settle(runtime)
    refused = client.post(f"{PATH}/{import_id}/cancel", status=409)
    assert refused["message"] == f"Import {import_id} is DONE: nothing of it is left to be cancelled"


def test_a_page_that_fails_is_written_again_and_nothing_twice(client: ApiClient, runtime: Runtime) -> None:
    """The second page's transaction breaks off after its contacts were written."""
    import_id = post(client, people(1_200))["importId"]
    tasks.step(runtime, "imports", client.portal_id)
    execute(runtime, "CREATE TRIGGER full BEFORE UPDATE ON import_page BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(IntegrityError, match="disk full"):
        tasks.step(runtime, "imports", client.portal_id)
    execute(runtime, "DROP TRIGGER full")
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 500
    tasks.settle(runtime)
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 1_200
    assert client.get(f"{PATH}/{import_id}")["counts"]["created"] == 1_200


def test_a_file_with_a_header_alone_is_done_at_once(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, "email\n\n\n")["importId"]
    tasks.settle(runtime)
    done = client.get(f"{PATH}/{import_id}")
    assert (done["state"], done["rows"], done["endedAt"] is not None) == ("DONE", 0, True)


def xlsx() -> bytes:
    """Return the beginning of what a spreadsheet program saves."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no headings"),
        (b"\n\n", "no headings"),
        (b"shoe size,shirt\n43,L\n", "no heading names a property"),
        (b"ada@x.example,Ada\n", "has no header"),
        ("email,city\nada@x.example,Köln\n".encode("latin-1"), "not in UTF-8 (byte 0xf6 is number 27)"),
        ("email\nada@x.example\n".encode("utf-16"), "in UTF-16"),
        ("email\nada@x.example\n".encode("utf-16-le"), "NUL characters"),
        (b"email\0,city\nada@x.example,Rome\n", "NUL characters"),
        (xlsx(), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an Excel workbook of the old kind"),
    ],
)
def test_an_unfit_file_is_refused_and_nothing_is_kept(client: ApiClient, content: bytes, words: str) -> None:
    message = post(client, content, 400, "people.csv")["message"]
    assert message.startswith("people.csv: ") and words in message
    assert client.get(PATH)["imports"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": b"email\nada@x.example\n", "content_type": "text/csv"},
        {"json": {"file": "email"}},
        {"data": {"file": "email\nada@x.example\n"}, "content_type": "multipart/form-data"},
        {"data": {"other": (io.BytesIO(b"email\n"), "people.csv")}, "content_type": "multipart/form-data"},
        {"data": b"no multipart at all", "content_type": "multipart/form-data; boundary=x"},
        {},
    ],
)
def test_a_request_without_a_file_says_how_to_send_one(client: ApiClient, body: dict[str, Any]) -> None:
    answer = client.raw("POST", PATH, **body)
    assert answer.status_code == 400, answer.data
    assert answer.get_json()["message"].startswith("file: is missing; send the CSV file in a part of this name")


def test_a_bad_row_with_a_nul_fails_alone(client: ApiClient, runtime: Runtime) -> None:
    import_id = post(client, "email,city\na@x.example,R\0me\nb@x.example,Rome\n")["importId"]
    tasks.settle(runtime)
    assert rows(client, import_id) == [(2, "failed"), (3, "created")]


def test_a_file_above_10_mb_is_taken_and_one_above_the_limit_is_not(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = b"nobody," + b"x" * 65_536 + b"\n"
    assert post(client, b"email,city\n" + row * 200)["rows"] == 200
    monkeypatch.setattr(views, "MAX_FILE_MB", 1)
    message = post(client, b"email,city\n" + row * 20, 413)["message"]
    assert message.startswith("The body has more than 1 MB")


def test_a_row_longer_than_a_page_fails_and_the_others_do_not(
    client: ApiClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "PAGE_CHARACTERS", 30)
    import_id = post(client, f"email\n{'x' * 31}\na@x.example\nb@x.example\nc@x.example\n")["importId"]
    tasks.settle(runtime)
    found = client.get(f"{PATH}/{import_id}/rows")["rows"]
    assert [row["outcome"] for row in found] == ["failed", "created", "created", "created"]
    assert found[0]["reason"] == "has 31 characters; a row may have 30"


def test_an_import_that_was_never_received_whole_is_hidden_and_forgotten(
    client: ApiClient, runtime: Runtime, clock: MovableClock
) -> None:
    """The process dies while the second block of rows is being stored."""

    def work(session: Any) -> int:
        import_id = imports.begin_import(session, client.portal_id, "people.csv", ["email"])
        imports.store_pages(session, client.portal_id, import_id, [[(2, ["ada@x.example"], "")]])
        return import_id

    import_id = runtime.database.transact(work)
    for path in (f"{PATH}/{import_id}", f"{PATH}/{import_id}/rows"):
        client.get(path, 404)
    client.post(f"{PATH}/{import_id}/cancel", status=404)
    assert client.get(PATH)["imports"] == []
    tasks.settle(runtime)
    assert tasks.waiting(runtime) == []
    clock.advance(LEASE_MS)
    assert ("imports", client.portal_id) in tasks.waiting(runtime)
    tasks.settle(runtime)
    assert tasks.waiting(runtime) == []
    assert client.get("/contacts/v1/contacts/statistics")["contacts"] == 0


@pytest.mark.parametrize(("method", "path"), [("GET", "/1"), ("GET", "/1/rows"), ("POST", "/1/cancel")])
def test_no_portal_sees_the_imports_of_another(client: ApiClient, stranger: ApiClient, method: str, path: str) -> None:
    post(client, PEOPLE)
    message = stranger.send(method, PATH + path, 404)["message"]
    assert message == "Couldn't find an Import with the given id '1'."
    assert stranger.get(PATH)["imports"] == []
    assert post(stranger, PEOPLE)["importId"] == 1


def test_nobody_imports_without_a_key(client: ApiClient) -> None:
    assert client.client.post(PATH, data={"file": (io.BytesIO(b"email\n"), "a.csv")}).status_code == 401
