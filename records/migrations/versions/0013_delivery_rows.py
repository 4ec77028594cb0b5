"""An index of messages by the rows that they tell of, with which they go."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the step."""
    op.create_index("delivery_row", "delivery", ["portal_id", "seq"])
