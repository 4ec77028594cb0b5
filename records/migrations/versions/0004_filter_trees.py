"""Filters that v1 cannot say, time zones of portals and lists, and by which definition an index was filled.

Marks name static lists and pins one by one from now on, so those that wait ask for every list.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step; indexes are built anew by themselves, since no definition is known of theirs."""
    op.add_column("portal", sa.Column("time_zone", sa.Text, nullable=False, server_default="UTC"))
    op.add_column("contact_list", sa.Column("filter_tree", JSON_VALUE))
    op.add_column("contact_list", sa.Column("time_zone", sa.Text))
    op.execute("UPDATE dirty SET changed = '*'")
    op.add_column("engine_state", sa.Column("definitions", JSON_VALUE, nullable=False, server_default="{}"))
