"""Counts contacts by the lifecycle stages that they reached in a span of time (contract S2.12)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, and_, cast, func, literal, select
from sqlalchemy.orm import Session

from queries.supplied import supplied_values
from records.derived import LIFECYCLE_STAGES, stage_date
from records.models import Contact

StageCounts = dict[str, dict[str, int]]


def count_stages(session: Session, portal_id: int, start: int, end: int, by: str | None) -> StageCounts:
    """Return `hs_lifecyclestage_<stage>_date` -> value of the property `by` -> how many contacts reached the stage.

    `start` and `end` are milliseconds since the epoch, both included; without `by` all are counted under "".
    """
    key = literal("") if by is None else _value(by)
    dates = [stage_date(stage) for stage in LIFECYCLE_STAGES]
    counts = [func.count().filter(_reached(date, start, end)) for date in dates]
    live = (Contact.portal_id == portal_id, Contact.deleted.is_(False), Contact.merged_into.is_(None))
    statement = select(key.label("key"), *counts).where(*live).group_by("key")
    found: StageCounts = {date: {} for date in dates}
    for value, *numbers in session.execute(statement):
        for date, number in zip(dates, numbers, strict=True):
            _add(found[date], value, number)
    return found


def _add(counts: dict[str, int], value: str, number: int) -> None:
    if number:
        counts[value] = number


def _reached(date: str, start: int, end: int) -> ColumnElement[bool]:
    moment = cast(func.nullif(_stored(date), ""), BigInteger)
    return and_(moment >= start, moment <= end)


def _value(name: str) -> ColumnElement[str]:
    """Return the value of a property with what every contact has by itself (contract S1.2) laid under it."""
    by_itself: Mapping[str, Any] = {
        **supplied_values(0, 0, ("", "")),
        "hs_analytics_source_data_1": Contact.origin[0].as_string(),
        "hs_analytics_source_data_2": Contact.origin[1].as_string(),
        "hs_analytics_first_timestamp": cast(Contact.created_at, String),
        "lastmodifieddate": cast(Contact.updated_at, String),
    }
    return func.coalesce(_stored(name), by_itself.get(name, ""))


def _stored(name: str) -> ColumnElement[str]:
    found: ColumnElement[str] = Contact.properties[name].as_string()
    return found
