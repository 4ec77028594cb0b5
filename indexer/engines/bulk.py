"""Writes contact documents and list queries in bulk, under the version that the records gave them.

The engine keeps the newest version whatever the order of arrival (version type external_gte); each item's
own result is looked at, because a bulk succeeds as a whole even where items fail.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from indexer.engines.base import IndexOutcome
from indexer.engines.failures import failure, words
from indexer.engines.names import Place
from indexer.errors import IndexLost, PartialAnswer, RequestRefused
from queries import fields
from queries.fields import Document

MAX_BODY_BYTES = 5_000_000
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Action:
    """One item of a bulk: the contact or list, the version it carries, and its lines as they are sent."""

    number: int
    version: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an action: the item's HTTP status, and the engine's error where there is one."""

    action: Action
    status: int
    error: Mapping[str, Any] | None


def index(client: Elasticsearch, place: Place, documents: Sequence[Document]) -> IndexOutcome:
    """Store documents and return what was refused or is newer there; raises as `send` does."""
    refused: dict[int, str] = {}
    conflicts: dict[int, int] = {}
    actions = [index_action(document[fields.VID], document[fields.VERSION], document) for document in documents]
    for result in send(client, place, place.contacts, actions):
        if result.status == CONFLICT:
            conflicts[result.action.number] = result.action.version
        elif result.error is not None:
            refused[result.action.number] = words(result.error)
    return IndexOutcome(refused, _above(stored_versions(client, place, conflicts), conflicts))


def delete(client: Elasticsearch, place: Place, versions: Mapping[int, int]) -> None:
    """Remove documents, those that are not there or are newer left alone; raises as `send` does.

    A delete under a given version would create a missing index whatever `require_alias` says, so the alias
    is looked for first.
    """
    if not versions:
        return
    require_alias(client, place, place.contacts)
    actions = [_delete_action(vid, version) for vid, version in versions.items()]
    for result in send(client, place, place.contacts, actions):
        if result.error is not None and result.status != CONFLICT:
            raise RequestRefused(result.status, words(result.error))


def require_alias(client: Elasticsearch, place: Place, alias: str) -> None:
    """Raise IndexLost where the alias is not there."""
    if not client.indices.exists_alias(name=alias):
        raise IndexLost(place.portal_id, place.generation)


def send(client: Elasticsearch, place: Place, alias: str, actions: Iterable[Action]) -> Iterator[Result]:
    """Send actions to one of the place's aliases in bodies of about 5 MB and yield each one's result.

    Raises IndexLost or EngineUnavailable where an item says so, PartialAnswer where results are missing.
    """
    for part in split(actions, MAX_BODY_BYTES):
        answer = client.bulk(
            operations=[action.lines for action in part],  # type: ignore[misc]
            index=alias,
            require_alias=True,
            filter_path=["items.*.status", "items.*.error"],
        )
        items = answer.get("items", [])
        if len(items) != len(part):
            raise PartialAnswer(f"{len(part)} items sent, {len(items)} results")
        yield from (_result(action, item, place) for action, item in zip(part, items, strict=True))


def index_action(number: int, version: int, document: Mapping[str, Any]) -> Action:
    """Return the action that stores a document under a contact's or list's number and a version."""
    head = orjson.dumps({"index": _meta(number, version)})
    return Action(number, version, head + b"\n" + orjson.dumps(document) + b"\n")


def split(actions: Iterable[Action], limit: int) -> Iterator[list[Action]]:
    """Yield the actions in order, in groups of at most `limit` bytes; a larger action stands alone."""
    group: list[Action] = []
    size = 0
    for action in actions:
        if group and size + len(action.lines) > limit:
            yield group
            group, size = [], 0
        group.append(action)
        size += len(action.lines)
    if group:
        yield group


def stored_versions(client: Elasticsearch, place: Place, vids: Iterable[int]) -> dict[int, int]:
    """Return vid -> version of the contacts that are there, as of now."""
    ids = [str(vid) for vid in vids]
    if not ids:
        return {}
    found = client.mget(index=place.contacts, ids=ids, source=False)["docs"]
    return {int(item["_id"]): int(item["_version"]) for item in found if item.get("found")}


def _above(stored: Mapping[int, int], sent: Mapping[int, int]) -> dict[int, int]:
    return {vid: version for vid, version in stored.items() if version > sent[vid]}


def _result(action: Action, item: Mapping[str, Any], place: Place) -> Result:
    ((_, outcome),) = item.items()
    error = outcome.get("error")
    if error is not None and outcome["status"] != CONFLICT:
        problem = failure(outcome["status"], error, place)
        if not isinstance(problem, RequestRefused):
            raise problem
    return Result(action, outcome["status"], error)


def _delete_action(vid: int, version: int) -> Action:
    return Action(vid, version, orjson.dumps({"delete": _meta(vid, version)}) + b"\n")


def _meta(number: int, version: int) -> dict[str, Any]:
    return {"_id": str(number), "version": version, "version_type": "external_gte"}
