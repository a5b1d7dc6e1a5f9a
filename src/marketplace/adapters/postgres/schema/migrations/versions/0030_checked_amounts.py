"""The CHECKs of 0028 hold for old rows too, by their former types."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Validate while the tables are in use, and count again: a change of type drops the statistics of its column."""
    op.execute("ALTER TABLE sessions VALIDATE CONSTRAINT ck_sessions_price")
    op.execute("ALTER TABLE bookings VALIDATE CONSTRAINT ck_bookings_amount")
    op.execute("ANALYZE sessions (price)")
    op.execute("ANALYZE bookings (amount)")


def downgrade() -> None:
    """Nothing: 0028 has the former CHECKs."""
