"""The built-in properties as data: complete, consistent, and readable as definitions (contract S3.1)."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import records
from queries.catalogue import Definition, PropertyType, valid_name

DATA: dict[str, list[dict[str, Any]]] = json.loads(
    Path(records.__file__).with_name("default_properties.json").read_text(encoding="utf-8")
)
GROUPS = DATA["groups"]
PROPERTIES = DATA["properties"]
BY_NAME = {row["name"]: row for row in PROPERTIES}
STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
KEYS = {
    "name": str,
    "label": str,
    "description": str,
    "groupName": str,
    "type": str,
    "fieldType": str,
    "hidden": bool,
    "options": list,
    "displayOrder": int,
    "formField": bool,
    "readOnlyValue": bool,
    "readOnlyDefinition": bool,
    "calculated": bool,
    "externalOptions": bool,
    "mutableDefinitionNotDeletable": bool,
    "displayMode": str,
    "hubspotDefined": bool,
}
HINTS = {
    "textDisplayHint": {"phone_number", "email", "ip_address"},
    "numberDisplayHint": {"currency", "unformatted"},
}
OPTION_KEYS = {"label", "value", "displayOrder", "hidden", "readOnly", "description", "doubleData"}
FIELD_TYPES = {
    PropertyType.STRING: {"text", "textarea"},
    PropertyType.NUMBER: {"number"},
    PropertyType.BOOL: {"booleancheckbox"},
    PropertyType.DATETIME: {"date"},
    PropertyType.ENUMERATION: {"select", "radio", "checkbox", "booleancheckbox"},
}

each_property = pytest.mark.parametrize("row", PROPERTIES, ids=lambda row: row["name"])


def names(**wanted: object) -> set[str]:
    """The names of the properties having all these values."""
    return {row["name"] for row in PROPERTIES if all(row[key] == value for key, value in wanted.items())}


def option_values(name: str) -> tuple[str, ...]:
    return tuple(option["value"] for option in BY_NAME[name]["options"])


def test_names_and_groups_are_unique() -> None:
    assert len(BY_NAME) == len(PROPERTIES)
    assert len({group["name"] for group in GROUPS}) == len(GROUPS)


def test_every_group_has_the_properties_of_the_contract() -> None:
    assert Counter(row["groupName"] for row in PROPERTIES) == {
        "contactinformation": 60,
        "analyticsinformation": 16,
        "conversioninformation": 14,
        "emailinformation": 18,
        "socialmediainformation": 18,
        "salesforceinformation": 10,
    }
    assert [group["displayOrder"] for group in GROUPS] == list(range(len(GROUPS)))


@each_property
def test_a_property_has_every_key_of_the_wire(row: dict[str, Any]) -> None:
    hints = row.keys() - KEYS.keys()

    assert {key: type(row[key]) for key in KEYS} == KEYS
    assert all(row[hint] in HINTS[hint] for hint in hints)
    assert row["label"] and row["description"]
    assert row["displayMode"] == "current_value"
    assert row["hubspotDefined"] and row["readOnlyDefinition"]


@each_property
def test_a_property_is_a_valid_definition(row: dict[str, Any]) -> None:
    definition = Definition(row["name"], PropertyType(row["type"]), row["fieldType"], option_values(row["name"]))

    assert valid_name(definition.name)
    assert definition.field_type in FIELD_TYPES[definition.type]
    assert row["groupName"] in {group["name"] for group in GROUPS}


@each_property
def test_options_are_whole_ordered_and_distinct(row: dict[str, Any]) -> None:
    values = option_values(row["name"])

    assert len(set(values)) == len(values)
    assert all(value and ";" not in value for value in values)
    assert all(option.keys() == OPTION_KEYS and option["label"] for option in row["options"])
    assert [option["displayOrder"] for option in row["options"]] == list(range(len(values)))


@each_property
def test_only_enumerations_without_options_have_external_ones(row: dict[str, Any]) -> None:
    assert row["externalOptions"] is (row["type"] == "enumeration" and not row["options"])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("lifecyclestage", STAGES),
        ("numemployees", ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+")),
        ("salutation", ("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.")),
        ("hs_email_optout", ("true", "false")),
        ("hs_is_unworked", ("true", "false")),
        ("hubspot_owner_id", ()),
        ("industry", ()),
    ],
)
def test_the_options_are_those_of_the_contract(name: str, values: tuple[str, ...]) -> None:
    assert option_values(name) == values


def test_the_original_sources_carry_the_vendors_labels() -> None:
    labels = {option["value"]: option["label"] for option in BY_NAME["hs_analytics_source"]["options"]}

    assert labels == {
        "ORGANIC_SEARCH": "Organic Search",
        "PAID_SEARCH": "Paid Search",
        "EMAIL_MARKETING": "Email Marketing",
        "SOCIAL_MEDIA": "Social Media",
        "REFERRALS": "Referrals",
        "OTHER_CAMPAIGNS": "Other Campaigns",
        "DIRECT_TRAFFIC": "Direct Traffic",
        "OFFLINE": "Offline Sources",
        "PAID_SOCIAL": "Paid Social",
    }
    assert BY_NAME["hs_analytics_source"]["label"] == "Original Source Type"


def test_every_stage_has_its_date() -> None:
    dates = {f"hs_lifecyclestage_{stage}_date" for stage in STAGES}

    assert dates <= names(type="datetime", readOnlyValue=True, groupName="contactinformation")


def test_whole_groups_are_written_by_the_server_alone() -> None:
    for group in ("analyticsinformation", "conversioninformation", "emailinformation"):
        assert names(groupName=group) == names(groupName=group, readOnlyValue=True)


def test_the_hidden_properties_are_those_of_the_contract() -> None:
    assert names(hidden=True) == {
        "associatedcompanyid",
        "associatedcompanylastupdated",
        "surveymonkeyeventlastupdated",
        "webinareventlastupdated",
        "ip_zipcode",
        "ip_latlon",
        "hs_ip_timezone",
        "hs_email_has_bounced",
        "hs_email_is_ineligible",
        "hs_email_lastupdated",
        "photo",
        "hs_facebookid",
        "hs_googleplusid",
        "hs_linkedinid",
        "hs_twitterid",
        "salesforcedeleted",
    }


def test_no_form_asks_for_a_value_that_cannot_be_written() -> None:
    assert not names(formField=True, readOnlyValue=True)
