"""The one place that makes contact JSON (contract S1.1), from a frozen description of what the view shows."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queries.catalogue import Catalogue
from queries.supplied import effective_values
from records.profiles import Profile, Wanted
from records.writes import ContactState

Json = dict[str, Any]

ALWAYS_SHOWN = frozenset({"lastmodifieddate", "associatedcompanyid"})
ANALYTICS_PREFIXES = ("hs_analytics_", "hs_social_")
TOKEN_PREFIX = "AO_T-m"
TOKEN_BYTES = 102


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a contact: `properties` by name (None for all), with their versions or without.

    `submissions` is which form submissions are shown: all, none, newest or oldest. `saved_at` is whether identities
    tell when they were saved; search says 0 (contract S2.10).
    """

    properties: frozenset[str] | None
    history: bool
    submissions: str
    memberships: bool
    saved_at: bool = True

    @property
    def wanted(self) -> Wanted:
        """What of the records the view needs."""
        history: bool | frozenset[str] = self.history
        if self.history and self.properties is not None:
            history = self.properties | ALWAYS_SHOWN
        return Wanted(history, self.memberships, self.submissions)


@dataclass(frozen=True, slots=True)
class Presenter:
    """Makes the contact JSON of one portal; `root` is the service's own address, without a slash at the end."""

    portal_id: int
    catalogue: Catalogue
    root: str

    def contact(self, profile: Profile, view: View, asked_vid: int | None = None) -> Json:
        """Return a contact; `asked_vid` is the vid asked for where a merged record's was."""
        row = profile.contact
        shown = {
            **self._head(asked_vid or row.vid, row.vid, [stub.vid for stub in profile.merged]),
            "properties": self._properties(profile, view),
            "form-submissions": [_submission(sent, self.portal_id) for sent in profile.submissions],
            "identity-profiles": _identity_profiles(profile, view.saved_at),
            "merge-audits": [audit.facts for audit in profile.audits],
        }
        if view.memberships:
            shown["list-memberships"] = [_membership(member) for member in profile.memberships]
        return shown

    def created(self, contact: ContactState, sent: Mapping[str, str], source_type: str) -> Json:
        """Return the answer to a create (contract S2.1): the values that were sent and no others."""
        version = {"source-type": source_type, "source-id": None, "source-label": None, "selected": False}
        at = {"timestamp": contact.updated_at}
        return {
            **self._head(contact.vid, contact.vid, []),
            "properties": {
                name: {"value": value, "versions": [{"value": value, **version, **at}]} for name, value in sent.items()
            },
            "form-submissions": [],
            "list-memberships": [],
            "identity-profiles": [_created_identities(contact)],
            "merge-audits": [],
        }

    def _head(self, vid: int, canonical_vid: int, merged: Sequence[int]) -> Json:
        return {
            "vid": vid,
            "canonical-vid": canonical_vid,
            "merged-vids": [*merged, canonical_vid] if merged else [],
            "portal-id": self.portal_id,
            "is-contact": True,
            "profile-token": TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES),
            "profile-url": f"{self.root}/contacts/{self.portal_id}/contact/{canonical_vid}",
        }

    def _properties(self, profile: Profile, view: View) -> Json:
        row = profile.contact
        values = effective_values(row.properties, row.created_at, row.updated_at, row.origin)
        defined, wanted = self.catalogue.definitions, view.properties
        if wanted is not None:
            values = {name: value for name, value in values.items() if name in wanted or name in ALWAYS_SHOWN}
        if not view.history:
            return {name: {"value": value} for name, value in values.items() if name in defined}
        return {
            name: {"value": value, "versions": _versions(profile, name, value)}
            for name, value in values.items()
            if name in defined
        }


def existing_profile(contact: Any, emails: Iterable[Any]) -> Json:
    """Return the `identityProfile` of a 409 (contract S2.1), of a contact's row and its e-mail identities."""
    identities = [_camel_email(email) for email in emails]
    return {
        "vid": contact.vid,
        "identity": [*identities, {"value": contact.lead_guid, "type": "LEAD_GUID", "timestamp": contact.created_at}],
        "linkedVid": [],
        "isContact": True,
        "savedAtTimestamp": contact.updated_at,
    }


def _versions(profile: Profile, name: str, value: str) -> list[Json]:
    stored = profile.versions.get(name)
    if not stored:
        return [_supplied_version(profile.contact, name, value)]
    return [_version(row, profile.contact.vid) for row in stored]


def _version(row: Any, canonical_vid: int) -> Json:
    version = {
        "value": row.value,
        "source-type": row.source_type,
        "source-id": row.source_id,
        "source-label": row.source_label,
        "timestamp": row.timestamp,
        "selected": False,
    }
    if row.vid != canonical_vid:
        version["source-vids"] = [row.vid]
    return version


def _supplied_version(contact: Any, name: str, value: str) -> Json:
    """Return the one version of a value that every contact has by itself (contract S1.2)."""
    return {
        "value": value,
        "source-type": "ANALYTICS" if name.startswith(ANALYTICS_PREFIXES) else "CALCULATED",
        "source-id": None,
        "source-label": None,
        "timestamp": contact.updated_at if name == "lastmodifieddate" else contact.created_at,
        "selected": False,
    }


def _membership(row: Any) -> Json:
    return {
        "static-list-id": row.list_id,
        "internal-list-id": row.revision,
        "timestamp": row.added_at,
        "vid": row.vid,
        "is-member": True,
    }


def _submission(row: Any, portal_id: int) -> Json:
    """Return one form submission; what is not known about its page is left out."""
    page = {"page-url": row.page_url, "page-title": row.page_title, "page-id": row.page_id}
    return {
        "conversion-id": row.conversion_id,
        "timestamp": row.submitted_at,
        "form-id": row.form_guid,
        "portal-id": portal_id,
        **{key: value for key, value in page.items() if value},
        "title": row.form_name,
        "meta-data": [],
    }


def _identity_profiles(profile: Profile, saved_at: bool) -> list[Json]:
    row = profile.contact
    own = [*(_email(email) for email in profile.emails), _lead_guid(row)]
    records = [(row, own), *((stub, [_stub_guid(stub)]) for stub in profile.merged)]
    return [_identity_profile(record, identities, saved_at) for record, identities in records]


def _identity_profile(record: Any, identities: list[Json], saved_at: bool) -> Json:
    return {
        "vid": record.vid,
        "saved-at-timestamp": max(identity["timestamp"] for identity in identities) if saved_at else 0,
        "deleted-changed-timestamp": 0,
        "identities": identities,
    }


def _email(row: Any) -> Json:
    rank = "is-primary" if row.is_primary else "is-secondary"
    return {"type": "EMAIL", "value": row.value, "timestamp": row.timestamp, rank: True}


def _lead_guid(record: Any) -> Json:
    return {"type": "LEAD_GUID", "value": record.lead_guid, "timestamp": record.created_at}


def _stub_guid(row: Any) -> Json:
    return {"type": "LEAD_GUID", "value": row.value, "timestamp": row.timestamp}


def _camel_email(row: Any) -> Json:
    rank = "isPrimary" if row.is_primary else "isSecondary"
    return {"value": row.value, "type": "EMAIL", "timestamp": row.timestamp, rank: True}


def _created_identities(contact: ContactState) -> Json:
    """Return the long form that only the answer to a create has (contract S1.1)."""
    identities: list[Json] = []
    if email := contact.properties.get("email"):
        address = {"type": "EMAIL", "value": email, "timestamp": contact.updated_at, "is-primary": True}
        identities.append({**address, "source": "UNSPECIFIED"})
    identities.append({**_lead_guid(contact), "source": "UNSPECIFIED"})
    return {
        "vid": contact.vid,
        "is-deleted": False,
        "is-contact": False,
        "pointer-vid": 0,
        "previous-vid": 0,
        "linked-vids": [],
        "saved-at-timestamp": 0,
        "deleted-changed-timestamp": 0,
        "identities": identities,
    }
