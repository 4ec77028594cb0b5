"""Portals: the accounts whose walls every other table respects."""

import json
from importlib import resources
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from records import dialect, verification
from records.clock import now
from records.models import Portal, PortalClock, PropertyDefinition, PropertyGroup
from records.statements import Reader

_COLUMNS = {"name", "groupName", "type"}


def create_portal(session: Session, name: str, zone: str = "UTC") -> int:
    """Create a portal with its counters and the default properties of contract S3.1; return its id.

    `zone` is the IANA name of the zone in which its lists tell days.
    """
    portal = Portal(name=name, created_at=now(session), time_zone=zone)
    session.add(portal)
    session.flush()
    session.add(PortalClock(portal_id=portal.portal_id))
    session.flush()
    verification.create(session, portal.portal_id)
    dialect.create_vid_source(session, portal.portal_id)
    _seed(session, portal)
    return portal.portal_id


def portal_ids(session: Reader) -> list[int]:
    """Return the ids of all portals."""
    return list(session.execute(select(Portal.portal_id).order_by(Portal.portal_id)).scalars())


def time_zone(session: Session, portal_id: int) -> str:
    """Return the IANA name of the zone in which a portal's lists tell days."""
    return session.execute(select(Portal.time_zone).where(Portal.portal_id == portal_id)).scalar_one()


def _seed(session: Session, portal: Portal) -> None:
    defaults = json.loads(resources.files("records").joinpath("default_properties.json").read_text("utf-8"))
    groups = [_group_row(portal.portal_id, group) for group in defaults["groups"]]
    definitions = [_definition_row(portal, definition) for definition in defaults["properties"]]
    session.execute(insert(PropertyGroup.__table__), groups)  # type: ignore[arg-type]
    session.execute(insert(PropertyDefinition.__table__), definitions)  # type: ignore[arg-type]


def _group_row(portal_id: int, group: dict[str, Any]) -> dict[str, Any]:
    return {
        "portal_id": portal_id,
        "name": group["name"],
        "display_name": group["displayName"],
        "display_order": group["displayOrder"],
        "hubspot_defined": True,
    }


def _definition_row(portal: Portal, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "portal_id": portal.portal_id,
        "name": definition["name"],
        "group_name": definition["groupName"],
        "type": definition["type"],
        "details": {key: value for key, value in definition.items() if key not in _COLUMNS},
        "hubspot_defined": True,
        "created_at": portal.created_at,
        "updated_at": portal.created_at,
    }
