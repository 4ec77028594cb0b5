"""The portal's property definitions as the pure value that filters, values and documents are read by.

Read once per version: a definition's change raises `Portal.catalogue_version`, so a process never uses an old one.
"""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from queries.catalogue import Catalogue, Definition, PropertyType
from records.models import Portal, PropertyDefinition
from records.statements import PORTAL, Reader


def load_catalogue(session: Reader, portal_id: int) -> Catalogue:
    """Return the portal's catalogue at its present version."""
    held: dict[int, int] = session.info.get(_HELD, {})
    version = held.get(portal_id) or session.execute(VERSION, {"portal": portal_id}).scalar_one()
    return catalogue_of(session, portal_id, version)


def catalogue_of(session: Reader, portal_id: int, version: int) -> Catalogue:
    """Return the portal's catalogue at its present version, which the caller has just read."""
    cache: dict[int, Catalogue] = session.info["catalogues"]
    cached = cache.get(portal_id)
    if cached is None or cached.version != version:
        cached = cache[portal_id] = _read(session, portal_id, version)
    return cached


def hold_version(session: Session, portal_id: int, version: int) -> None:
    """Have a short transaction keep to the version of the catalogue that it has just read."""
    session.info.setdefault(_HELD, {})[portal_id] = version


def lock_catalogue(session: Session, portal_id: int) -> Portal:
    """Lock and return the portal's row, so that definitions and groups change one after the other.

    It is the first lock that a change of a definition takes.
    """
    statement = select(Portal).where(Portal.portal_id == portal_id).with_for_update(key_share=True)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one()


def _read(session: Reader, portal_id: int, version: int) -> Catalogue:
    statement = select(*PropertyDefinition.__table__.columns).where(PropertyDefinition.portal_id == portal_id)
    definitions = {row.name: definition_of(row) for row in session.execute(statement)}
    return Catalogue(version, definitions)


def definition_of(row: PropertyDefinition | Row[Any]) -> Definition:
    """Return a stored definition as the pure value."""
    return Definition(
        name=row.name,
        type=PropertyType(row.type),
        field_type=row.details.get("fieldType", ""),
        options=tuple(option["value"] for option in row.details.get("options", ())),
        label=row.details.get("label", ""),
        read_only=bool(row.details.get("readOnlyValue")),
        external_options=bool(row.details.get("externalOptions")),
    )


_HELD = "catalogue versions"
_PORTALS = Portal.__table__.c
VERSION = select(_PORTALS.catalogue_version).where(_PORTALS.portal_id == PORTAL)
"""The version of a portal's catalogue."""
