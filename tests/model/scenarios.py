"""The scenarios in which the protocol is tried, and the smallest one that shows what each clause is good for."""

from tests.model.clauses import Clause
from tests.model.outside import DELETING, ELSEWHERE, JOINING, LEAVING, Scenario

CREATED = Scenario(drains=1, jobs=1, writers=((JOINING,),), saves=1)
EDITED = Scenario(drains=1, jobs=1, writers=((LEAVING,),), saves=1, value=1, listed=True)
CREATED_AND_EDITED = Scenario(drains=1, jobs=1, writers=((JOINING,), (ELSEWHERE,)), saves=2)
WRITTEN = Scenario(drains=2, jobs=0, writers=((JOINING, LEAVING), (ELSEWHERE,)), saves=0, listed=True)
DELETED = Scenario(drains=2, jobs=1, writers=((JOINING,), (DELETING,)), saves=0, listed=True)
DELETED_WHILE_CREATED = Scenario(drains=1, jobs=1, writers=((JOINING,), (DELETING,)), saves=1)
CREATED_WHILE_WRITTEN = Scenario(drains=2, jobs=1, writers=((JOINING,), (LEAVING,)), saves=1)
EDITED_UNDER_TWO_JOBS = Scenario(drains=1, jobs=2, writers=((JOINING,),), saves=1, value=1, listed=True)
EDITED_WHILE_CREATED = Scenario(drains=1, jobs=2, writers=((LEAVING,),), saves=2, value=1)
EDITED_WHILE_WRITTEN = Scenario(drains=2, jobs=1, writers=((JOINING,), (ELSEWHERE,)), saves=1, listed=True)

KEPT: dict[str, Scenario] = {
    "a list is created": CREATED,
    "a list is edited": EDITED,
    "a list is created and edited": CREATED_AND_EDITED,
    "two drains and two writers": WRITTEN,
    "a contact is deleted": DELETED,
    "a contact is deleted while a list is created": DELETED_WHILE_CREATED,
    "a list is created under two drains and two writers": CREATED_WHILE_WRITTEN,
    "a list is edited under two jobs": EDITED_UNDER_TWO_JOBS,
}
"""Scenarios that are visited whole at every run of the tests."""

LARGE: dict[str, Scenario] = {
    "a list is edited under two drains and two writers": EDITED_WHILE_WRITTEN,
    "a list is created and edited under two jobs": EDITED_WHILE_CREATED,
}
"""Those that take minutes: `python -m tests.model`."""

SHOWN_BY: dict[Clause, Scenario] = {
    Clause.MARKED_WITH_WRITE: WRITTEN,
    Clause.FRESH_TOKEN: WRITTEN,
    Clause.OWN_TOKEN: WRITTEN,
    Clause.NAMES_ADDED: WRITTEN,
    Clause.LEASES_END: WRITTEN,
    Clause.LIST_LEASES_END: CREATED,
    Clause.NEWER_DOCUMENT_STAYS: WRITTEN,
    Clause.INDEXED_FIRST: CREATED,
    Clause.READ_AFTER_INDEXING: CREATED,
    Clause.LOCKED: WRITTEN,
    Clause.BUILT_ANEW: WRITTEN,
    Clause.DEAD_SEEN: DELETED,
    Clause.JOIN_EVALUATED: WRITTEN,
    Clause.LEAVE_EVALUATED: EDITED,
    Clause.MEMBERS_ASKED: WRITTEN,
    Clause.LIST_NAMED: CREATED,
    Clause.LISTS_STOOD: EDITED,
    Clause.REALLY_INSERTED: WRITTEN,
    Clause.REGISTERED_FIRST: CREATED,
    Clause.REGISTERED_VISIBLE: CREATED,
    Clause.NEWER_QUERY_STAYS: EDITED_WHILE_CREATED,
    Clause.REFRESHED: CREATED,
    Clause.PAGE_VERSION: CREATED_WHILE_WRITTEN,
    Clause.PAGE_LOCKED: CREATED_WHILE_WRITTEN,
    Clause.PAGE_REVISION: CREATED_AND_EDITED,
    Clause.MISSED_MARKED: CREATED,
    Clause.MARKED_BEFORE_CURSOR: CREATED,
    Clause.MEMBERS_DOUBTED: EDITED,
    Clause.NONE_LEAVES_UNSEEN: EDITED,
    Clause.NOTES_OF_REVISION: CREATED_AND_EDITED,
    Clause.DONE_WAITS: CREATED,
    Clause.QUEUED_AT_CLAIM: CREATED_AND_EDITED,
}
