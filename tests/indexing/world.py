"""A service without background work of its own: tests take every step themselves, in the order they want."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer import tasks
from indexer.directory import load_directory
from indexer.documents import load_documents
from indexer.runtime import Kind, Runtime
from queries.evaluate import evaluate
from queries.fields import static_list_mark
from queries.moments import Moment
from queries.nodes import And
from records import engine_state
from records.catalogues import load_catalogue
from records.clock import now
from records.models import Contact, ContactList, Dirty, EngineState, FeedEvent, Membership, PortalClock
from tests.support.api import ApiClient
from tests.support.people import Portal
from tests.support.records import add_portal

Result = TypeVar("Result")

ANYONE = And(())


class NoJobs:
    """Background work that never begins by itself."""

    def wake(self, kind: Kind, portal_id: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class World:
    """A portal on a service of the test's own."""

    app: Flask
    runtime: Runtime
    portal_id: int
    key: str

    @property
    def portal(self) -> Portal:
        """A client of the portal; every thread asks for its own."""
        return Portal(ApiClient(self.app.test_client(), self.key, self.portal_id), self.runtime)

    @property
    def api(self) -> ApiClient:
        """The client alone."""
        return self.portal.api

    def second_portal(self) -> ApiClient:
        """Return a client of a portal beside this one."""
        portal_id, key = add_portal(self.runtime.database, "Second")
        return ApiClient(self.app.test_client(), key, portal_id)

    def step(self, kind: Kind) -> bool:
        """Do one piece of work; an engine's failure is told by False."""
        return tasks.step(self.runtime, kind, self.portal_id)

    def settle(self) -> None:
        """Work until nothing that is due is left."""
        tasks.settle(self.runtime)

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Return what `work` reads in one snapshot."""
        with self.runtime.database.read() as session:
            return work(session)

    def list_row(self, list_id: int) -> ContactList:
        """Return a list's row."""
        return self.read(lambda session: session.get_one(ContactList, (self.portal_id, list_id)))

    def dirty(self) -> dict[int, Dirty]:
        """Return vid -> mark."""
        rows = self.read(lambda session: session.scalars(_of(self, Dirty)).all())
        return {row.vid: row for row in rows}

    def members(self, list_id: int) -> set[int]:
        """Return a list's members as recorded."""
        return {row.vid for row in self.memberships() if row.list_id == list_id}

    def memberships(self) -> list[Membership]:
        """Return every membership of the portal."""
        return list(self.read(lambda session: session.scalars(_of(self, Membership)).all()))

    def feed(self) -> list[FeedEvent]:
        """Return the portal's feed in order."""
        return list(self.read(lambda session: session.scalars(_of(self, FeedEvent).order_by(FeedEvent.seq)).all()))

    def state(self) -> EngineState:
        """Return which index generations there are."""
        found = self.read(lambda session: engine_state.find_state(session, self.portal_id))
        assert found is not None
        return found

    def indexed(self, generation: int) -> dict[int, int]:
        """Return vid -> version of all documents of a generation."""
        self.runtime.engine.refresh(self.portal_id, [generation])
        found = self.runtime.engine.scan(self.portal_id, generation, ANYONE, Moment(0), 0, 10_000)
        return {hit.vid: hit.version for hit in found}


def check_world(world: World) -> None:
    """Assert all that must hold once everything is worked off."""
    assert world.dirty() == {}
    rows = {row.list_id: row for row in world.read(lambda session: session.scalars(_of(world, ContactList)).all())}
    assert {row.list_id: row.state for row in rows.values() if row.state != "DONE"} == {}
    members = {list_id: world.members(list_id) for list_id in rows}
    assert members == world.read(lambda session: _expected(session, world.portal_id, rows.values()))
    assert {list_id: row.size for list_id, row in rows.items()} == {key: len(value) for key, value in members.items()}
    _check_feed(world, members)
    _check_index(world)


def _expected(session: Session, portal_id: int, rows: Iterable[ContactList]) -> dict[int, set[int]]:
    """Return list id -> the vids that belong to it: by evaluation of every contact, or by its mark."""
    vids = list(session.scalars(select(Contact.vid).where(Contact.portal_id == portal_id)))
    documents, _ = load_documents(session, portal_id, vids, load_catalogue(session, portal_id))
    queries = load_directory(session, portal_id).queries
    moment = now(session)
    found: dict[int, set[int]] = {}
    for row in rows:
        query = queries.get(row.list_id)
        mark = static_list_mark(row.list_id)
        found[row.list_id] = {
            vid
            for vid, document in documents.items()
            if (evaluate(query.tree, document, Moment(moment, query.zone)) if query else mark in document["marks"])
        }
    return found


def _check_feed(world: World, members: dict[int, set[int]]) -> None:
    """The feed is dense, and its replay, in which nobody joins or leaves twice, gives the members."""
    feed = world.feed()
    last = world.read(lambda session: session.get_one(PortalClock, world.portal_id).feed_seq)
    assert [event.seq for event in feed] == list(range(1, last + 1))
    replayed: dict[int, set[int]] = {list_id: set() for list_id in members}
    for event in feed:
        assert (event.vid in replayed[event.list_id]) == (event.type == "LEAVE"), (event.seq, event.vid, event.list_id)
        replayed[event.list_id] ^= {event.vid}
    assert replayed == members


def _check_index(world: World) -> None:
    def live(session: Session) -> dict[int, int]:
        alive = select(Contact.vid, Contact.version).where(
            Contact.portal_id == world.portal_id, Contact.deleted.is_(False), Contact.merged_into.is_(None)
        )
        return {vid: version for vid, version in session.execute(alive)}

    expected = world.read(live)
    for generation in engine_state.targets(world.state()):
        assert world.indexed(generation) == expected


def _of(world: World, model: Any) -> Any:
    return select(model).where(model.portal_id == world.portal_id)
