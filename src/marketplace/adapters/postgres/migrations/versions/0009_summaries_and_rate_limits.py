"""Pending bookings of a creator, and attempts that are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of the few bookings that wait for an answer, and a table that may be lost in a crash."""
    op.create_index(
        "ix_bookings_pending_creator_id",
        "bookings",
        ["creator_id"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    """Back: what was counted is forgotten."""
    op.drop_index("ix_bookings_pending_creator_id", table_name="bookings")
