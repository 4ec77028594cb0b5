"""Browsers that are signed in to the page."""

import sqlalchemy as sa
from alembic import op

BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "page_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", BIG_INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["portal_id"], ["portal.portal_id"]),
        sa.ForeignKeyConstraint(["key_digest"], ["api_key.digest"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_page_session_key_digest"), "page_session", ["key_digest"], unique=False)
