"""Lists as records. A list's row is its own job: its state says what is still to be done (design rule 6).

Every save locks the portal's clock row first, so saves are serial and references are checked safely (rule 5).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select, text
from sqlalchemy.orm import Session

from queries.inline import containers
from records import sweeps
from records.clock import now
from records.errors import ListMissing, ListRefused
from records.feed import Kind, lock_clock
from records.models import NAMING, ContactList, PortalClock

INITIALIZING = "INITIALIZING"
PROCESSING = "PROCESSING"
DONE = "DONE"
DELETING = "DELETING"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a list asks for: normalised v1 filters, the names they read and the lists they use.

    `tree` is the filter tree that was sent, of which `filters` is an echo where v1 cannot say it; `fingerprint` is the
    same for criteria that ask the same (`queries.fingerprint`), None for what is not compared; `time_zone` is the IANA
    name of the zone in which days are told, None for the portal's.
    """

    filters: list[list[dict[str, Any]]]
    reads: frozenset[str]
    uses_lists: frozenset[int]
    tree: dict[str, Any] | None = None
    fingerprint: str | None = None
    time_zone: str | None = None


def create_list(session: Session, portal_id: int, name: str, dynamic: bool, criteria: Criteria) -> ContactList:
    """Create a list; one with criteria, or a dynamic one, starts INITIALIZING.

    Raises ListRefused for a taken name.
    """
    clock = _next_revision(session, portal_id)
    clock.last_list_id += 1
    moment = now(session)
    row = ContactList(
        portal_id=portal_id,
        list_id=clock.last_list_id,
        name=name,
        name_key=_name_key(session, portal_id, name),
        dynamic=dynamic,
        **_criteria_columns(criteria),
        revision=clock.list_counter,
        state=INITIALIZING if dynamic or criteria.filters else DONE,
        created_at=moment,
        updated_at=moment,
        state_changed_at=moment,
    )
    session.add(row)
    session.flush()
    return row


def update_list(
    session: Session, portal_id: int, list_id: int, name: str | None, criteria: Criteria | None
) -> ContactList:
    """Rename a list or give it other criteria, which starts PROCESSING unless they are the same.

    Raises ListMissing, and ListRefused for a taken name or for new criteria on a static list.
    """
    clock = _next_revision(session, portal_id)
    row = _lock_list(session, portal_id, list_id)
    if name is not None and name != row.name:
        row.name_key = _name_key(session, portal_id, name, besides=list_id)
        row.name = name
    if criteria is not None and _differs(row, criteria):
        _set_criteria(row, criteria, clock.list_counter, now(session))
        _restart_containers(session, row, clock.list_counter)
    row.updated_at = now(session)
    session.flush()
    return row


def delete_list(session: Session, portal_id: int, list_id: int) -> None:
    """Hide a list at once; its members leave in the background.

    Raises ListMissing, or ListRefused while another list uses it.
    """
    clock = _next_revision(session, portal_id)
    row = _lock_list(session, portal_id, list_id)
    users = [user.name for user in lists_using(session, portal_id, list_id)]
    if users:
        raise ListRefused(f"List {list_id} is used by the lists {', '.join(users)}: change or delete those first")
    row.deleted = True
    row.state = DELETING
    row.revision = clock.list_counter
    row.leased_until = 0
    row.state_changed_at = row.updated_at = now(session)
    session.flush()


def refresh_list(session: Session, portal_id: int, list_id: int) -> None:
    """Have a dynamic list evaluated anew; members stay until they are seen not to match.

    Raises ListMissing.
    """
    clock = _next_revision(session, portal_id)
    row = _lock_list(session, portal_id, list_id)
    if row.dynamic:
        _restart(row, clock.list_counter, now(session))
    session.flush()


def get_list(session: Session, portal_id: int, list_id: int) -> ContactList:
    """Return a list that is not deleted; raises ListMissing."""
    row = find_list(session, portal_id, list_id)
    if row is None or row.deleted:
        raise ListMissing(list_id)
    return row


def find_list(session: Session, portal_id: int, list_id: int) -> ContactList | None:
    """Return a list even while it is being deleted, or None."""
    statement = select(ContactList).where(ContactList.portal_id == portal_id, ContactList.list_id == list_id)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()


def page_lists(
    session: Session, portal_id: int, offset: int, count: int | None, dynamic: bool | None
) -> tuple[list[ContactList], bool]:
    """Return lists by id from row `offset` on (all of them when `count` is None), and whether more follow."""
    statement = select(ContactList).where(*_alive(portal_id)).order_by(ContactList.list_id).offset(offset)
    if dynamic is not None:
        statement = statement.where(ContactList.dynamic == dynamic)
    if count is None:
        return list(session.execute(statement).scalars()), False
    rows = list(session.execute(statement.limit(count + 1)).scalars())
    return rows[:count], len(rows) > count


def get_lists(session: Session, portal_id: int, list_ids: Collection[int]) -> list[ContactList]:
    """Return the lists of these ids by id; unknown ids are left out."""
    statement = select(ContactList).where(*_alive(portal_id), ContactList.list_id.in_(list(list_ids)))
    return list(session.execute(statement.order_by(ContactList.list_id)).scalars())


def lists_using(session: Session, portal_id: int, list_id: int) -> list[ContactList]:
    """Return the lists whose criteria ask for membership of this list."""
    return get_lists(session, portal_id, [outer for outer, used in uses(session, portal_id).items() if list_id in used])


def lists_reading(session: Session, portal_id: int, name: str) -> list[ContactList]:
    """Return the lists whose criteria read this property."""
    rows = session.execute(select(ContactList).where(*_alive(portal_id)).order_by(ContactList.list_id)).scalars()
    return [row for row in rows if name in row.reads]


def alike(session: Session, portal_id: int, fingerprint: str, time_zone: str | None, besides: int | None) -> list[int]:
    """Return the dynamic lists that ask the same in the same time zone (None: the portal's), but for one, by id."""
    statement = select(ContactList.list_id).where(
        *_alive(portal_id),
        ContactList.dynamic.is_(True),
        ContactList.fingerprint == fingerprint,
        ContactList.time_zone.is_not_distinct_from(time_zone),
        ContactList.list_id.is_distinct_from(besides),
    )
    return list(session.execute(statement.order_by(ContactList.list_id)).scalars())


def uses(session: Session, portal_id: int) -> dict[int, frozenset[int]]:
    """Return list id -> the lists that its criteria name, for every list that names any."""
    statement = select(ContactList.list_id, ContactList.uses_lists).where(*_alive(portal_id), text(NAMING))
    return {list_id: frozenset(used) for list_id, used in session.execute(statement)}


def names(session: Session, portal_id: int) -> dict[int, str]:
    """Return list id -> its name, for every list."""
    statement = select(ContactList.list_id, ContactList.name).where(*_alive(portal_id))
    return {list_id: name for list_id, name in session.execute(statement)}


def dynamic_lists(session: Session, portal_id: int) -> Sequence[ContactList]:
    """Return every dynamic list."""
    statement = select(ContactList).where(*_alive(portal_id), ContactList.dynamic.is_(True))
    return session.execute(statement).scalars().all()


def saved_since(session: Session, portal_id: int, revision: int) -> Sequence[ContactList]:
    """Return the dynamic lists, deleted ones too, that a later save than this one has given a revision."""
    statement = select(ContactList).where(
        ContactList.portal_id == portal_id, ContactList.revision > revision, ContactList.dynamic.is_(True)
    )
    return session.execute(statement).scalars().all()


def _lock_list(session: Session, portal_id: int, list_id: int) -> ContactList:
    """Lock and return a list that is to be saved, lest its job writes columns that are held for unchanged here.

    Raises ListMissing.
    """
    statement = select(ContactList).where(*_alive(portal_id), ContactList.list_id == list_id).with_for_update()
    row = session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        raise ListMissing(list_id)
    return row


def _next_revision(session: Session, portal_id: int) -> PortalClock:
    clock = lock_clock(session, portal_id)
    clock.list_counter += 1
    sweeps.begin(session, portal_id, clock.list_counter)
    return clock


def _set_criteria(row: ContactList, criteria: Criteria, revision: int, moment: int) -> None:
    if not row.dynamic:
        raise ListRefused(f"List {row.list_id} is static: its filters fill it once, when it is created")
    for column, value in _criteria_columns(criteria).items():
        setattr(row, column, value)
    _restart(row, revision, moment)


def _restart(row: ContactList, revision: int, moment: int) -> None:
    row.state = INITIALIZING if row.state == INITIALIZING else PROCESSING
    row.revision = revision
    row.scan_cursor = 0
    row.scan_ended_at = None
    row.leased_until = 0
    row.error = ""
    row.cause = Kind.LIST_EDITED
    row.state_changed_at = moment


def _restart_containers(session: Session, row: ContactList, revision: int) -> None:
    """Give every list that contains this one a new revision, state and scan, inner ones first (design rule 8)."""
    for list_id in containers(row.list_id, uses(session, row.portal_id)):
        container = _lock_list(session, row.portal_id, list_id)
        if container.dynamic:
            _restart(container, revision, now(session))
            container.cause = Kind.LIST_IN_LIST


def _differs(row: ContactList, criteria: Criteria) -> bool:
    """Return whether criteria are others than the list's, compared as JSON, in which 1 is neither true nor 1.0."""
    asked = [criteria.filters, criteria.tree, criteria.time_zone]
    present = [row.filters, row.filter_tree, row.time_zone]
    return json.dumps(asked, sort_keys=True) != json.dumps(present, sort_keys=True)


def _criteria_columns(criteria: Criteria) -> dict[str, Any]:
    return {
        "filters": criteria.filters,
        "filter_tree": criteria.tree,
        "time_zone": criteria.time_zone,
        "reads": sorted(criteria.reads),
        "uses_lists": sorted(criteria.uses_lists),
        "fingerprint": criteria.fingerprint,
    }


def _name_key(session: Session, portal_id: int, name: str, besides: int = 0) -> str:
    """Return the form by which names are unique; raises ListRefused when another list has it."""
    key = name.strip().casefold()
    taken = exists().where(*_alive(portal_id), ContactList.name_key == key, ContactList.list_id != besides)
    if session.execute(select(taken)).scalar_one():
        raise ListRefused(f"A list is named '{name}' already: choose another name")
    return key


def _alive(portal_id: int) -> tuple[ColumnElement[bool], ...]:
    return ContactList.portal_id == portal_id, ContactList.deleted.is_(False)
