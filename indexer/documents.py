"""Builds index documents from the records, many contacts at a time and in one snapshot."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from queries.catalogue import Catalogue
from queries.document import Snapshot, build_document
from queries.fields import Document
from queries.submitted import Submitted
from records import conversions, dialect
from records.backgrounds import Background, load_backgrounds
from records.contacts import ContactRow
from records.models import Contact


def load_documents(
    session: Session, portal_id: int, vids: Collection[int], catalogue: Catalogue
) -> tuple[dict[int, Document], dict[int, int]]:
    """Return the documents of live contacts by vid, and vid -> version of the stubs of deleted and merged ones."""
    rows = _rows(session, portal_id, vids)
    dead = {row.vid: row.version for row in rows if row.deleted or row.merged_into is not None}
    return build_documents(session, portal_id, [row for row in rows if row.vid not in dead], catalogue), dead


def build_documents(
    session: Session, portal_id: int, rows: Iterable[ContactRow], catalogue: Catalogue
) -> dict[int, Document]:
    """Return vid -> document for rows of live contacts."""
    contacts = list(rows)
    backgrounds = load_backgrounds(session, portal_id, contacts)
    submitted = _submitted(session, portal_id, contacts)
    return {
        row.vid: build_document(_snapshot(row, backgrounds[row.vid], submitted.get(row.vid, ())), catalogue)
        for row in contacts
    }


def _submitted(session: Session, portal_id: int, rows: Iterable[ContactRow]) -> dict[int, tuple[Submitted, ...]]:
    """Return vid -> what was sent through forms, for contacts that sent something, which a value of theirs tells."""
    vids = [row.vid for row in rows if conversions.COUNT in row.properties]
    found: dict[int, list[Submitted]] = {vid: [] for vid in vids}
    for row in conversions.load_conversions(session, portal_id, vids) if vids else ():
        found[row.vid].append(Submitted(row.form_guid, row.submitted_at, row.page_id, row.page_url))
    return {vid: tuple(each) for vid, each in found.items()}


def _rows(session: Session, portal_id: int, vids: Collection[int]) -> list[ContactRow]:
    statement = select(*Contact.__table__.columns).where(
        Contact.portal_id == portal_id, dialect.among(session, Contact.vid, vids)
    )
    return list(session.execute(statement).all())


def _snapshot(row: ContactRow, background: Background, submitted: tuple[Submitted, ...]) -> Snapshot:
    return Snapshot(
        vid=row.vid,
        version=row.version,
        change=row.change,
        created_at=row.created_at,
        updated_at=row.updated_at,
        origin=(row.origin[0], row.origin[1]),
        properties=row.properties,
        emails=background.emails,
        marks=tuple(row.marks),
        changed=background.changed,
        past=background.past,
        tokens=background.tokens,
        submissions=submitted,
    )
