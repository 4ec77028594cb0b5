"""Property groups: the headings under which properties are shown (contract S3)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records.catalogues import lock_catalogue
from records.errors import DefinitionExists, DefinitionMissing, DefinitionRefused
from records.models import PropertyDefinition, PropertyGroup

GROUP = "Group"
_COLUMNS = {"displayName": "display_name", "displayOrder": "display_order"}


def list_groups(session: Session, portal_id: int) -> list[PropertyGroup]:
    """Return the portal's groups in their order, then by name."""
    order = (PropertyGroup.display_order, PropertyGroup.name)
    statement = select(PropertyGroup).where(PropertyGroup.portal_id == portal_id).order_by(*order)
    return list(session.execute(statement).scalars())


def find_group(session: Session, portal_id: int, name: str) -> PropertyGroup | None:
    """Return a group, or None."""
    statement = (
        select(PropertyGroup)
        .where(PropertyGroup.portal_id == portal_id, PropertyGroup.name == name)
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one_or_none()


def get_group(session: Session, portal_id: int, name: str) -> PropertyGroup:
    """Return a group; raises DefinitionMissing."""
    row = find_group(session, portal_id, name)
    if row is None:
        raise DefinitionMissing(GROUP, name)
    return row


def create_group(session: Session, portal_id: int, given: Mapping[str, Any]) -> PropertyGroup:
    """Create a group from a whole wire object: `name`, `displayName`, `displayOrder`. Raises DefinitionExists."""
    lock_catalogue(session, portal_id)
    name = given["name"]
    if find_group(session, portal_id, name) is not None:
        raise DefinitionExists(GROUP, name)
    row = PropertyGroup(portal_id=portal_id, name=name, hubspot_defined=False)
    _assign(row, given)
    session.add(row)
    session.flush()
    return row


def update_group(session: Session, portal_id: int, name: str, changes: Mapping[str, Any]) -> PropertyGroup:
    """Change keys of a group; its name stays. Raises DefinitionMissing, and DefinitionRefused for a built-in one."""
    lock_catalogue(session, portal_id)
    row = _get_own(session, portal_id, name)
    _assign(row, changes)
    session.flush()
    return row


def delete_group(session: Session, portal_id: int, name: str) -> None:
    """Delete a group that holds no property. Raises DefinitionMissing, and DefinitionRefused for any other."""
    lock_catalogue(session, portal_id)
    row = _get_own(session, portal_id, name)
    held = _count_properties(session, portal_id, name)
    if held:
        raise DefinitionRefused(f"Group '{name}' holds {held} properties: move or delete those first")
    session.delete(row)
    session.flush()


def _get_own(session: Session, portal_id: int, name: str) -> PropertyGroup:
    row = get_group(session, portal_id, name)
    if row.hubspot_defined:
        raise DefinitionRefused(f"Group '{name}' is built in and stays as it is: create one of your own instead")
    return row


def _assign(row: PropertyGroup, given: Mapping[str, Any]) -> None:
    for key, column in _COLUMNS.items():
        if key in given:
            setattr(row, column, given[key])


def _count_properties(session: Session, portal_id: int, name: str) -> int:
    statement = select(func.count()).where(
        PropertyDefinition.portal_id == portal_id, PropertyDefinition.group_name == name
    )
    return session.execute(statement).scalar_one()
