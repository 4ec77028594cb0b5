"""Form definitions: what visitors are asked, and where they go afterwards (contract S5.1)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from queries.catalogue import Catalogue
from records.catalogues import catalogue_of
from records.clock import now
from records.errors import FormMissing
from records.models import Form, Portal
from records.statements import PORTAL, Reader


class Definitions(NamedTuple):
    """A form, and the catalogue by which its fields are read."""

    form: Row[Any]
    catalogue: Catalogue

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes with either of them."""
        return self.catalogue.version, self.form.updated_at


def list_forms(session: Reader, portal_id: int, offset: int = 0, limit: int | None = None) -> Sequence[Row[Any]]:
    """Return the portal's forms, the oldest first: all from `offset` on, or `limit` of them."""
    statement = select(*_FORM).where(_FORM.portal_id == portal_id).order_by(_FORM.created_at, _FORM.guid)
    return session.execute(statement.offset(offset).limit(limit)).all()


def find_form(session: Reader, portal_id: int, guid: str) -> Row[Any] | None:
    """Return a form, None where the portal has none of this guid."""
    return session.execute(_BY_GUID, {"portal": portal_id, "guid": guid}).one_or_none()


def get_form(session: Reader, portal_id: int, guid: str) -> Row[Any]:
    """Return a form; raises FormMissing."""
    row = find_form(session, portal_id, guid)
    if row is None:
        raise FormMissing(guid)
    return row


def find_definitions(session: Reader, portal_id: int, guid: str) -> Definitions | None:
    """Return a form and what its fields mean, read in one statement; None where there is no such portal or form."""
    row = session.execute(_DEFINITIONS, {"portal": portal_id, "guid": guid}).one_or_none()
    return None if row is None else Definitions(row, catalogue_of(session, portal_id, row.catalogue_version))


def create_form(session: Session, portal_id: int, guid: str, given: Mapping[str, Any]) -> None:
    """Create a form under a fresh guid, from the wire's keys with the `name` among them."""
    moment = now(session)
    row = Form(portal_id=portal_id, guid=guid, created_at=moment, details={})
    _assign(row, given, moment)
    session.add(row)
    session.flush()


def update_form(session: Session, portal_id: int, guid: str, changes: Mapping[str, Any]) -> None:
    """Change keys of a form; a key that is not given stays. Raises FormMissing."""
    row = _lock(session, portal_id, guid)
    _assign(row, changes, now(session))
    session.flush()


def delete_form(session: Session, portal_id: int, guid: str) -> None:
    """Delete a form; what was sent through it stays with the contacts. Raises FormMissing."""
    session.delete(_lock(session, portal_id, guid))
    session.flush()


def _lock(session: Session, portal_id: int, guid: str) -> Form:
    row = session.get(Form, (portal_id, guid), with_for_update=True, populate_existing=True)
    if row is None:
        raise FormMissing(guid)
    return row


def _assign(row: Form, given: Mapping[str, Any], moment: int) -> None:
    row.name = given.get("name", row.name)
    row.details = {**row.details, **{key: value for key, value in given.items() if key != "name"}}
    row.updated_at = max(moment, (row.updated_at or 0) + 1)


_FORM = Form.__table__.c
_BY_GUID = select(*_FORM).where(_FORM.portal_id == PORTAL, _FORM.guid == bindparam("guid"))
_PORTAL = Portal.__table__.c
_DEFINITIONS = _BY_GUID.add_columns(_PORTAL.catalogue_version).where(_PORTAL.portal_id == _FORM.portal_id)
