"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "contact",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("version", BIG_INTEGER, nullable=False),
        sa.Column("change", BIG_INTEGER, nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("merged_into", BIG_INTEGER, nullable=True),
        sa.Column("lead_guid", sa.String(length=36), nullable=False),
        sa.Column("origin", JSON_VALUE, nullable=False),
        sa.Column("properties", JSON_VALUE, nullable=False),
        sa.Column("marks", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "vid"),
    )
    op.create_index("contact_created", "contact", ["portal_id", "created_at", "vid"], unique=False)
    op.create_index(
        "contact_merged_into",
        "contact",
        ["portal_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("contact_updated", "contact", ["portal_id", "updated_at", "vid"], unique=False)
    op.create_table(
        "contact_list",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("list_id", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("dynamic", sa.Boolean(), nullable=False),
        sa.Column("filters", JSON_VALUE, nullable=False),
        sa.Column("reads", JSON_VALUE, nullable=False),
        sa.Column("uses_lists", JSON_VALUE, nullable=False),
        sa.Column("revision", BIG_INTEGER, nullable=False),
        sa.Column("registered", BIG_INTEGER, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("scan_cursor", BIG_INTEGER, nullable=False),
        sa.Column("scan_ended_at", BIG_INTEGER, nullable=True),
        sa.Column("leased_until", BIG_INTEGER, nullable=False),
        sa.Column("size", BIG_INTEGER, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.Column("state_changed_at", BIG_INTEGER, nullable=False),
        sa.Column("size_changed_at", BIG_INTEGER, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "list_id"),
    )
    op.create_index(
        "contact_list_name",
        "contact_list",
        ["portal_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("NOT deleted"),
        postgresql_where=sa.text("NOT deleted"),
    )
    op.create_index("contact_list_state", "contact_list", ["state"], unique=False)
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "dirty",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("urgency", BIG_INTEGER, nullable=False),
        sa.Column("queued_at", BIG_INTEGER, nullable=False),
        sa.Column("leased_until", BIG_INTEGER, nullable=False),
        sa.Column("next_at", BIG_INTEGER, nullable=False),
        sa.Column("attempts", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "vid"),
    )
    op.create_index("dirty_order", "dirty", ["portal_id", "urgency", "queued_at"], unique=False)
    op.create_table(
        "engine_state",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("last_generation", BIG_INTEGER, nullable=False),
        sa.Column("live", BIG_INTEGER, nullable=True),
        sa.Column("building", BIG_INTEGER, nullable=True),
        sa.Column("retired", BIG_INTEGER, nullable=True),
        sa.Column("cursor", BIG_INTEGER, nullable=False),
        sa.Column("leased_until", BIG_INTEGER, nullable=False),
        sa.Column("uuids", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id"),
    )
    op.create_table(
        "feed_event",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("seq", BIG_INTEGER, nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("list_id", BIG_INTEGER, nullable=False),
        sa.Column("list_revision", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.Column("contact_version", BIG_INTEGER, nullable=False),
        sa.Column("occurred_at", BIG_INTEGER, nullable=False),
        sa.Column("reason", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("feed_event_list", "feed_event", ["portal_id", "list_id", "seq"], unique=False)
    op.create_table(
        "identity",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("timestamp", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "kind", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("identity_vid", "identity", ["portal_id", "vid"], unique=False)
    op.create_table(
        "membership",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("list_id", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.Column("added_at", BIG_INTEGER, nullable=False),
        sa.Column("revision", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "list_id", "vid"),
        sqlite_with_rowid=False,
    )
    op.create_index("membership_added", "membership", ["portal_id", "list_id", "added_at", "vid"], unique=False)
    op.create_index("membership_vid", "membership", ["portal_id", "vid"], unique=False)
    op.create_table(
        "merge_audit",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("merged_vid", BIG_INTEGER, nullable=False),
        sa.Column("canonical_vid", BIG_INTEGER, nullable=False),
        sa.Column("timestamp", BIG_INTEGER, nullable=False),
        sa.Column("facts", JSON_VALUE, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "merged_vid"),
    )
    op.create_index(op.f("ix_merge_audit_canonical_vid"), "merge_audit", ["canonical_vid"], unique=False)
    op.create_table(
        "portal",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("catalogue_version", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id"),
    )
    op.create_table(
        "property_definition",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("hubspot_defined", sa.Boolean(), nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.Column("updated_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "name"),
    )
    op.create_table(
        "property_group",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_order", BIG_INTEGER, nullable=False),
        sa.Column("hubspot_defined", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "name"),
    )
    op.create_table(
        "property_version",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.Column("version", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("timestamp", BIG_INTEGER, nullable=False),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("source_label", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "vid", "version", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_key",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", BIG_INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["portal_id"],
            ["portal.portal_id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_api_key_portal_id"), "api_key", ["portal_id"], unique=False)
    op.create_table(
        "portal_clock",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("list_counter", BIG_INTEGER, nullable=False),
        sa.Column("last_list_id", BIG_INTEGER, nullable=False),
        sa.Column("feed_seq", BIG_INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["portal_id"],
            ["portal.portal_id"],
        ),
        sa.PrimaryKeyConstraint("portal_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE contact_change")
    else:
        op.execute("INSERT INTO counter (name, value) VALUES ('contact_change', 0)")
