"""Everything that SQLite and PostgreSQL say differently: upserts, long inserts and number sources.

Row locks need no case here: SQLAlchemy leaves FOR UPDATE out on SQLite, where a write transaction holds the whole
database anyway (records.session).
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

import orjson
from sqlalchemy import BigInteger, ColumnElement, FromClause, Table, any_, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Session


def insert(session: Session, model: type[DeclarativeBase]) -> Any:
    """Return an INSERT into the model's table that understands `on_conflict_do_nothing` and `on_conflict_do_update`."""
    table: Table = model.__table__  # type: ignore[assignment]
    return sqlite.insert(table) if _is_sqlite(session) else postgresql.insert(table)


def built(session: Session, build: Callable[[Session], Any]) -> Any:
    """Return the statement that a function builds, built once for each database: building takes longer than running.

    The function makes equal statements for equal databases.
    """
    key = (build, session.get_bind().dialect.name)
    if key not in _BUILT:
        _BUILT[key] = build(session)
    return _BUILT[key]


def among(session: Session, column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many numbers, which travel as one value and not as one each."""
    if _is_sqlite(session):
        found = func.json_each(_dumped(list(numbers))).table_valued("value")
        return cast(ColumnElement[bool], column.in_(select(found.c.value)))
    return cast(ColumnElement[bool], column == any_(literal(list(numbers), ARRAY(BigInteger))))


def number_rows(session: Session, names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> FromClause:
    """Return rows of numbers as a table with columns of these names, to be selected from."""
    if _is_sqlite(session):
        found = func.json_each(_dumped(rows)).table_valued("value")
        parts = (func.json_extract(found.c.value, f"$[{place}]").label(name) for place, name in enumerate(names))
        return select(*parts).subquery()
    columns = (literal([row[place] for row in rows], ARRAY(BigInteger)) for place in range(len(names)))
    return func.unnest(*columns).table_valued(*names).render_derived()


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
    connection: Any = session.connection().connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def create_vid_source(session: Session, portal_id: int) -> None:
    """Create the portal's source of vids; it starts at 1."""
    if _is_sqlite(session):
        session.execute(text("INSERT INTO counter (name, value) VALUES (:name, 0)"), {"name": _vids(portal_id)})
    else:
        session.execute(text(f"CREATE SEQUENCE {_vids(portal_id)}"))


def next_vids(session: Session, portal_id: int, count: int) -> list[int]:
    """Draw `count` vids of the portal, ascending, never drawn before."""
    return _draw(session, _vids(portal_id), count)


def next_changes(session: Session, count: int) -> list[int]:
    """Draw `count` change numbers, ascending, never drawn before."""
    return _draw(session, "contact_change", count)


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


_BUILT: dict[tuple[Callable[[Session], Any], str], Any] = {}
_DRAW_SQLITE = text("UPDATE counter SET value = value + :count WHERE name = :name RETURNING value")
_DRAW_POSTGRESQL = text("SELECT nextval(CAST(:name AS regclass)) FROM generate_series(1, :count)")
