"""Everything that SQLite and PostgreSQL say differently: upserts, long inserts and number sources.

Row locks need no case here: SQLAlchemy leaves FOR UPDATE out on SQLite, where a write transaction holds the whole
database anyway (records.session).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

Build = Callable[[Session], Any]
"""Makes a statement, equal ones for equal databases."""

CHANGES = "contact_change"
FEW = 200
"""Rows that go to PostgreSQL in one statement; more of them are quicker each by the way of its table."""


class Rows(NamedTuple):
    """Rows of a table, each in the order of its columns; `build` makes their INSERT where it is no plain one.

    Without `build` they are new and hold nothing but numbers and strings.
    """

    model: type[DeclarativeBase]
    rows: Sequence[tuple[Any, ...]]
    build: Build | None = None


def insert(session: Session, model: type[DeclarativeBase]) -> Any:
    """Return an INSERT into the model's table that understands `on_conflict_do_nothing` and `on_conflict_do_update`."""
    table: Table = model.__table__  # type: ignore[assignment]
    return sqlite.insert(table) if _is_sqlite(session) else postgresql.insert(table)


def built(session: Session, build: Build) -> Any:
    """Return the statement that a function builds, built once for each database: building takes longer than running."""
    key = (build, session.get_bind().dialect.name)
    if key not in _BUILT:
        _BUILT[key] = build(session)
    return _BUILT[key]


def among(session: Session, column: Any, values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many values, which travel as one and not as one each."""
    if _is_sqlite(session):
        found = func.json_each(_dumped(list(values))).table_valued("value")
        return cast(ColumnElement[bool], column.in_(select(found.c.value)))
    return cast(ColumnElement[bool], column == any_(literal(list(values), ARRAY(column.type))))


def number_rows(session: Session, names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> FromClause:
    """Return rows of numbers as a table with columns of these names, to be selected from."""
    if _is_sqlite(session):
        found = func.json_each(_dumped(rows)).table_valued("value")
        parts = (func.json_extract(found.c.value, f"$[{place}]").label(name) for place, name in enumerate(names))
        return select(*parts).subquery()
    columns = (literal([row[place] for row in rows], ARRAY(BigInteger)) for place in range(len(names)))
    return func.unnest(*columns).table_valued(*names).render_derived()


def insert_together(session: Session, batches: Sequence[Rows]) -> None:
    """Insert rows of several tables; few of them in one statement on PostgreSQL, where every statement is a journey."""
    filled = [batch for batch in batches if batch.rows]
    if _is_sqlite(session) or sum(len(batch.rows) for batch in filled) > FEW:
        for batch in filled:
            _insert_rows(session, batch)
    elif filled:
        key = tuple((batch.model, batch.build) for batch in filled)
        if key not in _TOGETHER:
            _TOGETHER[key] = _together(session, filled)
        session.execute(_TOGETHER[key], {_place(place): _dumped(_named(rows)) for place, rows in enumerate(filled)})


def _insert_rows(session: Session, batch: Rows) -> None:
    if batch.build is None:
        append_rows(session, batch.model, batch.rows)
    else:
        insert_all(session, batch.model, batch.build, _named(batch))


def insert_all(session: Session, model: type[DeclarativeBase], build: Build, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Execute an INSERT with rows that name all of the model's columns, and return its result.

    PostgreSQL is given them as one value: one each would take longer on their way than to be stored.
    """
    if _is_sqlite(session):
        return session.execute(built(session, build), rows)
    if (model, build) not in _FROM_JSON:
        _FROM_JSON[model, build] = _from_json(session, Rows(model, (), build), _place(0))
    return session.execute(_FROM_JSON[model, build], {_place(0): _dumped(rows)})


def _named(batch: Rows) -> list[dict[str, Any]]:
    names = batch.model.__table__.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in batch.rows]


def _together(session: Session, batches: Sequence[Rows]) -> Select[Any]:
    """Return the statement that inserts into all tables; its parameters are the rows of each as JSON."""
    inserts = [_from_json(session, batch, _place(place)) for place, batch in enumerate(batches)]
    return select(literal_column("1")).add_cte(*(each.cte() for each in inserts))


def _from_json(session: Session, batch: Rows, parameter: str) -> Any:
    table: Table = batch.model.__table__  # type: ignore[assignment]
    statement = insert(session, batch.model) if batch.build is None else batch.build(session)
    typed = text(f"NULL::{table.name}")
    rows = func.json_populate_recordset(typed, sql_cast(bindparam(parameter, type_=Text), JSON))
    names = table.columns.keys()
    found = rows.table_valued(*names)
    return statement.from_select(names, select(*(found.c[name] for name in names)))


def _place(place: int) -> str:
    return f"rows_{place}"


def is_taken(error: IntegrityError, model: type[DeclarativeBase]) -> bool:
    """Return whether a row that another transaction has stored meanwhile kept one of the model's from being inserted.

    On SQLite there is no other transaction.
    """
    told = getattr(error.orig, "diag", None)
    return told is not None and told.table_name == model.__tablename__


def append_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of plain numbers and strings, in the order of the model's columns, by the database's quickest way.

    A contact has a dozen rows of history, so their way through a statement's parameters would decide an import's pace.
    """
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[assignment]
    names = ", ".join(column.name for column in table.columns)
    if _is_sqlite(session):
        marks = ", ".join("?" for _ in table.columns)
        session.connection().exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))
    else:
        _copy_rows(session, f"COPY {table.name} ({names}) FROM STDIN", rows)


def _copy_rows(session: Session, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Copy rows in; raises sqlalchemy.exc.DBAPIError as its own statements do, of which COPY is none."""
    connection = session.connection()
    driver: Any = connection.connection
    failure = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except failure as error:
        raise DBAPIError.instance(statement, None, error, failure, dialect=connection.dialect) from error


def create_vid_source(session: Session, portal_id: int) -> None:
    """Create the portal's source of vids; it starts at 1."""
    if _is_sqlite(session):
        session.execute(text("INSERT INTO counter (name, value) VALUES (:name, 0)"), {"name": _vids(portal_id)})
    else:
        session.execute(text(f"CREATE SEQUENCE {_vids(portal_id)}"))


def next_contacts(session: Session, portal_id: int, count: int) -> list[tuple[int, int]]:
    """Draw `count` vids of the portal, each with a change number, both ascending, never drawn before."""
    if _is_sqlite(session):
        return list(zip(_draw(session, _vids(portal_id), count), next_changes(session, count), strict=True))
    drawn = session.execute(_DRAW_CONTACTS, {"vids": _vids(portal_id), "changes": CHANGES, "count": count})
    return sorted((row[0], row[1]) for row in drawn)


def next_changes(session: Session, count: int) -> list[int]:
    """Draw `count` change numbers, ascending, never drawn before."""
    return _draw(session, CHANGES, count)


def _vids(portal_id: int) -> str:
    return f"vid_portal_{int(portal_id)}"


def _draw(session: Session, name: str, count: int) -> list[int]:
    if _is_sqlite(session):
        last = session.execute(_DRAW_SQLITE, {"name": name, "count": count}).scalar_one()
        return list(range(last - count + 1, last + 1))
    return sorted(session.execute(_DRAW_POSTGRESQL, {"name": name, "count": count}).scalars())


def _dumped(value: object) -> str:
    return orjson.dumps(value).decode()


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


_BUILT: dict[tuple[Build, str], Any] = {}
_FROM_JSON: dict[tuple[type[DeclarativeBase], Build], Any] = {}
_TOGETHER: dict[tuple[tuple[type[DeclarativeBase], Build | None], ...], Select[Any]] = {}
_DRAW_SQLITE = text("UPDATE counter SET value = value + :count WHERE name = :name RETURNING value")
_DRAW_POSTGRESQL = text("SELECT nextval(CAST(:name AS regclass)) FROM generate_series(1, :count)")
_DRAW_CONTACTS = text(
    "SELECT nextval(CAST(:vids AS regclass)), nextval(CAST(:changes AS regclass)) FROM generate_series(1, :count)"
)
