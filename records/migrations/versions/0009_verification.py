"""What is known of how far memberships and indexes agree with the records, and since when an index is being built."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the step; portals that exist are verified from now on."""
    op.add_column("engine_state", sa.Column("begun_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("contact_list", sa.Column("verified_at", sa.BigInteger))
    for name in ("drift_found", "drift_repaired"):
        op.add_column("contact_list", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "verification",
        sa.Column("portal_id", sa.BigInteger, sa.ForeignKey("portal.portal_id"), primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("cursor", "begun_at", "next_at", "leased_until")),
        sa.Column("verified_at", sa.BigInteger),
        sa.Column("doubted", JSON_VALUE, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("drift_found", "drift_repaired")),
    )
    op.execute("INSERT INTO verification SELECT portal_id, 0, 0, 0, 0, NULL, '[]', 0, 0 FROM portal")
