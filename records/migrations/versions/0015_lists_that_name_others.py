"""An index of the lists that name others, which are few, so that a save reads only those."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the step."""
    naming = sa.text("uses_lists != '[]'")
    op.create_index(
        "contact_list_naming", "contact_list", ["portal_id", "list_id"], sqlite_where=naming, postgresql_where=naming
    )
