"""Validate what 0070 added without reading the rows."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Read the rows under a lock that lets others write."""
    op.execute("ALTER TABLE slots VALIDATE CONSTRAINT ck_slots_seats_on_offer")


def downgrade() -> None:
    """A constraint that is valid may stay so."""
