"""Alembic's entry: runs the steps on the connection that `records.migrations.upgrade` opened."""

from alembic import context

from records.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=False)
context.run_migrations()
