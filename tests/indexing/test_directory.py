"""The lists that a drain knows are brought up to date by what was saved since, and are those that are stored."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from indexer.directory import Directory, load_directory
from records import lists
from tests.indexing.world import World
from tests.support.people import is_

CITIES = ("Berlin", "Rome", "Oslo")
WAYS = ("create", "edit", "contain", "refresh", "delete")

SAVES = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(1, 5), st.integers(0, 4)), max_size=12)
"""What is saved, the list that it is done to, and the city or list that is asked for."""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=SAVES)
def test_what_is_known_after_a_save_is_what_is_read_at_once(world: World, saves: list[tuple[str, int, int]]) -> None:
    for way, list_id, asked in saves:
        save(world, way, list_id, asked)
        assert world.read(known) == world.read(read_anew)


def test_an_older_snapshot_sees_the_lists_of_its_time(world: World) -> None:
    first = world.portal.create_list("First", is_("city", "EQ", "Rome"))
    with world.runtime.database.read() as session:
        lists.get_list(session, world.portal_id, first)
        second = world.portal.create_list("Second", is_("city", "EQ", "Oslo"))
        assert world.read(known).queries.keys() == {first, second}
        assert known(session).queries.keys() == {first}
    assert world.read(known).queries.keys() == {first, second}


def save(world: World, way: str, list_id: int, asked: int) -> None:
    """Save a list; one that is not there, or may not be saved so, is left as it is."""
    path = f"/contacts/v1/lists/{list_id}"
    in_city = {"filters": [[is_("city", "EQ", CITIES[asked % len(CITIES)])]]}
    match way:
        case "create":
            taken = len(world.read(lambda session: lists.names(session, world.portal_id)))
            world.api.post("/contacts/v1/lists", {"name": f"List {taken}", "dynamic": asked > 0, **in_city}, None)
        case "edit":
            world.api.post(path, in_city, None)
        case "contain":
            world.api.post(path, {"filters": [[member_of(asked)]]}, None)
        case "refresh":
            world.api.post(f"{path}/refresh", None, None)
        case "delete":
            world.api.delete(path, None)


def member_of(list_id: int) -> dict[str, Any]:
    """Return the filter that asks for the members of a list."""
    return {"filterFamily": "ListMembership", "operator": "IN_LIST", "list": list_id}


def known(session: Session) -> Directory:
    """Return the directory as the process knows it."""
    return load_directory(session, 1)


def read_anew(session: Session) -> Directory:
    """Return the directory as a process reads it that knows nothing."""
    session.info["directories"] = {}
    return load_directory(session, 1)
