"""Subscriptions of webhooks, the messages on their way and the attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the step."""
    op.add_column("portal_clock", sa.Column("last_subscription_id", BIG_INTEGER, nullable=False, server_default="0"))
    op.create_table(
        "subscription",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("subscription_id", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("list_id", BIG_INTEGER, nullable=True),
        sa.Column("events", JSON_VALUE, nullable=False),
        sa.Column("causes", JSON_VALUE, nullable=False),
        sa.Column("size_at", BIG_INTEGER, nullable=True),
        sa.Column("quiet_ms", BIG_INTEGER, nullable=True),
        sa.Column("secrets", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("cursor", BIG_INTEGER, nullable=False),
        sa.Column("size", BIG_INTEGER, nullable=False),
        sa.Column("quiet_due_at", BIG_INTEGER, nullable=True),
        sa.Column("quiet_seq", BIG_INTEGER, nullable=False),
        sa.Column("failing_since", BIG_INTEGER, nullable=True),
        sa.Column("failures", BIG_INTEGER, nullable=False),
        sa.Column("not_before", BIG_INTEGER, nullable=False),
        sa.Column("leased_until", BIG_INTEGER, nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "subscription_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("subscription_id", BIG_INTEGER, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("seq", BIG_INTEGER, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("body", JSON_VALUE, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", BIG_INTEGER, nullable=False),
        sa.Column("next_at", BIG_INTEGER, nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "subscription_id", "message_id"),
    )
    op.create_index("delivery_due", "delivery", ["portal_id", "subscription_id", "state", "next_at", "seq"])
    op.create_table(
        "delivery_attempt",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("subscription_id", BIG_INTEGER, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("number", BIG_INTEGER, nullable=False),
        sa.Column("attempted_at", BIG_INTEGER, nullable=False),
        sa.Column("status", BIG_INTEGER, nullable=True),
        sa.Column("took_ms", BIG_INTEGER, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "subscription_id", "message_id", "number"),
    )
    op.create_index("delivery_attempt_time", "delivery_attempt", ["portal_id", "subscription_id", "attempted_at"])
