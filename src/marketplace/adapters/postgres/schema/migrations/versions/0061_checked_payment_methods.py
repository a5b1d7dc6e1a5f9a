"""Validate what 0060 added without reading the rows."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Read the rows under a lock that lets others write."""
    op.execute("ALTER TABLE sessions VALIDATE CONSTRAINT ck_sessions_payment_method")


def downgrade() -> None:
    """A constraint that is valid may stay so."""
