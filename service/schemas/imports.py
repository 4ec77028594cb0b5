"""Imports on the wire; they are ours, the original had none in its API."""

from marshmallow import fields

from indexer.imports.batches import RESULTS
from service.schemas.base import Choice, Count, Number, WireSchema

MAX_ROWS = 1_000


class ImportFile(WireSchema):
    """The file to import, as multipart/form-data."""

    file = fields.Raw(
        required=True,
        metadata={"type": "string", "format": "binary", "description": "CSV in UTF-8"},
        error_messages={
            "required": "is missing; send the CSV file in a part of this name, as curl -F file=@people.csv does"
        },
    )


class ImportsQuery(WireSchema):
    """A page of imports, the newest first."""

    count = Count()
    offset = Number(load_default=0)


class RowsQuery(WireSchema):
    """A page of rows that are worked off: those whose number lies above `after`."""

    after = Number(load_default=0)
    limit = Count(default=100, maximum=MAX_ROWS)
    outcome = Choice(*RESULTS, load_default=None)


class Counts(WireSchema):
    """Rows that are worked off, by what became of them."""

    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()
    failed = fields.Integer()


class Import(WireSchema):
    """An import; instants are milliseconds since the epoch."""

    importId = fields.Integer()
    portalId = fields.Integer()
    name = fields.String(metadata={"description": "the file's name"})
    state = fields.String(metadata={"enum": ["PROCESSING", "DONE", "CANCELLED"]})
    message = fields.String(metadata={"description": "the same in words"})
    rows = fields.Integer(metadata={"description": "rows of the file that hold anything"})
    rowsDone = fields.Integer()
    counts = fields.Nested(Counts)
    headings = fields.List(fields.String())
    createdAt = fields.Integer()
    endedAt = fields.Integer(allow_none=True)


class ImportsPage(WireSchema):
    """A page of imports."""

    imports = fields.List(fields.Nested(Import))
    offset = fields.Integer()
    hasMore = fields.Boolean()


class Row(WireSchema):
    """What became of a row; the heading is row 1, as in a spreadsheet."""

    row = fields.Integer()
    outcome = fields.String(metadata={"enum": list(RESULTS)})
    vid = fields.Integer(allow_none=True)
    reason = fields.String()


class RowsPage(WireSchema):
    """A page of rows."""

    rows = fields.List(fields.Nested(Row))
    hasMore = fields.Boolean()
