"""The schema's history. `upgrade` brings a database to the newest version; every start of the product calls it."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from records.session import Database

_LOCK_NUMBER = 7_326_091


def upgrade(database: Database) -> None:
    """Create or upgrade the tables; several processes may start at once, one of them does the work."""
    with database.connect_writer() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
        command.upgrade(_config(connection), "head")
        connection.commit()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("records.migrations")))
    config.attributes["connection"] = connection
    return config
