"""Filters that are looked at without being saved, and what is told of them (ours)."""

from marshmallow import fields

from service.schemas.base import Number, WireSchema
from service.schemas.contacts import Contact, WriteBody
from service.schemas.lists import Warned
from service.schemas.texts import BodySchema, Line


class DraftBody(BodySchema):
    """Criteria as a list would have them; with `listId`, keys that are not sent are that list's."""

    filters = fields.Raw(metadata={"description": "a list of groups of filters: one group must match whole"})
    filterTree = fields.Raw(metadata={"description": "what filters cannot say"})
    timeZone = Line(metadata={"description": "IANA name; else the list's, else the portal's"})
    listId = Number(low=1, metadata={"description": "the smart list that the criteria are for"})


class MatchBody(WriteBody):
    """A contact that need not exist, and the one list to ask, where not all are meant."""

    listId = Number(low=1, load_default=None)


class Counted(WireSchema):
    """How many contacts; what is not exact is an upper bound."""

    count = fields.Integer()
    exact = fields.Boolean()


class Sampled(Counted):
    """How many contacts, and up to ten of them, chosen at random but always the same."""

    contacts = fields.List(fields.Nested(Contact))


class Clause(Counted):
    """One clause and those below it."""

    text = fields.String()
    soFar = fields.Nested(
        Counted, metadata={"description": "this clause and those before it: of an AND all, of an OR one of them"}
    )
    filter = fields.Dict(metadata={"description": "of a leaf: how filterTree spells it"})
    op = fields.String(metadata={"enum": ["and", "or", "not"], "description": "of a group"})
    of = fields.List(fields.Dict(), metadata={"description": "of a group: the clauses in it"})


class Difference(WireSchema):
    """Who would join and who would leave the list."""

    joining = fields.Nested(Sampled)
    leaving = fields.Nested(Sampled)


class Looked(WireSchema):
    """What can be said of a filter without counting."""

    description = fields.String()
    warnings = fields.List(fields.Nested(Warned))


class PreviewAnswer(Sampled):
    """What the criteria would give."""

    description = fields.String()
    warnings = fields.List(fields.Nested(Warned))
    clauses = fields.Nested(Clause, allow_none=True)
    difference = fields.Nested(Difference, metadata={"description": "only with listId"})
    waiting = fields.Integer(metadata={"description": "contacts that wait to be indexed and count as they were"})


class ExplainAnswer(WireSchema):
    """Why a contact is in a smart list or not."""

    listId = fields.Integer()
    vid = fields.Integer()
    matches = fields.Boolean(metadata={"description": "the criteria's answer"})
    pinned = fields.String(allow_none=True, metadata={"enum": ["in", "out", None]})
    belongs = fields.Boolean(metadata={"description": "the criteria's answer, or the pin's"})
    isMember = fields.Boolean()
    addedAt = fields.Integer(allow_none=True)
    waiting = fields.Boolean(metadata={"description": "membership may be that of before"})
    changesAt = fields.Integer(allow_none=True, metadata={"description": "when the clock alone moves the contact"})
    oneClauseAway = fields.List(fields.Dict(), metadata={"description": "clauses of which one alone turns the answer"})
    criteria = fields.Dict(metadata={"description": "the tree with each clause's answer"})


class Matched(WireSchema):
    """A list that the contact would be in."""

    listId = fields.Integer()
    name = fields.String()


class MatchAnswer(WireSchema):
    """The smart lists that the contact would be in, by id."""

    lists = fields.List(fields.Nested(Matched))
