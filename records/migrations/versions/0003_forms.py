"""Tables of forms and their submissions, and how SQLite is to plan for large ones (see step 0002)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0003"
down_revision = "0002"

STATISTICS = (
    ("form", "sqlite_autoindex_form_1", "1000 100 1"),
    ("form", "form_created", "1000 100 1 1"),
    ("form_submission", "form_submission", "1000000 100000 1"),
    ("form_submission", "form_submission_vid", "1000000 100000 2 1"),
    ("form_submission", "form_submission_form", "1000000 100000 10000 1 1"),
)
LOAD_STATISTICS = "ANALYZE sqlite_schema"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "form",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "guid"),
    )
    op.create_index("form_created", "form", ["portal_id", "created_at", "guid"])
    op.create_table(
        "form_submission",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("conversion_id", sa.String(length=36), nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=True),
        sa.Column("form_guid", sa.String(length=36), nullable=False),
        sa.Column("form_name", sa.Text(), nullable=False),
        sa.Column("submitted_at", BIG_INTEGER, nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("fields", JSON_VALUE, nullable=False),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "conversion_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("form_submission_vid", "form_submission", ["portal_id", "vid", "submitted_at"])
    op.create_index(
        "form_submission_form", "form_submission", ["portal_id", "form_guid", "submitted_at", "conversion_id"]
    )
    if op.get_bind().dialect.name == "sqlite":
        table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(table, [dict(zip(("tbl", "idx", "stat"), row, strict=True)) for row in STATISTICS])
        op.execute(LOAD_STATISTICS)
