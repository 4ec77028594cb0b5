"""What the deprecated Leads API takes and gives (contract S6.2 to S6.6)."""

from marshmallow import fields

from records.leads import PIVOTS, SORTS
from service.lead_objects import TEXTS
from service.schemas.base import Choice, Count, Flag, Number, Text, WireSchema
from service.schemas.texts import BodySchema

MAX_URL = 2_000


class LeadQuery(WireSchema):
    """A lead that is asked for without its guid: one of these is needed."""

    email = Text(load_default=None)
    conversionEventGuid = Text(load_default=None)
    userToken = Text(load_default=None)


class LeadsQuery(WireSchema):
    """A page of leads; `guids[0]`, `guids[1]` and so on ask for single ones."""

    search = Text(load_default=None, metadata={"description": "a part of first or last name, e-mail or company"})
    sort = Choice(*SORTS, load_default="insertedAt")
    dir = Choice("asc", "desc", load_default="asc")
    max = Count(default=10)
    offset = Number(load_default=0)
    startTime = Number(load_default=0)
    stopTime = Number(load_default=0, metadata={"description": "milliseconds; 0 means that there is no end"})
    timePivot = Choice(*PIVOTS, load_default="insertedAt")
    excludeConversionEvents = Flag(load_default=False)
    emailOptOut = Flag(load_default=None)
    optout = Flag(load_default=None)
    eligibleForEmail = Flag(load_default=None)
    bounced = Flag(load_default=None)
    isNotImported = Flag(load_default=None)
    notImported = Flag(load_default=None)


class LeadState(BodySchema):
    """Whether a lead is closed or deleted."""

    closedAt = fields.Raw(metadata={"description": 'milliseconds; "" or 0 opens the lead again'})
    isDeleted = Flag(load_default=False)


LeadBody = LeadState.from_dict({name: fields.Raw() for name in TEXTS}, name="LeadBody")
"""Changed fields of a lead; those that clients cannot change are ignored, as clients send leads back whole."""


class CallbackQuery(WireSchema):
    """An address to be called with leads; clients send it in the query, and again in the body."""

    url = Text(load_default=None)


class Callback(WireSchema):
    """An address that was registered."""

    guid = fields.String()
    portalId = fields.Integer()
    url = fields.String()
    createdAt = fields.Integer()
    message = fields.String(metadata={"description": "what becomes of it"})


class Lead(WireSchema):
    """A lead (contract S6.4); what is not listed here is told in docs/migrating-from-leads.md."""

    guid = fields.String()
    id = fields.String()
    leadId = fields.Integer()
    portalId = fields.Integer()
    firstName = fields.String()
    lastName = fields.String()
    email = fields.String()
    insertedAt = fields.Integer()
    lastModifiedAt = fields.Integer()
    closedAt = fields.Integer()
    isCustomer = fields.Boolean()
    isDeleted = fields.Boolean()
    leadConversionEvents = fields.List(fields.Dict())
