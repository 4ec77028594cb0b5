"""Who joins and leaves does not depend on whether a batch is percolated first or evaluated outright (decision 5)."""

from typing import Any

import pytest

from tests.indexing.world import World, check_world

FILTERS: list[dict[str, Any]] = [
    {"property": "lifecyclestage", "operator": "EQ", "value": "lead"},
    {"property": "city", "operator": "CONTAINS", "value": "bon"},
    {"property": "city", "operator": "NEQ", "value": "Bonn"},
    {"property": "city", "operator": "IS_EMPTY"},
    {"property": "annualrevenue", "operator": "SET_ANY", "value": "5;7"},
    {"property": "createdate", "operator": "WITHIN_TIME", "withinLastTime": 3},
]


@pytest.fixture(params=[-1, 1_000_000], ids=["percolated", "evaluated"])
def percolate_above(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.drain.PERCOLATE_ABOVE", request.param)


@pytest.mark.usefixtures("percolate_above")
def test_contacts_join_and_leave_what_they_match(world: World) -> None:
    ids = [world.portal.create_list(f"List {number}", asked) for number, asked in enumerate(FILTERS)]
    inner = {"filterFamily": "ListMembership", "operator": "NOT_IN_LIST", "list": ids[0]}
    ids.append(world.portal.create_list("Not the first", inner))
    world.settle()
    first, second = (
        world.api.create(lifecyclestage="lead", city="Bonn", annualrevenue="7"),
        world.api.create(lastname="Roe"),
    )
    world.settle()
    assert [world.members(list_id) for list_id in ids] == [
        {first},
        {first},
        set(),
        {second},
        {first},
        {first, second},
        {second},
    ]
    world.api.update(first, city="Rome", lifecyclestage="customer")
    world.settle()
    assert [world.members(list_id) for list_id in ids[:3]] == [set(), set(), {first}]
    assert world.members(ids[-1]) == {first, second}
    check_world(world)
