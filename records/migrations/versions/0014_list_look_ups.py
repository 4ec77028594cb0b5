"""Indexes of lists by revision, and of unfinished ones in the order in which they are worked on.

A save and a piece of work look a few lists up; they must not read all the others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the step."""
    unfinished = sa.text("state != 'DONE'")
    op.drop_index("contact_list_state", "contact_list")
    op.create_index("contact_list_revision", "contact_list", ["portal_id", "revision"])
    op.create_index(
        "contact_list_unfinished",
        "contact_list",
        ["portal_id", sa.text("(scan_ended_at IS NOT NULL)"), sa.text("dynamic DESC"), "state_changed_at", "list_id"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
