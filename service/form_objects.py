"""Makes the JSON of forms and their fields in both generations (contract S5.1): what was sent, laid over defaults."""

from collections.abc import Iterator, Mapping
from typing import Any

from queries.catalogue import Catalogue
from service.embedding import embedded_code

Json = dict[str, Any]

_FORM: Json = {
    "action": "",
    "method": "POST",
    "cssClass": "",
    "redirect": "",
    "submitText": "Submit",
    "followUpId": "",
    "notifyRecipients": "",
    "leadNurturingCampaignId": "",
    "performableHtml": "",
    "migratedFrom": "",
    "ignoreCurrentValues": False,
    "metaData": [],
    "deletable": True,
}
_SECOND_GENERATION: Json = {
    "inlineMessage": "",
    "socialLoginEnabled": False,
    "socialLoginTypes": [],
    "tmsId": "",
    "captchaEnabled": False,
    "campaignGuid": "",
    "cloneable": True,
    "editable": True,
    "visible": True,
    "formType": "HUBSPOT",
}
_GROUP: Json = {"default": True, "isSmartGroup": False}
_FIELD: Json = {
    "label": "",
    "type": "string",
    "fieldType": "text",
    "description": "",
    "groupName": "",
    "displayOrder": -1,
    "required": False,
    "selectedOptions": [],
    "options": [],
    "enabled": True,
    "hidden": False,
    "defaultValue": "",
    "isSmartField": False,
    "unselectedLabel": "",
    "placeholder": "",
}
_VALIDATION: Json = {
    "name": "",
    "message": "",
    "data": "",
    "useDefaultBlockList": False,
    "blockedEmailAddresses": [],
}
_SECOND_GENERATION_FIELD: Json = {"dependentFieldFilters": [], "labelHidden": False}


def form_fields(details: Mapping[str, Any]) -> Iterator[Json]:
    """Yield the stored fields of a form's details, in their order."""
    for group in details.get("formFieldGroups", ()):
        yield from group.get("fields", ())


def show_form(row: Any, catalogue: Catalogue, root: str, second: bool) -> Json:
    """Return a form's row as the second generation of the API or the first shows it; `root` is our own address."""
    groups = [_group(group, catalogue, second) for group in row.details.get("formFieldGroups", ())]
    own = {key: value for key, value in row.details.items() if second or key not in _SECOND_GENERATION}
    head = {"portalId": row.portal_id} if second else {}
    shown = {
        **head,
        "guid": row.guid,
        "name": row.name,
        **_FORM,
        **(_SECOND_GENERATION if second else {}),
        **own,
        "formFieldGroups": groups,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }
    return shown if second else {**shown, **_first_generation(row, shown, root)}


def show_field(field: Json, catalogue: Catalogue, second: bool) -> Json:
    """Return a form's field; what the form leaves open follows the property of the same name."""
    shown = {**_FIELD, **_from_property(field["name"], catalogue), **field}
    shown["validation"] = {**_VALIDATION, **field.get("validation", {})}
    return {**_SECOND_GENERATION_FIELD, **shown} if second else _without(shown, _SECOND_GENERATION_FIELD)


def _first_generation(row: Any, shown: Json, root: str) -> Json:
    flat = [field for group in shown["formFieldGroups"] for field in group["fields"]]
    address = f"{root}/uploads/form/v2/{row.portal_id}/{row.guid}"
    return {"fields": flat, "embeddedCode": embedded_code(address, {**shown, "fields": flat})}


def _group(group: Json, catalogue: Catalogue, second: bool) -> Json:
    return {**_GROUP, **group, "fields": [show_field(field, catalogue, second) for field in group.get("fields", ())]}


def _from_property(name: str, catalogue: Catalogue) -> Json:
    definition = catalogue.get(name)
    if definition is None:
        return {}
    options = [
        {"label": value, "value": value, "displayOrder": index} for index, value in enumerate(definition.options)
    ]
    return {
        "label": definition.label,
        "type": definition.type.value,
        "fieldType": definition.field_type or "text",
        "options": options,
    }


def _without(shown: Json, keys: Mapping[str, Any]) -> Json:
    return {key: value for key, value in shown.items() if key not in keys}
