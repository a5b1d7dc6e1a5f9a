"""Steps that one request took together, and revisions of sessions for calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that are absent or have a default, which rewrite no table."""
    op.add_column("booking_steps", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sessions", sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back: what was taken together and how often a session was revised is lost."""
    op.drop_column("sessions", "revised_at")
    op.drop_column("sessions", "revision")
    op.drop_column("booking_steps", "batch_id")
