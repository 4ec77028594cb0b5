"""The tables. Every one carries the portal, because portals are walls (design rule 16).

Instants are milliseconds since the epoch. Contact values are strings, as on the wire (contract S0.3).
"""

from records.models.alerts import FeedConsumer
from records.models.base import Base
from records.models.contacts import Contact, Identity, Instant, MergeAudit, PropertyVersion
from records.models.definitions import PropertyDefinition, PropertyGroup
from records.models.forms import Form, FormSubmission
from records.models.imports import ContactImport, ImportPage
from records.models.leads import LeadCallback
from records.models.lists import NAMING, ContactList, FeedEvent, Membership
from records.models.portals import ApiKey, Counter, PageSession, Portal, PortalClock
from records.models.subscriptions import Delivery, DeliveryAttempt, Subscription
from records.models.upkeep import ClockCursor, Dirty, EngineState, Verification

__all__ = [
    "NAMING",
    "ApiKey",
    "Base",
    "ClockCursor",
    "Contact",
    "ContactImport",
    "ContactList",
    "Counter",
    "Delivery",
    "DeliveryAttempt",
    "Dirty",
    "EngineState",
    "FeedConsumer",
    "FeedEvent",
    "Form",
    "FormSubmission",
    "Identity",
    "ImportPage",
    "Instant",
    "LeadCallback",
    "Membership",
    "MergeAudit",
    "PageSession",
    "Portal",
    "PortalClock",
    "PropertyDefinition",
    "PropertyGroup",
    "PropertyVersion",
    "Subscription",
    "Verification",
]
