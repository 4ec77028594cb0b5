"""What contact endpoints take and give, for parsing and for the OpenAPI page (contract S1 and S2)."""

from typing import Any

from marshmallow import fields

from service.presenter import View
from service.schemas.base import NO_OBJECT, Choice, Count, Flag, Number, Text, WireSchema

VALUE_ONLY = "value_only"
WITH_HISTORY = "value_and_history"
LISTED = frozenset({"firstname", "lastname", "company"})


class Written(WireSchema):
    """One value to write. The key `name` in place of `property` is refused as the original does (contract S1.3)."""

    property = Text(allow_none=True, metadata={"description": "internal name of the property"})
    value = fields.Raw(allow_none=True, metadata={"description": 'the new value; "" clears the property'})


class WaitQuery(WireSchema):
    """Whether a write waits for its lists and tells which of them the contact joined and left (ours)."""

    waitForLists = Flag(load_default=False)


class WriteBody(WireSchema):
    """The values to write to a contact."""

    properties = fields.List(
        fields.Nested(Written, error_messages={"null": NO_OBJECT}),
        required=True,
        error_messages={
            "required": "is missing; send a list of {{property, value}}",
            "invalid": "is not a list; send a list of {{property, value}}",
            "null": "is not a list; send a list of {{property, value}}",
        },
    )


class MergeBody(WireSchema):
    """The contact that becomes part of the one in the path."""

    vidToMerge = Number(low=1, required=True)


class SecondaryEmailBody(WireSchema):
    """A secondary address and the one that takes its place."""

    targetSecondaryEmail = Text(required=True)
    updatedSecondaryEmail = Text(required=True)


class _ViewQuery(WireSchema):
    property = fields.List(Text(), load_default=None, metadata={"description": "show only these properties; repeat"})


class ProfileQuery(_ViewQuery):
    """What a single profile shows."""

    propertyMode = Choice(VALUE_ONLY, WITH_HISTORY, load_default=WITH_HISTORY)
    formSubmissionMode = Choice("all", "none", "newest", "oldest", load_default="all")
    showListMemberships = Flag(load_default=True)


class BriefQuery(_ViewQuery):
    """What each contact of a batch or a listing shows."""

    propertyMode = Choice(VALUE_ONLY, WITH_HISTORY, load_default=VALUE_ONLY)
    formSubmissionMode = Choice("all", "none", "newest", "oldest", load_default="newest")
    showListMemberships = Flag(load_default=False)


class VidsQuery(BriefQuery):
    """Contacts by vid; what is no known vid is left out."""

    vid = fields.List(Text(), load_default=list)


class EmailsQuery(BriefQuery):
    """Contacts by e-mail; unknown addresses are left out."""

    email = fields.List(Text(), load_default=list)


class TokensQuery(BriefQuery):
    """Contacts by visitor token; unknown tokens are left out."""

    utk = fields.List(Text(), load_default=list)


class AllQuery(BriefQuery):
    """A page of contacts by vid."""

    count = Count()
    vidOffset = Number(load_default=0, metadata={"description": "vid-offset of the page before"})


class RecentQuery(BriefQuery):
    """A page of contacts, newest first; the offsets are those of the page before, as a pair."""

    count = Count()
    vidOffset = Number(load_default=0)
    timeOffset = Number(load_default=0)


class SearchQuery(WireSchema):
    """A page of contacts that match what was typed."""

    q = Text(required=True, metadata={"description": "words; the last may be the beginning of one"})
    count = Count()
    offset = Number(load_default=0)
    property = fields.List(Text(), load_default=None)
    sort = Text(load_default=None, metadata={"description": "order by a property instead of by relevance"})
    order = Choice("ASC", "DESC", load_default="DESC")


class BatchQuery(WaitQuery):
    """The label under which a batch appears as the source of its values, and whether it waits for its lists."""

    auditId = Text(load_default="null")


class StagesQuery(WireSchema):
    """A span of time, in milliseconds since the epoch, of at most two years."""

    fromTimestamp = Number(required=True)
    toTimestamp = Number(required=True)
    aggregationProperty = Text(load_default=None)


class Contact(WireSchema):
    """A contact (contract S1.1)."""

    vid = fields.Integer()
    canonical_vid = fields.Integer(data_key="canonical-vid")
    merged_vids = fields.List(fields.Integer(), data_key="merged-vids")
    portal_id = fields.Integer(data_key="portal-id")
    is_contact = fields.Boolean(data_key="is-contact")
    profile_token = fields.String(data_key="profile-token")
    profile_url = fields.String(data_key="profile-url")
    properties = fields.Dict(keys=fields.String(), values=fields.Dict())
    form_submissions = fields.List(fields.Dict(), data_key="form-submissions")
    list_memberships = fields.List(fields.Dict(), data_key="list-memberships")
    identity_profiles = fields.List(fields.Dict(), data_key="identity-profiles")
    merge_audits = fields.List(fields.Dict(), data_key="merge-audits")


class ListedContact(Contact):
    """A contact in a listing."""

    addedAt = fields.Integer()


class AllPage(WireSchema):
    """A page of contacts by vid."""

    contacts = fields.List(fields.Nested(ListedContact))
    has_more = fields.Boolean(data_key="has-more")
    vid_offset = fields.Integer(data_key="vid-offset")


class RecentPage(AllPage):
    """A page of contacts, newest first."""

    time_offset = fields.Integer(data_key="time-offset")


class SearchPage(WireSchema):
    """A page of contacts found."""

    query = fields.String()
    offset = fields.Integer()
    has_more = fields.Boolean(data_key="has-more")
    total = fields.Integer()
    contacts = fields.List(fields.Nested(Contact))


class Upserted(WireSchema):
    """Which contact was written, and whether it is new."""

    vid = fields.Integer()
    isNew = fields.Boolean()


class Deleted(WireSchema):
    """A contact that is gone."""

    vid = fields.Integer()
    deleted = fields.Boolean()
    reason = fields.String()


class Statistics(WireSchema):
    """How many contacts there are, and when the newest came."""

    contacts = fields.Integer()
    lastNewContactAt = fields.Integer()


class SecondaryEmails(WireSchema):
    """A contact's secondary addresses."""

    portalId = fields.Integer()
    vid = fields.Integer()
    secondaryEmails = fields.List(fields.String())


def view_of(query: dict[str, Any], default_properties: frozenset[str] | None = None) -> View:
    """Return the view that parsed query parameters ask for."""
    named = query["property"]
    return View(
        properties=default_properties if named is None else frozenset(named),
        history=query["propertyMode"] == WITH_HISTORY,
        submissions=query["formSubmissionMode"],
        memberships=query["showListMemberships"],
    )
