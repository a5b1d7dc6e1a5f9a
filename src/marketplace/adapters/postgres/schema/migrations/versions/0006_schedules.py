"""Schedules, in the row of their session: who waited for an edit reads both as the edit left them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is absent in every row."""
    op.add_column("sessions", sa.Column("schedule", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Back: sessions are open again."""
    op.drop_column("sessions", "schedule")
