"""Makes databases for tests: a new SQLite file with the product's tables, and portals in it."""

import shutil
from pathlib import Path

from records import keys, migrations, portals
from records.clock import Clock
from records.session import Database


def create_database(folder: Path, clock: Clock | None = None) -> Database:
    """Return a database of its own in `folder`, with tables and no portal."""
    database = Database(f"sqlite:///{folder / 'contacts.sqlite3'}", clock)
    migrations.upgrade(database)
    return database


def copy_database(template: Path, folder: Path, clock: Clock | None = None) -> Database:
    """Return a database in `folder` that begins as a copy of another's file."""
    shutil.copy(template, folder / "contacts.sqlite3")
    return Database(f"sqlite:///{folder / 'contacts.sqlite3'}", clock)


def add_portal(database: Database, name: str = "Test") -> tuple[int, str]:
    """Create a portal and a key of it; return the portal's id and the key."""

    def work(session: object) -> tuple[int, str]:
        portal_id = portals.create_portal(session, name)  # type: ignore[arg-type]
        return portal_id, keys.create_key(session, portal_id, "test")  # type: ignore[arg-type]

    return database.transact(work)
