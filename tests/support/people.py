"""A portal under test: its client, and what tests of behaviour say about contacts, lists and search."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from indexer.runtime import Runtime
from tests.support.api import ApiClient
from tests.support.wait import wait_until

SOON = 30.0
"""Seconds until which something must have happened; far above the second that is promised, since machines stall."""


@dataclass(frozen=True)
class Portal:
    """A portal on a running service."""

    api: ApiClient
    runtime: Runtime

    def found(self, q: str, **query: Any) -> list[int]:
        """Return the vids of a page of search results in order."""
        return [contact["vid"] for contact in self.api.get("/contacts/v1/search/query", q=q, **query)["contacts"]]

    def until_found(self, q: str, vids: list[int]) -> None:
        """Wait until a search gives exactly these contacts in this order."""
        wait_until(lambda: self.found(q) == vids, SOON)

    def create_list(self, name: str, *filters: dict[str, Any], dynamic: bool = True) -> int:
        """Create a list over one group of filters and return its id."""
        body = {"name": name, "dynamic": dynamic, "filters": [list(filters)] if filters else []}
        list_id: int = self.api.post("/contacts/v1/lists", body)["listId"]
        return list_id

    def smart_list(self, list_id: int) -> Any:
        """Return a list's object."""
        return self.api.get(f"/contacts/v1/lists/{list_id}")

    def until_done(self, list_id: int) -> None:
        """Wait until a list is filled."""
        wait_until(lambda: self.smart_list(list_id)["metaData"]["processing"] == "DONE", SOON)

    def members(self, list_id: int) -> set[int]:
        """Return the vids of all members, paged through."""
        vids: set[int] = set()
        offset, more = 0, True
        while more:
            page = self.api.get(f"/contacts/v1/lists/{list_id}/contacts/all", count=100, vidOffset=offset)
            vids |= {contact["vid"] for contact in page["contacts"]}
            offset, more = page["vid-offset"], page["has-more"]
        return vids

    def until_members(self, list_id: int, vids: Iterable[int]) -> None:
        """Wait until a list has exactly these members."""
        expected = set(vids)
        wait_until(lambda: self.members(list_id) == expected, SOON)

    def events(self, list_id: int) -> list[dict[str, Any]]:
        """Return all joins and leaves of a list, paged through."""
        events: list[dict[str, Any]] = []
        more = True
        while more:
            after = events[-1]["seq"] if events else 0
            page = self.api.get(f"/alerts/v1/lists/{list_id}/events", after=after, limit=7)
            events += page["events"]
            more = page["hasMore"]
        return events

    def replayed(self, list_id: int) -> set[int]:
        """Return the members that a replay of a list's feed gives; no join may be of a member, no leave of another."""
        members: set[int] = set()
        for event in self.events(list_id):
            assert (event["vid"] in members) == (event["type"] == "LEAVE"), event
            members ^= {event["vid"]}
        return members


def is_(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    """Return a property filter."""
    return {"property": name, "operator": operator, **({} if value is None else {"value": value})}
