"""An index of instants, by which the clock finds the contacts that it moves, and how far it has been swept.

Also which stored queries must be tested for every contact. The values of date properties are taken in as they are; a
portal with lists is swept from the beginning of time, since nobody has done so.
"""

import sqlalchemy as sa
from alembic import op

BIG_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0012"
down_revision = "0011"

_KEY = ("portal_id", "name", "instant", "vid")
_VALUES = {
    "sqlite": (
        "json_each(contact.properties)",
        "value.value GLOB '[0-9-]*' AND CAST(CAST(value.value AS INTEGER) AS TEXT) = value.value",
    ),
    "postgresql": ("jsonb_each_text(contact.properties)", "value.value ~ '^-?[0-9]{1,18}$'"),
}
"""Database -> how to take a contact's properties apart, and how to tell whole numbers."""


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "instant",
        sa.Column("portal_id", BIG_INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instant", BIG_INTEGER, nullable=False),
        sa.Column("vid", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint(*_KEY),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clock_cursor",
        sa.Column("portal_id", BIG_INTEGER, autoincrement=False, nullable=False),
        sa.Column("swept_at", BIG_INTEGER, nullable=False),
        sa.Column("target", BIG_INTEGER),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("next_at", BIG_INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("portal_id"),
    )
    op.create_index("property_version_changed", "property_version", ["portal_id", "name", "timestamp", "vid"])
    op.create_index("form_submission_time", "form_submission", ["portal_id", "submitted_at", "vid"])
    op.add_column("contact_list", sa.Column("unselective", sa.Boolean, nullable=False, server_default=sa.false()))
    _take_in()
    op.execute(
        "INSERT INTO clock_cursor (portal_id, swept_at, place, next_at) "
        "SELECT DISTINCT portal_id, 0, '', 0 FROM contact_list WHERE dynamic AND NOT deleted"
    )


def _take_in() -> None:
    each, is_whole = _VALUES[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO instant (portal_id, name, instant, vid) "
        "SELECT contact.portal_id, property_definition.name, CAST(value.value AS BIGINT), contact.vid "
        f"FROM contact, {each} AS value, property_definition "
        "WHERE property_definition.portal_id = contact.portal_id AND property_definition.name = value.key "
        f"AND property_definition.type IN ('date', 'datetime') AND {is_whole}"
    )
