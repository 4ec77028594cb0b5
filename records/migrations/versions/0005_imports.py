"""Imports: their jobs and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "contact_import",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("import_id", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("header", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", BIG_INTEGER, nullable=False),
        sa.Column("worked", BIG_INTEGER, nullable=False),
        sa.Column("cursor", BIG_INTEGER, nullable=False),
        sa.Column("counts", JSON_VALUE, nullable=False),
        sa.Column("leased_until", BIG_INTEGER, nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("ended_at", BIG_INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "import_id"),
    )
    op.create_index("contact_import_state", "contact_import", ["state", "portal_id", "import_id"])
    op.create_table(
        "import_page",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("import_id", BIG_INTEGER, nullable=False),
        sa.Column("first_row", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("last_row", BIG_INTEGER, nullable=False),
        sa.Column("counts", JSON_VALUE, nullable=False),
        sa.Column("records", JSON_VALUE, nullable=False),
        sa.Column("outcomes", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "import_id", "first_row"),
    )
