"""Contacts are found by their lead guid, and addresses that clients of leads registered are kept."""

import sqlalchemy as sa
from alembic import op

BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0007"
down_revision = "0006"

LOAD_STATISTICS = "ANALYZE sqlite_schema"
"""Has SQLite's connection read the figures of step 0002 again, with the one below."""

STATISTICS = {"tbl": "contact", "idx": "contact_lead_guid", "stat": "1000000 100000 1"}


def upgrade() -> None:
    """Apply the step."""
    op.create_index("contact_lead_guid", "contact", ["portal_id", "lead_guid"])
    op.create_table(
        "lead_callback",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("guid", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "guid"),
    )
    if op.get_bind().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(table, [STATISTICS])
        op.execute(LOAD_STATISTICS)
