"""Writes that update or create, tried once more when somebody else created the same contact meanwhile."""

from collections.abc import Sequence

from flask import g
from sqlalchemy.orm import Session

from records.errors import ContactExists
from records.upserts import Entry, Provenance, upsert
from service.transactions import write


def write_entries(entries: Sequence[Entry], provenance: Provenance) -> list[tuple[int, bool]]:
    """Write the entries and return vid and whether it is new for each; raises ContactMissing and ContactExists."""

    def work(session: Session) -> list[tuple[int, bool]]:
        return upsert(session, g.portal_id, entries, provenance)

    try:
        return write(work)
    except ContactExists:
        return write(work)
