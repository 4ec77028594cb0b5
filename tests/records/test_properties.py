"""Changing definitions on both databases, and beside writers that know only the old ones."""

import threading
from typing import Any

import pytest

from records import feed, lists, marks, properties
from records.errors import DefinitionExists, DefinitionRefused
from records.lists import Criteria
from records.marks import Urgency
from records.models import Dirty, Portal
from records.session import Database
from records.writes import Change, Source, new_contacts, write_contacts

PORTAL = 1
SIZE: dict[str, Any] = {
    "name": "shoe_size",
    "label": "Shoe size",
    "groupName": "contactinformation",
    "type": "string",
    "fieldType": "text",
    "options": [],
}


def create_size(database: Database) -> None:
    database.transact(lambda session: properties.create_property(session, PORTAL, SIZE))


def store(database: Database, *values: dict[str, str]) -> list[int]:
    """Store contacts with these values and forget that they are dirty."""
    with database.write() as session:
        contacts = new_contacts(session, PORTAL, [("API", "")] * len(values))
        changes = [Change(contact, given, Source("API")) for contact, given in zip(contacts, values, strict=True)]
        write_contacts(session, PORTAL, changes)
        session.query(Dirty).delete()
    return [contact.vid for contact in contacts]


def dirty(database: Database) -> dict[int, tuple[str, int]]:
    with database.read() as session:
        return {row.vid: (row.changed, row.urgency) for row in session.query(Dirty)}


def change_type(database: Database, type: str) -> None:
    database.transact(lambda session: properties.update_property(session, PORTAL, "shoe_size", {"type": type}))


def test_contacts_with_a_value_are_found_and_marked(database: Database) -> None:
    create_size(database)
    vids = store(database, {"shoe_size": "42"}, {"shoe_size": ""}, {"firstname": "Ada"}, {"shoe_size": "4.5"})
    change_type(database, "number")
    assert dirty(database) == {vids[0]: ("shoe_size", Urgency.UPKEEP), vids[3]: ("shoe_size", Urgency.UPKEEP)}


def test_values_are_looked_at_page_after_page(database: Database) -> None:
    create_size(database)
    count = properties.CHUNK + 1
    vids = store(database, *({"shoe_size": str(number)} for number in range(count)))
    change_type(database, "number")
    assert dirty(database).keys() == set(vids)
    store(database, {"shoe_size": "1"})
    with pytest.raises(DefinitionRefused, match=rf"of {count + 1} contacts .* contact {vids[0]};"):
        change_type(database, "bool")


def test_a_name_cannot_be_taken_twice(database: Database) -> None:
    create_size(database)
    with pytest.raises(DefinitionExists):
        create_size(database)


def test_a_list_saved_while_a_property_goes_either_stops_it_or_is_stopped(database: Database) -> None:
    create_size(database)
    saving, asked = threading.Event(), threading.Event()
    refused: list[Exception] = []

    def delete() -> None:
        saving.wait()
        asked.set()
        try:
            database.transact(lambda session: properties.delete_property(session, PORTAL, "shoe_size"))
        except DefinitionRefused as error:
            refused.append(error)

    thread = threading.Thread(target=delete, daemon=True)
    thread.start()
    with database.write() as session:
        feed.lock_clock(session, PORTAL)
        saving.set()
        asked.wait()
        criteria = Criteria([], frozenset({"shoe_size"}), frozenset())
        lists.create_list(session, PORTAL, "Big feet", True, criteria)
    thread.join()
    assert "used by the lists 'Big feet'" in str(refused[0])


def test_a_drain_that_settles_marks_does_not_deadlock_with_a_change_of_type(database: Database) -> None:
    create_size(database)
    [vid] = store(database, {"shoe_size": "42"})
    with database.write() as session:
        marks.mark(session, PORTAL, {vid: ("city",)}, Urgency.NOW)
    settled = threading.Event()

    def change() -> None:
        settled.wait()
        change_type(database, "number")

    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    with database.write() as session:
        marks.settle(session, PORTAL, marks.claim(session, PORTAL, 10))
        settled.set()
        feed.lock_clock(session, PORTAL)
    thread.join()
    assert dirty(database) == {vid: ("shoe_size", Urgency.UPKEEP)}
    with database.read() as session:
        assert session.get_one(Portal, PORTAL).catalogue_version == 3
