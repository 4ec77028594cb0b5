"""The state of the indexing pipeline on the wire."""

from marshmallow import fields

from service.schemas.base import WireSchema


class WorkSchema(WireSchema):
    """A piece of background work; `progress` goes from 0 to 1."""

    progress = fields.Float()
    etaMs = fields.Integer(allow_none=True, metadata={"description": "milliseconds left at the pace so far"})
    running = fields.Boolean(metadata={"description": "whether a process is at it right now"})


class WaitingContacts(WireSchema):
    """Contacts whose index and lists are not up to date."""

    waiting = fields.Integer()
    oldestMs = fields.Integer(metadata={"description": "how long the oldest has waited, in milliseconds"})
    inWork = fields.Integer()
    parked = fields.Integer(metadata={"description": "contacts whose documents the search engine refuses"})


class WorkingList(WorkSchema):
    """A list that is being filled, evaluated anew or emptied."""

    listId = fields.Integer()
    name = fields.String()
    processing = fields.String(metadata={"enum": ["INITIALIZING", "PROCESSING", "DELETING"]})
    error = fields.String()


class ClockState(WireSchema):
    """The sweep that moves contacts by time alone."""

    behindMs = fields.Integer(metadata={"description": "for how long contacts have been due, in milliseconds"})


class WorkingImport(WorkSchema):
    """A file whose rows are being written."""

    importId = fields.Integer()
    name = fields.String()


class IndexState(WireSchema):
    """The search index: which generation is read, which is being built, and which can be turned back to."""

    live = fields.Integer(allow_none=True)
    building = fields.Integer(allow_none=True)
    former = fields.Integer(allow_none=True)
    rebuild = fields.Nested(WorkSchema, allow_none=True)


class VerificationState(WorkSchema):
    """The comparison of lists and index with the records."""

    verifiedAt = fields.Integer(allow_none=True, metadata={"description": "when every contact had last been compared"})
    driftFound = fields.Integer()
    driftRepaired = fields.Integer()


class PipelineStatus(WireSchema):
    """All background work of the portal."""

    portalId = fields.Integer()
    contacts = fields.Nested(WaitingContacts)
    clock = fields.Nested(ClockState)
    lists = fields.List(fields.Nested(WorkingList))
    imports = fields.List(fields.Nested(WorkingImport))
    index = fields.Nested(IndexState)
    verification = fields.Nested(VerificationState)
