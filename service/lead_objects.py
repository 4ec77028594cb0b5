"""Makes lead JSON (contract S6.4) out of contacts: a lead is a contact seen through names of 2011."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from queries.supplied import effective_values
from records.contacts import ContactRow
from service.presenter import Json

TEXTS = {
    "address": "address",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "country": "country",
    "company": "company",
    "email": "email",
    "fax": "fax",
    "firstName": "firstname",
    "lastName": "lastname",
    "salutation": "salutation",
    "jobTitle": "jobtitle",
    "phone": "phone",
    "website": "website",
    "industry": "industry",
    "message": "message",
    "twitterHandle": "twitterhandle",
}
"""Fields of a lead that clients may write -> the property behind each."""

CLOSED = "closedate"
STAGE = "lifecyclestage"
CUSTOMER = "customer"

FOUND_VIA = {
    "ORGANIC_SEARCH": "Organic Search",
    "PAID_SEARCH": "Paid Search",
    "EMAIL_MARKETING": "Email Marketing",
    "SOCIAL_MEDIA": "Social Media",
    "REFERRALS": "Referrals",
    "OTHER_CAMPAIGNS": "Other Campaigns",
    "DIRECT_TRAFFIC": "Direct Traffic",
    "OFFLINE": "Offline Sources",
}
"""Values of hs_analytics_source -> how leads call them (contract S3.1)."""

PAGE_TYPE = "Form"


@dataclass(frozen=True, slots=True)
class Lead:
    """A contact with what a lead shows of it: what it sent through forms, the oldest first, and its visitor's token."""

    contact: ContactRow
    submissions: Sequence[Any]
    token: str


def hex_guid(text: str) -> str:
    """Return a guid as leads show it: 32 letters and digits without dashes; what is no guid stays as it is."""
    try:
        return uuid.UUID(text).hex
    except ValueError:
        return text


def dashed_guid(text: str) -> str:
    """Return a guid as the records hold it; what is no guid stays as it is."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return text


def lead_object(lead: Lead, root: str, conversions: bool) -> Json:
    """Return a lead as JSON; `root` is the service's own address, `conversions` whether its conversion events show."""
    row = lead.contact
    values = effective_values(row.properties, row.created_at, row.updated_at, row.origin)
    guid = hex_guid(row.lead_guid)
    page = f"{root}/contacts/{row.portal_id}/contact/{row.vid}"
    return {
        **{name: values.get(source, "") for name, source in TEXTS.items()},
        "guid": guid,
        "id": guid,
        "leadId": row.vid,
        "portalId": row.portal_id,
        "ipAddress": values.get("ipaddress", ""),
        "userToken": lead.token,
        **_times(row, values),
        **_states(row, values),
        **_source(values),
        "leadJsonLink": f"{root}/leads/v1/lead/{guid}",
        "leadLink": page,
        "publicLeadLink": page,
        "leadDeleteLogs": [],
        "leadCustomerStatusModifyLogs": [],
        "analyticsDetails": _analytics(lead, values, guid),
        "crmDetails": _crm(row, values),
        "leadConversionEvents": [_conversion(row, each, guid) for each in lead.submissions] if conversions else [],
    }


def _times(row: ContactRow, values: Mapping[str, str]) -> Json:
    return {
        "insertedAt": row.created_at,
        "lastModifiedAt": row.updated_at,
        "lastConvertedAt": _whole(values, "recent_conversion_date"),
        "closedAt": _whole(values, CLOSED),
        "firstVisitSetAt": _whole(values, "hs_analytics_first_visit_timestamp"),
        "customerStatusModifiedAt": _whole(values, "hs_lifecyclestage_customer_date"),
        "sourceValueModifiedAt": row.created_at,
    }


def _states(row: ContactRow, values: Mapping[str, str]) -> Json:
    bounced = values.get("hs_email_has_bounced") == "true" or _whole(values, "hs_email_bounce") > 0
    opted_out = values.get("hs_email_optout") == "true"
    return {
        "isCustomer": values.get(STAGE) == CUSTOMER,
        "isDeleted": False,
        "imported": row.origin[0] == "IMPORT",
        "eligibleForEmail": bool(values.get("email")) and not opted_out and not bounced,
        "emailBounced": bounced,
        "emailOptOut": opted_out,
        "leadNurturingActive": values.get("currentlyinworkflow") == "true",
        "leadNurturingCampaignId": -1,
        "score": _whole(values, "hubspotscore"),
        "rawScore": _whole(values, "hubspotscore"),
        "numConversionEvents": _whole(values, "num_conversion_events"),
    }


def _source(values: Mapping[str, str]) -> Json:
    found_via = FOUND_VIA.get(values.get("hs_analytics_source", ""), "")
    detail = values.get("hs_analytics_source_data_1", "")
    referrer = values.get("hs_analytics_first_referrer", "")
    return {
        "sourceId": list(FOUND_VIA.values()).index(found_via) if found_via else -1,
        "sourceValue1": detail,
        "sourceValue2": values.get("hs_analytics_source_data_2", ""),
        "foundVia": found_via,
        "fullFoundViaString": f"{found_via} - {detail}" if detail else found_via,
        "firstCampaign": "",
        "firstRefDomain": _domain(referrer),
        "firstReferrer": referrer,
        "firstURL": values.get("hs_analytics_first_url", ""),
    }


def _analytics(lead: Lead, values: Mapping[str, str], guid: str) -> Json:
    row = lead.contact
    return {
        "allViewsImported": False,
        "countsModifiedAt": row.updated_at,
        "firstVisitAt": _whole(values, "hs_analytics_first_visit_timestamp"),
        "id": row.vid,
        "lastPageViewAt": _whole(values, "hs_analytics_last_timestamp"),
        "lastVisitAt": _whole(values, "hs_analytics_last_visit_timestamp"),
        "leadGuid": guid,
        "leadId": row.vid,
        "pageViewCount": _whole(values, "hs_analytics_num_page_views"),
        "portalId": row.portal_id,
        "userToken": lead.token,
        "visitCount": _whole(values, "hs_analytics_num_visits"),
    }


def _crm(row: ContactRow, values: Mapping[str, str]) -> Json:
    return {
        "annualRevenue": values.get("annualrevenue", ""),
        "closeProbability": 0,
        "crmType": "",
        "estimatedRevenue": 0,
        "id": row.vid,
        "nextAction": "",
        "nextActionAssignedTo": "",
        "nextActionAssignedToEmail": "",
        "nextActionDue": 0,
        "numEmployees": values.get("numemployees", ""),
        "status": values.get("hs_lead_status", ""),
    }


def _conversion(row: ContactRow, submission: Any, guid: str) -> Json:
    shared = {
        "convertDate": submission.submitted_at,
        "formGuid": submission.form_guid,
        "formId": 0,
        "formName": submission.form_name,
        "leadGuid": guid,
        "portalId": row.portal_id,
    }
    event = hex_guid(submission.conversion_id)
    return {
        **shared,
        "guid": event,
        "id": event,
        "pageName": submission.page_title,
        "pageType": PAGE_TYPE,
        "pageUrl": submission.page_url,
        "formSubmissionValues": [
            {
                **shared,
                "conversionGuid": event,
                "fieldLabel": name,
                "fieldName": name,
                "fieldValue": value,
                "id": f"{event}-{position}",
            }
            for position, (name, value) in enumerate(submission.fields)
        ],
    }


def _whole(values: Mapping[str, str], name: str) -> int:
    return int(float(values.get(name) or 0))


def _domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
