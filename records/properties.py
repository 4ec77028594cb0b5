"""Property definitions: what contacts may hold, and what must be asked before that changes (contract S3).

Every change locks the portal's row and raises its catalogue version. Whether lists read a property is asked under the
portal's clock row, which list saves lock first, so a list can never read what is gone (design rule 5).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from queries.catalogue import Definition, PropertyType
from queries.values import InvalidValue, check_value
from records import instants, marks
from records.catalogues import definition_of, lock_catalogue
from records.clock import now
from records.errors import DefinitionExists, DefinitionMissing, DefinitionRefused
from records.feed import lock_clock
from records.groups import find_group
from records.lists import lists_reading
from records.marks import Urgency
from records.models import Contact, Portal, PropertyDefinition

PROPERTY = "Property"
MAX_PROPERTIES = 1_000
CHUNK = 5_000
_COLUMNS = ("name", "groupName", "type")


def list_properties(session: Session, portal_id: int, group: str | None = None) -> list[PropertyDefinition]:
    """Return the portal's definitions by name, or only those of one group."""
    statement = select(PropertyDefinition).where(PropertyDefinition.portal_id == portal_id)
    if group is not None:
        statement = statement.where(PropertyDefinition.group_name == group)
    return list(session.execute(statement.order_by(PropertyDefinition.name)).scalars())


def get_property(session: Session, portal_id: int, name: str) -> PropertyDefinition:
    """Return a definition; raises DefinitionMissing."""
    row = session.get(PropertyDefinition, (portal_id, name), populate_existing=True)
    if row is None:
        raise DefinitionMissing(PROPERTY, name)
    return row


def create_property(session: Session, portal_id: int, given: Mapping[str, Any]) -> PropertyDefinition:
    """Create a definition from a whole wire object: `name`, `groupName`, `type` and further keys.

    Raises DefinitionExists, and DefinitionRefused for an unknown group, for an enumeration without options, for one
    property too many, or where contacts still hold values of a deleted property of this name that are not of the type.
    """
    portal = lock_catalogue(session, portal_id)
    name = given["name"]
    if session.get(PropertyDefinition, (portal_id, name)) is not None:
        raise DefinitionExists(PROPERTY, name)
    _check_group(session, portal_id, given["groupName"])
    _check_room(session, portal_id)
    row = PropertyDefinition(portal_id=portal_id, name=name, created_at=now(session))
    _assign(session, row, given)
    _reread_values(session, portal_id, name, definition_of(row))
    session.add(row)
    _raise_version(session, portal)
    return row


def update_property(session: Session, portal_id: int, name: str, changes: Mapping[str, Any]) -> PropertyDefinition:
    """Change keys of a definition; a key that is not given stays, and the name always does.

    Raises DefinitionMissing, and DefinitionRefused for a built-in one, for an unknown group, for an enumeration without
    options, and for another type, or one value where there were several, where a list reads the property or a contact's
    value does not fit.
    """
    portal = lock_catalogue(session, portal_id)
    row = _get_own(session, portal_id, name)
    old = definition_of(row)
    _check_group(session, portal_id, changes.get("groupName", row.group_name))
    _assign(session, row, changes)
    new = definition_of(row)
    if (new.type, new.multiple) != (old.type, old.multiple):
        _reread_values(session, portal_id, name, new)
    if new.type != old.type or (old.multiple and not new.multiple):
        _refuse_readers(session, portal_id, name)
    _raise_version(session, portal)
    return row


def delete_property(session: Session, portal_id: int, name: str) -> None:
    """Delete a definition. Contacts keep their values unseen, to be had again under a property of the same name.

    Raises DefinitionMissing, and DefinitionRefused for a built-in one or while a list reads it.
    """
    portal = lock_catalogue(session, portal_id)
    row = _get_own(session, portal_id, name)
    _reread_values(session, portal_id, name, None)
    _refuse_readers(session, portal_id, name)
    session.delete(row)
    _raise_version(session, portal)


def _raise_version(session: Session, portal: Portal) -> None:
    portal.catalogue_version += 1
    session.flush()


def _get_own(session: Session, portal_id: int, name: str) -> PropertyDefinition:
    row = get_property(session, portal_id, name)
    if row.hubspot_defined:
        raise DefinitionRefused(f"Property '{name}' is built in and stays as it is: create one of your own instead")
    return row


def _check_group(session: Session, portal_id: int, group: str) -> None:
    if find_group(session, portal_id, group) is None:
        raise DefinitionRefused(f"groupName: no group is called '{group}'; create it first or name another one")


def _check_room(session: Session, portal_id: int) -> None:
    statement = select(func.count()).where(PropertyDefinition.portal_id == portal_id)
    if session.execute(statement).scalar_one() >= MAX_PROPERTIES:
        raise DefinitionRefused(f"A portal has at most {MAX_PROPERTIES} properties: delete one that is not needed")


def _assign(session: Session, row: PropertyDefinition, given: Mapping[str, Any]) -> None:
    row.group_name = given.get("groupName", row.group_name)
    row.type = given.get("type", row.type)
    further = {key: value for key, value in given.items() if key not in _COLUMNS}
    row.details = {**(row.details or {}), **further}
    row.updated_at = now(session)
    if row.type == PropertyType.ENUMERATION and not row.details["options"]:
        raise DefinitionRefused("options: an enumeration needs at least one; send a list of options")


def _refuse_readers(session: Session, portal_id: int, name: str) -> None:
    lock_clock(session, portal_id)
    names = ", ".join(f"'{row.name}'" for row in lists_reading(session, portal_id, name))
    if names:
        raise DefinitionRefused(f"Property '{name}' is used by the lists {names}: change or delete those first")


def _reread_values(session: Session, portal_id: int, name: str, definition: Definition | None) -> None:
    """Mark every contact that has a value dirty; raises DefinitionRefused for values not of the definition's type.

    Marks are made before the clock row is locked, because that one comes last (design rule 5).
    """
    misfits = 0
    example = 0
    instants.clear(session, portal_id, name)
    for page in _pages(session, portal_id, name):
        unfit = [vid for vid, value in page if definition is not None and not _fits(definition, value)]
        misfits += len(unfit)
        example = example or next(iter(unfit), 0)
        if definition is not None and definition.dated:
            instants.take_in(session, portal_id, name, page)
        marks.mark(session, portal_id, {vid: (name,) for vid, _ in page}, Urgency.UPKEEP)
    if definition is not None and misfits:
        raise DefinitionRefused(
            f"type: the values of '{name}' of {misfits} contacts are not of type {definition.type.value}, such as that "
            f"of contact {example}; change those values first"
        )


def _pages(session: Session, portal_id: int, name: str) -> Iterator[Sequence[tuple[int, str]]]:
    """Yield the vids and values of all contacts that have one, by vid, in pages."""
    value = Contact.properties[name].as_string()
    statement = (
        select(Contact.vid, value).where(Contact.portal_id == portal_id, value != "").order_by(Contact.vid).limit(CHUNK)
    )
    page = [(vid, text) for vid, text in session.execute(statement)]
    while page:
        yield page
        page = [(vid, text) for vid, text in session.execute(statement.where(Contact.vid > page[-1][0]))]


def _fits(definition: Definition, value: str) -> bool:
    """Tell whether a stored value is just what would be stored under the definition."""
    try:
        return check_value(definition, value) == value
    except InvalidValue:
        return False
