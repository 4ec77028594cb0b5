"""What lists ask, as one short text that is the same for lists that ask the same."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the step."""
    op.add_column("contact_list", sa.Column("fingerprint", sa.Text(), nullable=True))
    op.create_index("contact_list_fingerprint", "contact_list", ["portal_id", "fingerprint"])
