"""Imports of CSV files: the file is checked and stored while the request lasts, and written by background work."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, BinaryIO, cast

from flask import Response, g, request
from werkzeug.datastructures import FileStorage

from indexer.imports.batches import RESULTS
from indexer.imports.receive import open_import, receive
from records import imports
from records.imports import Told
from records.models import ContactImport
from service.blueprints import ApiBlueprint
from service.form_entries import storable
from service.replies import reply
from service.schemas import imports as schemas
from service.transactions import end_snapshot, read, runtime, write

MULTIPART = "multipart/form-data"
MAX_FILE_MB = 1_024
MAX_NAME = 250

blueprint = ApiBlueprint("imports", "Contacts out of CSV files (ours)")


@blueprint.before_request
def allow_large_files() -> None:
    """Take a body of up to a gigabyte, which is kept on disk while it arrives."""
    if request.mimetype == MULTIPART:
        request.max_content_length = MAX_FILE_MB * 1024 * 1024


@blueprint.teardown_request
def close_files(_error: BaseException | None) -> None:
    """Remove what was kept on disk."""
    request.close()


@blueprint.post("/imports/v1")
@blueprint.arguments(schemas.ImportFile, location="files")
@blueprint.response(202, schemas.Import)
def create(files: dict[str, FileStorage]) -> Response:
    """Check and store a CSV file, whose rows are then written in the background."""
    file = files["file"]
    name = storable(file.filename or "")[-MAX_NAME:]
    end_snapshot()
    database = runtime().database
    with open_import(database, g.portal_id, cast(BinaryIO, file.stream), name) as opened:
        import_id = receive(database, g.portal_id, name, opened)
    runtime().jobs.wake("imports", g.portal_id)
    return reply(_as_json(imports.get_import(read(), g.portal_id, import_id)), 202)


@blueprint.get("/imports/v1")
@blueprint.arguments(schemas.ImportsQuery, location="query")
@blueprint.response(200, schemas.ImportsPage)
def list_all(query: dict[str, Any]) -> Response:
    """List imports, the newest first."""
    found = imports.list_imports(read(), g.portal_id, query["offset"], query["count"] + 1)
    listed = found[: query["count"]]
    page = {"imports": [_as_json(row) for row in listed], "offset": query["offset"] + len(listed)}
    return reply({**page, "hasMore": len(found) > len(listed)})


@blueprint.get("/imports/v1/<id('importId'):import_id>")
@blueprint.response(200, schemas.Import)
def show(import_id: int) -> Response:
    """Show how far an import is."""
    return reply(_as_json(imports.get_import(read(), g.portal_id, import_id)))


@blueprint.get("/imports/v1/<id('importId'):import_id>/rows")
@blueprint.arguments(schemas.RowsQuery, location="query")
@blueprint.response(200, schemas.RowsPage)
def list_rows(query: dict[str, Any], import_id: int) -> Response:
    """Tell what became of the rows that are worked off, in the order of the file."""
    found = imports.get_import(read(), g.portal_id, import_id)
    outcomes = imports.read_outcomes(read(), found, query["after"], query["outcome"])
    told = list(islice(outcomes, query["limit"] + 1))
    shown_rows = told[: query["limit"]]
    return reply({"rows": [_row(row) for row in shown_rows], "hasMore": len(told) > len(shown_rows)})


@blueprint.post("/imports/v1/<id('importId'):import_id>/cancel")
@blueprint.response(200, schemas.Import)
def cancel(import_id: int) -> Response:
    """Have no more rows written. What was written stays, and the answer tells how much that is."""
    return reply(write(lambda session: _as_json(imports.cancel_import(session, g.portal_id, import_id))))


def _as_json(row: ContactImport) -> dict[str, Any]:
    return {
        "importId": row.import_id,
        "portalId": row.portal_id,
        "name": row.name,
        "state": row.state,
        "message": _in_words(row),
        "rows": row.total,
        "rowsDone": row.worked,
        "counts": {result: row.counts.get(result, 0) for result in RESULTS},
        "headings": row.header,
        "createdAt": row.created_at,
        "endedAt": row.ended_at,
    }


def _in_words(row: ContactImport) -> str:
    done = f"{row.worked} of {row.total} rows are done"
    if row.state == imports.CANCELLED:
        return f"cancelled: {done}, and what they wrote stays; the others were not imported"
    return done


def _row(told: Told | Sequence[Any]) -> dict[str, Any]:
    number, outcome, vid, reason = told
    return {"row": number, "outcome": outcome, "vid": vid, "reason": reason}
