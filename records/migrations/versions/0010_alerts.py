"""What a mark was last evaluated at, why a list is scanned again, the feed's horizon and named cursors into it."""

import sqlalchemy as sa
from alembic import op

BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the step."""
    op.add_column("dirty", sa.Column("evaluated", BIG_INTEGER, nullable=True))
    op.add_column("dirty", sa.Column("version", BIG_INTEGER, nullable=True))
    op.add_column("contact_list", sa.Column("cause", sa.String(16), nullable=False, server_default="LIST_EDITED"))
    for name in ("feed_horizon", "feed_horizon_at"):
        op.add_column("portal_clock", sa.Column(name, BIG_INTEGER, nullable=False, server_default="0"))
    op.create_index("feed_event_vid", "feed_event", ["portal_id", "vid", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('feed_event', 'feed_event_vid', '1000000 100000 20 1')"
        )
        op.execute("ANALYZE sqlite_schema")
    op.create_table(
        "feed_consumer",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("after", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "name"),
    )
