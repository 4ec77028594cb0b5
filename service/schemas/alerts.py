"""The feed on the wire: its pages, snapshots, cursors and timelines (ours, not the original's)."""

from marshmallow import fields

from service.schemas.base import Choice, Count, Number, WireSchema
from service.schemas.texts import BodySchema

MAX_EVENTS = 1_000
MAX_MEMBERS = 10_000
TYPES = ("JOIN", "LEAVE")


class PageQuery(WireSchema):
    """A page of the feed: rows whose `seq` lies above `after`, as JSON or as one JSON object a line."""

    after = Number(load_default=0)
    limit = Count(default=100, maximum=MAX_EVENTS)
    type = Choice(*TYPES, load_default=None)
    format = Choice("json", "ndjson", load_default=None)


class FeedQuery(PageQuery):
    """A page of the portal's feed; with `consumer` it begins at that cursor."""

    after = Number(load_default=None)
    listId = Number(low=1, load_default=None)
    consumer = fields.String(load_default=None)


class SnapshotQuery(WireSchema):
    """A page of a list's members by vid: at a number of the feed, at an instant in milliseconds, or now."""

    seq = Number(load_default=None)
    at = Number(load_default=None)
    vidOffset = Number(load_default=0)
    count = Count(default=MAX_EVENTS, maximum=MAX_MEMBERS)


class StreamQuery(WireSchema):
    """What a stream tells; without `after` it begins with the next row."""

    after = Number(load_default=None)
    listId = Number(low=1, load_default=None)
    type = Choice(*TYPES, load_default=None)


class CursorBody(BodySchema):
    """How far a reader has come."""

    after = Number(required=True)


class Event(WireSchema):
    """A contact that joined or left a list."""

    seq = fields.Integer()
    type = fields.String(metadata={"enum": list(TYPES)})
    vid = fields.Integer()
    contactVersion = fields.Integer()
    listId = fields.Integer()
    listRevision = fields.Integer()
    occurredAt = fields.Integer()
    reason = fields.Dict(metadata={"description": "`kind` and further facts, such as `properties` and `changes`"})


class EventsPage(WireSchema):
    """A page of events, in order, and the number to ask on from."""

    events = fields.List(fields.Nested(Event))
    hasMore = fields.Boolean()
    after = fields.Integer()


class Snapshot(WireSchema):
    """Who was in a list when the feed stood at `seq`."""

    listId = fields.Integer()
    seq = fields.Integer()
    vids = fields.List(fields.Integer())
    vidOffset = fields.Integer()
    hasMore = fields.Boolean()


class Freshness(WireSchema):
    """How true a list is: contacts that wait and concern it, and what was last found wrong with its members."""

    listId = fields.Integer()
    processing = fields.String(metadata={"enum": ["INITIALIZING", "PROCESSING", "DONE"]})
    waiting = fields.Integer()
    lagMs = fields.Integer(metadata={"description": "how long the oldest of them has waited"})
    lastVerifiedAt = fields.Integer(allow_none=True)
    driftFound = fields.Integer()
    driftRepaired = fields.Integer()


class Cursor(WireSchema):
    """A reader's place in the feed, and how many rows it is behind."""

    name = fields.String()
    after = fields.Integer()
    behind = fields.Integer()
    updatedAt = fields.Integer()


class Cursors(WireSchema):
    """All cursors of the portal."""

    consumers = fields.List(fields.Nested(Cursor))
