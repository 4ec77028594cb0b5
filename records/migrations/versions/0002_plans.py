"""Indexes that both databases choose, and what SQLite must know of the tables to choose them.

SQLite plans by guesses until it is told how many rows an index finds, and it guesses that a portal has few: a look-up of
twenty contacts' e-mails read all e-mails of the portal. The figures below (SQLite's table `sqlite_stat1`, see "The
ANALYZE command" in its documentation: rows in all, then rows for each further column of the index) describe large
portals, for which plans matter. An ANALYZE of the tables would measure an empty database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STATISTICS = (
    ("contact", "sqlite_autoindex_contact_1", "1000000 100000 1"),
    ("contact", "contact_created", "1000000 100000 2 1"),
    ("contact", "contact_updated", "1000000 100000 2 1"),
    ("contact", "contact_merged_into", "10000 1000 2"),
    ("identity", "identity", "1000000 100000 100000 1"),
    ("identity", "identity_vid", "1000000 100000 2"),
    ("membership", "membership", "1000000 100000 1000 1"),
    ("membership", "membership_vid", "1000000 100000 10"),
    ("membership", "membership_added", "1000000 100000 1000 10 1"),
    ("merge_audit", "sqlite_autoindex_merge_audit_1", "10000 1000 1"),
    ("merge_audit", "ix_merge_audit_canonical_vid", "10000 2"),
    ("contact_list", "sqlite_autoindex_contact_list_1", "10000 1000 1"),
    ("dirty", "sqlite_autoindex_dirty_1", "1000000 100000 1"),
    ("dirty", "dirty_order", "1000000 100000 50000 100 1"),
    ("feed_event", "feed_event", "1000000 100000 1"),
    ("feed_event", "feed_event_list", "1000000 100000 1000 1"),
)
"""Table, index and the index's figures."""

LOAD_STATISTICS = "ANALYZE sqlite_schema"
"""Makes the table of figures where it is missing, and has the connection read it."""


def upgrade() -> None:
    """Apply the step."""
    op.drop_index("dirty_order", "dirty")
    op.create_index("dirty_order", "dirty", ["portal_id", sa.text("urgency DESC"), "queued_at", "vid"])
    if op.get_bind().dialect.name == "sqlite":
        _plan_for_large_portals()


def _plan_for_large_portals() -> None:
    op.drop_index("contact_merged_into", "contact")
    op.create_index(
        "contact_merged_into",
        "contact",
        ["portal_id", "merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    )
    op.execute(LOAD_STATISTICS)
    table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(table, [dict(zip(("tbl", "idx", "stat"), row, strict=True)) for row in STATISTICS])
    op.execute(LOAD_STATISTICS)
