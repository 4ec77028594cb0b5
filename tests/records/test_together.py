"""Rows that are stored with others in one statement are what they are when stored each by the way of its table."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from records import dialect, marks
from records.contacts import find_contacts
from records.marks import Urgency
from records.models import Dirty, PropertyVersion
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts

PORTAL = 1
VALUES: Mapping[str, str] = {
    "firstname": '👩‍🚀 \u2028 \\u0041 \\N \t\n\r \x7f \' " {"a": null}',
    "lastname": "null",
    "city": "\ue000\U0010ffff",
    "company": "9007199254740993",
    "notes": "x" * 65_000,
    "email": "ß@exämple.org",
    "closedate": "1500000000123",
}


@pytest.mark.parametrize("few", [0, 10_000])
def test_rows_are_stored_alike_by_either_way(database: Database, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "FEW", few)

    def write(session: Session) -> int:
        [contact] = new_contacts(session, PORTAL, [("API", "x\\y\tz")])
        source = Source("API", None, "\\N")
        write_contacts(session, PORTAL, [Change(contact, VALUES, source)])
        return contact.vid

    vid = database.transact(write)
    with database.read() as session:
        row = find_contacts(session, PORTAL, [vid])[vid]
        assert {name: row.properties[name] for name in VALUES} == VALUES
        assert list(row.origin) == ["API", "x\\y\tz"] and row.marks == [] and row.merged_into is None
        versions = session.execute(select(PropertyVersion).where(PropertyVersion.vid == vid)).scalars().all()
        held = {each.name: (each.value, each.source_id, each.source_label) for each in versions if each.name in VALUES}
        assert held == {name: (value, None, "\\N") for name, value in VALUES.items()}
        [mark] = session.execute(select(Dirty).where(Dirty.vid == vid)).scalars().all()
        assert "*" in mark.changed and (mark.version, mark.evaluated) == (1, 0)


@pytest.mark.parametrize("few", [0, 10_000])
def test_a_second_mark_adds_to_the_first_by_either_way(
    database: Database, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "FEW", few)

    def mark(name: str, urgency: Urgency) -> None:
        database.transact(lambda session: marks.mark(session, PORTAL, {vid: (name,) for vid in (3, 1, 2)}, urgency))

    mark("a", Urgency.NOW)
    mark("b", Urgency.UPKEEP)
    with database.read() as session:
        rows = session.execute(select(Dirty).order_by(Dirty.vid)).scalars().all()
    assert [(row.vid, row.changed, row.urgency, row.version) for row in rows] == [
        (v, "a,b", 2, None) for v in (1, 2, 3)
    ]
