"""What a process remembers of definitions is what was committed."""

from pathlib import Path

import pytest

from records.catalogues import load_catalogue
from records.models import Portal
from tests.support.records import add_portal, create_database


class Unwanted(Exception):
    """Makes a transaction roll back."""


def test_a_catalogue_read_in_a_transaction_that_is_rolled_back_is_forgotten(tmp_path: Path) -> None:
    database = create_database(tmp_path)
    portal_id, _ = add_portal(database)
    with pytest.raises(Unwanted), database.write() as session:
        session.get_one(Portal, portal_id).catalogue_version += 1
        session.flush()
        seen = load_catalogue(session, portal_id)
        raise Unwanted
    with database.read() as session:
        assert load_catalogue(session, portal_id).version == seen.version - 1
    database.transact(lambda session: setattr(session.get_one(Portal, portal_id), "catalogue_version", seen.version))
    with database.read() as session:
        assert load_catalogue(session, portal_id) is not seen
    database.close()
