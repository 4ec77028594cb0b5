"""Lists and their pages on the wire (contract S4)."""

from marshmallow import fields

from service.schemas.base import Count, Flag, Number, WireSchema
from service.schemas.texts import BodySchema, Line

MAX_NAME = 250
MAX_LISTS = 250


class ListChanges(BodySchema):
    """The keys of a list that clients may write; all others are ignored, as old clients send many."""

    name = Line(MAX_NAME)
    filters = fields.Raw(metadata={"description": "a list of groups of filters: one group must match whole"})
    filterTree = fields.Raw(
        metadata={"description": "what filters cannot say; `filters` is then an echo, taken back unchanged only"}
    )
    timeZone = fields.Raw(
        metadata={
            "description": "IANA name of the zone in which days are told; empty for the portal's",
            "type": "string",
        }
    )
    dynamic = Flag()


class NewList(ListChanges):
    """A list to be created."""

    filters = fields.Raw(load_default=list)
    dynamic = Flag(load_default=False)


class MemberNames(BodySchema):
    """Contacts to put into a static list or to take out of it."""

    vids = fields.List(
        Number(low=1), load_default=list, error_messages={"invalid": "is not a list; send a list of vids"}
    )
    emails = fields.List(
        Line(65_536), load_default=list, error_messages={"invalid": "is not a list; send a list of e-mails"}
    )


class ListsQuery(WireSchema):
    """A page of lists."""

    count = Count(maximum=MAX_LISTS)
    offset = Number(load_default=0)


class KindQuery(ListsQuery):
    """A page of the static or the dynamic lists; without `count` all of them come at once."""

    count = Count(default=None, maximum=MAX_LISTS)


class BatchQuery(WireSchema):
    """Lists by id; what is no known id is left out."""

    listId = fields.List(fields.String(), load_default=list)


class MetaData(WireSchema):
    """How far the list is filled; instants are milliseconds since the epoch."""

    processing = fields.String(metadata={"enum": ["INITIALIZING", "PROCESSING", "DONE"]})
    progress = fields.Float(metadata={"description": "the part of the contacts gone through, while the list is filled"})
    size = fields.Integer()
    error = fields.String()
    lastProcessingStateChangeAt = fields.Integer()
    lastSizeChangeAt = fields.Integer()
    listReferencesCount = fields.Integer(allow_none=True)


class Warned(WireSchema):
    """Something in criteria that is hardly meant; it refuses nothing."""

    code = fields.String(metadata={"enum": ["CONTRADICTION", "NEVER", "EVERYONE", "DELETED_OPTION", "EQUAL_LIST"]})
    message = fields.String()
    path = fields.List(fields.Integer(), metadata={"description": "the way to the clause, by child numbers"})


class ListObject(WireSchema):
    """A list as it is told."""

    listId = fields.Integer()
    internalListId = fields.Integer(metadata={"description": "changes whenever the criteria change"})
    portalId = fields.Integer()
    name = fields.String()
    dynamic = fields.Boolean()
    listType = fields.String(metadata={"enum": ["STATIC", "DYNAMIC"]})
    filters = fields.List(fields.List(fields.Dict()))
    filterTree = fields.Dict(metadata={"description": "only where `filters` cannot say what the list means"})
    timeZone = fields.String(metadata={"description": "only where it is not the portal's"})
    createdAt = fields.Integer()
    updatedAt = fields.Integer()
    metaData = fields.Nested(MetaData)
    internal = fields.Boolean()
    deleteable = fields.Boolean()
    deleted = fields.Boolean()
    readOnly = fields.Boolean()
    archived = fields.Boolean()
    parentId = fields.Integer()
    description = fields.String(
        allow_none=True, metadata={"description": "the criteria in plain language (ours); null where there are none"}
    )


class SavedList(ListObject):
    """A list as it is told when it was saved."""

    warnings = fields.List(fields.Nested(Warned), metadata={"description": "what is hardly meant (ours)"})


class ListsBatch(WireSchema):
    """Lists without paging keys."""

    lists = fields.List(fields.Nested(ListObject))


class ListsPage(ListsBatch):
    """A page of lists."""

    offset = fields.Integer()
    has_more = fields.Boolean(data_key="has-more")


class MembersChanged(WireSchema):
    """What became of the contacts named: changed, already so, or not there."""

    updated = fields.List(fields.Integer())
    discarded = fields.List(fields.Integer())
    invalidVids = fields.List(fields.Integer())
    invalidEmails = fields.List(fields.String())
